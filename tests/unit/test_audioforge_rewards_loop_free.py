import pytest
import torch

from audioforge.clips import Clips, gather_clips
from audioforge.rewards import LoopFree
from audioforge.status import Status
from reward_models.audio import AudioBatch
from tests.stand_ins import tone

RATE = 16_000


def noise(seconds: float, seed: int = 0) -> torch.Tensor:
    return 0.1 * torch.randn(round(seconds * RATE), generator=torch.Generator().manual_seed(seed))


def score(*waveforms: torch.Tensor) -> list[float]:
    return LoopFree()(list(waveforms), sample_rate=RATE).score.tolist()


def test_an_exact_loop_scores_nothing_whatever_its_period_and_gain():
    fading = noise(0.31).repeat(12) * torch.linspace(1, 0.5, 12 * round(0.31 * RATE))
    assert score(noise(0.5).repeat(6), noise(0.11).repeat(30), fading) == [0, 0, 0]


def test_a_loop_of_a_decaying_tone_is_told_from_the_tone():
    strike = tone(0.8, 0.4) * torch.exp(-torch.arange(round(0.4 * RATE)) / (0.05 * RATE))
    assert score(strike.repeat(10)) == [0]
    assert score(torch.cat([strike, torch.zeros(2 * RATE)])) == [1]


def test_what_does_not_repeat_scores_one_and_so_does_a_held_tone():
    assert score(noise(4.0), tone(0.5, 3.0), torch.cat([noise(1.0), noise(0.3)])) == [1, 1, 1]


def test_loops_longer_than_the_longest_lag_and_very_short_clips_pass():
    assert score(noise(1.0).repeat(4), noise(0.06)) == [1, 1]


def test_repeats_that_change_a_little_are_loops_and_those_that_change_much_are_not():
    piece = noise(0.5).repeat(8)
    faint, plain = (piece + gain * noise(4.0, seed=1) for gain in (0.05, 1.0))
    assert score(faint, plain) == [0, 1]


def test_the_other_channel_counts_and_a_clip_that_cannot_be_judged_has_no_score():
    stereo = torch.stack([noise(0.5).repeat(4), noise(0.5).repeat(4)])
    result = LoopFree().score(Clips(AudioBatch.from_arrays([stereo, torch.zeros(2, RATE)], RATE)))
    assert result.score[0] == 0
    assert torch.isnan(result.score[1])
    assert result.status[1].code is Status.SILENT


def test_neighbours_do_not_matter():
    waveforms = [noise(0.5).repeat(6), noise(2.0), noise(0.2)]
    together = LoopFree().score(gather_clips(waveforms, sample_rate=RATE)).raw
    alone = torch.cat([LoopFree().score(gather_clips([own], sample_rate=RATE)).raw for own in waveforms])
    assert together.tolist() == pytest.approx(alone.tolist(), abs=1e-6)
