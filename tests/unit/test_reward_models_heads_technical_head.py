import json
import math

import pytest
import torch

from reward_models.checkpoints import CheckpointError, checkpoint_path
from reward_models.heads.technical_head import TechnicalHeadModel, brightness, dynamics, width

RATE = 16_000


def sine(hertz: float) -> torch.Tensor:
    return torch.sin(2 * torch.pi * hertz * torch.arange(RATE) / RATE)[None]


def test_brightness_is_the_octave_of_the_centroid():
    assert brightness(sine(1_000), RATE) == pytest.approx(0.0, abs=1e-2)
    assert brightness(sine(4_000), RATE) == pytest.approx(2.0, abs=1e-2)


def test_dynamics_is_the_crest_factor():
    assert dynamics(sine(100), RATE) == pytest.approx(20 * math.log10(2**0.5), abs=1e-2)
    hit = torch.zeros(1, RATE)
    hit[0, 0] = 1.0
    assert dynamics(hit, RATE) == pytest.approx(20 * math.log10(RATE**0.5), abs=1e-2)


def test_width_is_the_sides_share():
    left, right = torch.randn(2, RATE, generator=torch.Generator().manual_seed(0))
    assert width(left[None], RATE) == 0.0
    assert width(torch.stack([left, left]), RATE) == 0.0
    assert width(torch.stack([left, right]), RATE) == pytest.approx(0.5, abs=0.02)
    assert width(torch.stack([left, -left]), RATE) == pytest.approx(1.0)


def test_a_brighter_clip_ranks_higher_among_the_references():
    head = TechnicalHeadModel.load(checkpoint_path("technical-head"))
    assert head.rank("brightness", sine(100), RATE) < head.rank("brightness", sine(5_000), RATE)


def test_a_clip_under_a_second_has_no_tempo():
    head = TechnicalHeadModel.load(checkpoint_path("technical-head"))
    assert head.tempo_probability(sine(100)[:, : RATE // 2], RATE) is None


def test_a_checkpoint_of_another_form_says_how_to_remake_it(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"format": "technical-head-0"}))
    with pytest.raises(
        CheckpointError, match=r"not of format 'technical-head-1': remake it with python training/fit_tech"
    ):
        TechnicalHeadModel.load(tmp_path)
