import dataclasses
import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from audioforge.reference_clips import load_reference_clips
from audioforge.rewards import QualityHead
from audioforge.status import Status
from reward_models.audio import AudioBatch
from reward_models.checkpoints import CheckpointError
from reward_models.heads.ensemble import Ensemble
from reward_models.heads.quality_head import QualityHeadConfig, config_to_json
from tests.stand_ins import LoudnessEmbedder, tone
from training.degradations import degrade

CONFIG = QualityHeadConfig("loudness", "loudness-1", 2, 8, 4, (-3.0, -1.0, 0.0, 1.0, 3.0), "made up", "test")


@pytest.fixture
def head(tmp_path):
    torch.manual_seed(3)
    save_file(dict(Ensemble(2, 8, 4).state_dict()), str(tmp_path / "model.safetensors"))
    (tmp_path / "config.json").write_text(json.dumps(config_to_json(CONFIG)))
    return tmp_path


def test_a_clip_gets_raw_score_and_uncertainty_in_their_bounds(head):
    result = QualityHead(head, embedder=LoudnessEmbedder())([tone(0.1), tone(0.6)], sample_rate=16_000)
    assert bool((result.raw <= 0).all())
    assert bool(((result.score >= 0) & (result.score <= 1)).all())
    assert bool((result.uncertainty > 0).all())
    assert result.provenance["fingerprint"] == "loudness-1"
    assert result.provenance["calibration"] == "test"


def test_the_lower_bound_never_scores_above_the_plain_score(head):
    audio = [tone(level) for level in (0.1, 0.4, 0.9)]
    plain = QualityHead(head, embedder=LoudnessEmbedder())(audio, sample_rate=16_000)
    bound = QualityHead(head, embedder=LoudnessEmbedder(), lower_bound=1.0)(audio, sample_rate=16_000)
    assert bool((bound.score <= plain.score).all())
    assert bool((bound.score < plain.score).any())
    torch.testing.assert_close(bound.raw, plain.raw)
    with pytest.raises(ValueError, match=r"can't be negative, got -1"):
        QualityHead(head, embedder=LoudnessEmbedder(), lower_bound=-1)


def test_a_silent_clip_is_a_status_and_does_not_touch_its_neighbour(head):
    reward = QualityHead(head, embedder=LoudnessEmbedder())
    result = reward([tone(0.0), tone(0.5)], sample_rate=16_000)
    assert result.status[0].code == Status.SILENT
    for values in (result.raw, result.score, result.uncertainty):
        assert bool(values[0].isnan())
    torch.testing.assert_close(result.score[1:], reward([tone(0.5)], sample_rate=16_000).score)


def test_an_embedder_with_other_weights_is_refused(head):
    config = dataclasses.replace(CONFIG, embedder_fingerprint="older")
    (head / "config.json").write_text(json.dumps(config_to_json(config)))
    with pytest.raises(
        CheckpointError, match=r"retrain it with `python training/fit_quality_head.py --embedder loudness"
    ):
        QualityHead(head, embedder=LoudnessEmbedder())


def chord(seconds: float = 3.0, rate: int = 44_100) -> np.ndarray:
    """Plucked notes with noisy attacks: an honest, if simple, clean clip."""
    rng = np.random.default_rng(0)
    time = np.arange(round(seconds * rate)) / rate
    since = time % 0.5
    notes = sum(np.sin(2 * np.pi * hz * k * time) / k**1.5 for hz in (196.0, 247.0, 294.0) for k in range(1, 12))
    pluck = rng.standard_normal(len(time)) * np.exp(-200 * since)
    return (0.2 * (notes * np.exp(-3 * since) + 0.5 * pluck)).astype(np.float32)


def test_the_shipped_head_puts_a_clean_chord_above_itself_under_noise_and_above_noise():
    rng = np.random.default_rng(1)
    clean = chord()
    noisy = clean + 0.1 * rng.standard_normal(len(clean)).astype(np.float32)
    worse = clean + 0.3 * rng.standard_normal(len(clean)).astype(np.float32)
    noise = 0.3 * rng.standard_normal(len(clean)).astype(np.float32)
    score = QualityHead()([clean, noisy, worse, noise], sample_rate=44_100).score
    assert bool((score[0] > score[1:]).all())


@pytest.mark.parametrize("kind", ["white_noise", "gsm", "low_pass", "bit_crush"])
def test_the_shipped_head_puts_recordings_above_their_ruins_on_average(kind):
    recordings = [own for own in load_reference_clips(split="calibration") if own.origin == "recording"][::5]
    clean = AudioBatch.load([own.path for own in recordings], sample_rate=44_100, channels=1)
    ruined = [degrade(clean.clip(i).numpy(), 44_100, kind, 0.75) for i in range(len(clean))]
    head = QualityHead()
    assert float(head(clean).score.mean()) > float(head(ruined, sample_rate=44_100).score.mean()) + 0.1


@pytest.mark.parametrize("rate", [32_000, 44_100, 48_000])
def test_the_shipped_head_finds_noise_out_at_any_sample_rate(rate):
    noise = 0.3 * np.random.default_rng(0).standard_normal(3 * rate).astype(np.float32)
    assert float(QualityHead()([noise], sample_rate=rate).score[0]) < 0.3


def test_the_shipped_head_does_not_hear_level():
    score = QualityHead()([chord(), 0.1 * chord()], sample_rate=44_100).score
    assert float(score[0]) == pytest.approx(float(score[1]), abs=1e-3)
