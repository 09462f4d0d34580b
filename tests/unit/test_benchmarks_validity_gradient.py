from dataclasses import replace
from pathlib import Path

import pytest
import torch

from benchmarks.validity_parts import gradient
from benchmarks.validity_parts.honest_clips import HonestClip
from reward_models.audio import AudioBatch
from tests.stand_ins import LoudnessEmbedder

CLIPS = [HonestClip(Path(f"{name}.ogg"), "sfx", name, "loud", "pack") for name in ("bark", "rain", "bell", "door")]


@pytest.fixture
def climbs(monkeypatch):
    """Attacks that were climbed, instead of climbing."""
    sizes: list[int] = []
    monkeypatch.setattr(gradient, "climbed", lambda start, *rest: sizes.append(len(start)) or start.clone())
    monkeypatch.setattr(gradient, "SECONDS", 0.1)
    return sizes


def found(embedder: LoudnessEmbedder, kept: Path | None = None) -> dict[str, torch.Tensor]:
    audio = AudioBatch.from_arrays([0.1 * torch.ones(900)] * 4, embedder.sample_rate)
    return gradient.found_by_gradient(CLIPS, audio, embedder, kept)


def test_the_long_attack_is_on_every_other_request(climbs):
    sizes = {name: len(waveform) for name, waveform in found(LoudnessEmbedder()).items()}
    assert {name for name, size in sizes.items() if size == 2} == {name for name in sizes if "4 times" in name}
    for name, size in sizes.items():
        assert len(gradient.attacked(CLIPS, name)) == size


def test_what_was_found_is_kept_for_the_same_embedder_and_clips_alone(climbs, tmp_path):
    file = tmp_path / "found.safetensors"
    first = found(LoudnessEmbedder(), file)
    done = len(climbs)
    again = found(LoudnessEmbedder(), file)
    assert len(climbs) == done
    assert set(again) == set(first)
    other = LoudnessEmbedder()
    other.fingerprint = "another"
    found(other, file)
    assert len(climbs) == 2 * done


def test_what_was_found_by_other_settings_is_not_taken_for_todays(climbs, tmp_path, monkeypatch):
    file = tmp_path / "found.safetensors"
    found(LoudnessEmbedder(), file)
    done = len(climbs)
    monkeypatch.setattr(gradient, "FREE", replace(gradient.FREE, steps=2 * gradient.FREE.steps))
    found(LoudnessEmbedder(), file)
    assert len(climbs) == 2 * done
