import dataclasses
import json

import pytest
import torch
from safetensors.torch import save_file

from reward_models.checkpoints import CheckpointError
from reward_models.heads.ensemble import Ensemble
from reward_models.heads.quality_head import QualityHeadConfig, QualityHeadModel, config_to_json, share_below
from tests.stand_ins import LoudnessEmbedder

CONFIG = QualityHeadConfig("loudness", "loudness-1", 2, 4, 3, (0.0, 1.0, 3.0), "made up", "test")


def saved(folder, **changes):
    torch.manual_seed(0)
    folder.mkdir(exist_ok=True)
    config = dataclasses.replace(CONFIG, **changes)
    save_file(dict(Ensemble(2, 4, 3).state_dict()), str(folder / "model.safetensors"))
    (folder / "config.json").write_text(json.dumps(config_to_json(config)))
    return folder


def test_a_saved_head_predicts_the_same_when_loaded(tmp_path):
    model = QualityHeadModel.load(saved(tmp_path / "head"))
    torch.manual_seed(0)
    embedding = torch.randn(4, 2)
    torch.manual_seed(0)
    torch.testing.assert_close(model.log_damage(embedding), Ensemble(2, 4, 3)(embedding).detach())


def test_the_score_is_the_share_of_calibration_clips_with_more_damage(tmp_path):
    model = QualityHeadModel.load(saved(tmp_path / "head"))
    damage = torch.tensor([-1.0, 0.0, 0.5, 1.0, 2.0, 3.0, 9.0])
    torch.testing.assert_close(model.share_worse(damage), torch.tensor([1.0, 1.0, 0.75, 0.5, 0.25, 0.0, 0.0]))


def test_the_distribution_function_of_equal_knots_is_a_step_and_nan_stays_nan():
    share = share_below(torch.tensor([0.9, 1.1, float("nan")]), torch.tensor([1.0, 1.0, 1.0]).double())
    torch.testing.assert_close(share, torch.tensor([0.0, 1.0, float("nan")]), equal_nan=True)


def test_embeddings_of_other_weights_are_refused_with_the_command_to_retrain(tmp_path):
    model = QualityHeadModel.load(saved(tmp_path / "head", embedder_fingerprint="another"))
    with pytest.raises(
        CheckpointError,
        match=r"fingerprint another, got 'loudness' with loudness-1: retrain it with `python training/fit_",
    ):
        model.check(LoudnessEmbedder())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "quality-head-0"}, "says format 'quality-head-0', expected 'quality-head-1'"),
        ({"knots": [2.0, 1.0]}, "'knots' must be at least two rising numbers"),
        ({"members": 5}, "doesn't fit its config.json"),
        ({"surprise": 1}, "is no quality head"),
    ],
)
def test_a_checkpoint_of_another_form_says_how_to_remake_it(tmp_path, change, message):
    folder = saved(tmp_path / "head")
    (folder / "config.json").write_text(json.dumps(config_to_json(CONFIG) | change))
    with pytest.raises(CheckpointError, match=message):
        QualityHeadModel.load(folder)
