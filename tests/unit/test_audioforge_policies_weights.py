"""Behaviour of audioforge/policies/weights.py: versions published, followed, refused."""

import json
import logging

import pytest
import torch

from audioforge.policies.weights import (
    CURRENT,
    KEPT,
    WeightsError,
    WeightsFolder,
    current_version,
    load_version,
    model_weights,
    publish_weights,
)


@pytest.fixture
def model():
    return torch.nn.Linear(3, 2)


def filled(model, value):
    return {name: torch.full_like(weight, value) for name, weight in model_weights(model).items()}


def test_a_folder_without_versions_leaves_the_model_as_it_was_loaded(model, tmp_path):
    before = {name: weight.clone() for name, weight in model_weights(model).items()}
    assert WeightsFolder(model, tmp_path / "not there yet").refresh() == 0
    assert all(torch.equal(weight, before[name]) for name, weight in model_weights(model).items())


def test_a_published_version_arrives_and_a_lower_one_after_it_too(model, tmp_path):
    follower = WeightsFolder(model, tmp_path)
    for version, value in ((1, 0.5), (5, 0.25), (3, 0.75)):
        publish_weights(tmp_path, filled(model, value), version)
        assert follower.refresh() == version
        assert float(model.weight.detach().mean()) == value


def test_old_versions_are_removed_and_half_written_ones_never_seen(model, tmp_path):
    for version in range(1, 6):
        publish_weights(tmp_path, filled(model, 0.0), version)
    assert len(list(tmp_path.glob("*.safetensors"))) == KEPT
    assert not list(tmp_path.glob("*.writing"))
    assert current_version(tmp_path) == 5
    load_version(tmp_path, 5, model_weights(model))


@pytest.mark.parametrize("fault", ["missing", "torn", "other names", "other shape", "not finite", "no version"])
def test_what_does_not_fit_is_refused_once_in_the_log_and_the_old_weights_stay(model, tmp_path, caplog, fault):
    follower = WeightsFolder(model, tmp_path)
    publish_weights(tmp_path, filled(model, 0.5), 1)
    follower.refresh()
    spoil(model, tmp_path, fault)
    with caplog.at_level(logging.WARNING):
        assert [follower.refresh(), follower.refresh()] == [1, 1]
    assert len(caplog.records) == 1
    assert float(model.weight.detach().mean()) == 0.5
    publish_weights(tmp_path, filled(model, 0.25), 3)
    assert follower.refresh() == 3


def spoil(model, folder, fault):
    weights = filled(model, 0.1)
    if fault == "other names":
        weights = {f"other.{name}": weight for name, weight in weights.items()}
    elif fault == "other shape":
        weights = filled(torch.nn.Linear(2, 2), 0.1)
    elif fault == "not finite":
        weights["bias"][0] = float("nan")
    path = publish_weights(folder, weights, 2)
    if fault == "missing":
        path.unlink()
    elif fault == "torn":
        path.write_bytes(path.read_bytes()[:40])
    elif fault == "no version":
        (folder / CURRENT).write_text(json.dumps({"version": "../other"}))


def test_version_zero_cannot_be_published(model, tmp_path):
    with pytest.raises(WeightsError, match="at least 1"):
        publish_weights(tmp_path, filled(model, 0.0), 0)
