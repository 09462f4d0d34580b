import numpy as np
import pytest
import torch

from audioforge.rewards.technical_head import TechnicalHead, asked_in
from audioforge.status import Status

RATE = 44_100


def loop(bpm: float, seconds: float = 5.0) -> np.ndarray:
    """Kick on the beat, hat between."""
    rng = np.random.default_rng(0)
    time = np.arange(round(seconds * RATE)) / RATE
    beat, off = time % (60 / bpm), (time + 30 / bpm) % (60 / bpm)
    kick = np.sin(2 * np.pi * 60 * beat) * np.exp(-12 * beat)
    hat = 0.3 * rng.standard_normal(len(time)) * np.exp(-80 * off)
    return (0.5 * (kick + hat)).astype(np.float32)


@pytest.mark.parametrize(
    ("request_", "bpm", "aspects"),
    [
        ("128 BPM techno loop with punchy kick", 128.0, (("dynamics", True),)),
        ("a dark, wide drone", None, (("brightness", False), ("width", True))),
        ("a bright yet dark bell at 97.5bpm", 97.5, ()),
        ("rain on a tin roof, 12 bpm", None, ()),
    ],
)
def test_tempo_and_adjectives_are_read_from_the_request(request_, bpm, aspects):
    assert asked_in(request_) == (bpm, aspects)


def test_the_asked_tempo_scores_above_another():
    audio = [loop(128.0)] * 2
    score = TechnicalHead()(audio, ["128 BPM drum loop", "104 BPM drum loop"], sample_rate=RATE).score
    assert float(score[0]) > 0.5 > float(score[1])


def test_a_wide_clip_answers_wide_and_a_mono_one_answers_mono():
    left, right = 0.1 * torch.randn(2, RATE, generator=torch.Generator().manual_seed(0))
    clips = [torch.stack([left, right]), torch.stack([left, left])]
    wide = TechnicalHead()(clips, "a wide texture", sample_rate=RATE).score
    mono = TechnicalHead()(clips, "a mono texture", sample_rate=RATE).score
    assert float(wide[0]) > float(wide[1])
    torch.testing.assert_close(mono, 1 - wide)


def test_a_request_that_asks_for_nothing_measurable_is_a_status():
    result = TechnicalHead()([loop(100.0)] * 2, ["a drum loop", None], sample_rate=RATE)
    assert [status.code for status in result.status] == [Status.NO_REQUEST] * 2
    assert "asks for no tempo, brightness, dynamics or width" in result.status[0].reason
    assert bool(result.score.isnan().all())


def test_a_clip_too_short_for_a_tempo_does_not_have_the_one_asked_for():
    result = TechnicalHead()([loop(120.0, seconds=0.5)], ["120 BPM loop"], sample_rate=RATE)
    assert float(result.score[0]) == 0.0
