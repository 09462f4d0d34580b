"""Checkpoints, reference sets and stored scores with damaged files: loaded, or refused with the mend."""

import json
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from audioforge.rewards.scores import Scores
from audioforge.scoring.stored_scores import scores_from_bytes, scores_to_bytes
from audioforge.status import OK
from reward_models.calibration import load_calibration
from reward_models.checkpoints import CheckpointError, checkpoint_path
from reward_models.embedders.mini.embedder import MiniEmbedder
from reward_models.heads.quality_head import QualityHeadModel
from reward_models.heads.technical_head import TechnicalHeadModel
from reward_models.reference import ReferenceSet
from tests.fuzz_budget import fuzz
from tests.garbling import JSON_VALUES, garbled

LOADERS = {
    ("technical-head", "config.json"): TechnicalHeadModel.load,
    ("technical-head", "model.safetensors"): TechnicalHeadModel.load,
    ("quality-head", "config.json"): QualityHeadModel.load,
    ("quality-head", "model.safetensors"): QualityHeadModel.load,
    ("references/mini", "drums.json"): lambda folder: ReferenceSet.load(folder, "drums"),
    ("references/mini", "drums.safetensors"): lambda folder: ReferenceSet.load(folder, "drums"),
    ("mini", "config.json"): MiniEmbedder.load,
    ("mini", "calibration.json"): lambda folder: load_calibration(folder / "calibration.json"),
}


@pytest.fixture(scope="module")
def copies(tmp_path_factory) -> dict[str, Path]:
    """Writable copies whose large files are links."""
    folders = {}
    for name in {name for name, _ in LOADERS}:
        folders[name] = tmp_path_factory.mktemp(name.replace("/", "-"))
        for file in checkpoint_path(name.split("/")[0]).joinpath(*name.split("/")[1:]).iterdir():
            copy = shutil.copy if (name, file.name) in LOADERS else lambda source, to: Path(to).symlink_to(source)
            copy(file, folders[name] / file.name)
    return folders


@st.composite
def edited(draw, whole: bytes) -> bytes:
    """A JSON file with one or two of its values replaced."""
    fields = json.loads(whole)
    for _ in range(draw(st.integers(1, 2))):
        place = fields
        while True:
            key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
            if not isinstance(place[key], dict | list) or not place[key] or draw(st.booleans()):
                break
            place = place[key]
        place[key] = draw(JSON_VALUES)
    return json.dumps(fields).encode(errors="surrogatepass")


@fuzz(0.09)
@given(data=st.data(), target=st.sampled_from(sorted(LOADERS)))
def test_a_damaged_file_is_refused_with_the_mend_or_harmless(copies, data, target):
    name, file = target
    path = copies[name] / file
    whole = path.read_bytes()
    damaged = garbled(st.just(whole)) | (edited(whole) if file.endswith(".json") else st.nothing())
    try:
        path.write_bytes(data.draw(damaged))
        with suppress(CheckpointError):
            LOADERS[target](copies[name])
    finally:
        path.write_bytes(whole)


STORED = scores_to_bytes(Scores(torch.tensor([0.5]), {}, (OK,), torch.ones(1), {}))


@fuzz(0.01)
@given(garbled(st.just(STORED)))
def test_damaged_stored_scores_are_the_same_scores_or_none(data):
    try:
        assert float(scores_from_bytes(data).total[0]) == 0.5
    except ValueError:
        return
