import math

import pytest
import torch

from reward_models.embedders.speed_cues import N_FFT, SPEED_CUES, phase_turn, speed_cues

RATE, TIME = 32_000, 96_000
HANN = torch.hann_window(N_FFT)
STEADINESS, AGREEMENT, SIZE, SWING = 0, 2, 3, 17  # places in a row


def chord(depth: float = 0.0, hertz: float = 4.0) -> torch.Tensor:
    """Eight partials of 330 Hz whose speed swings by ``depth``."""
    time = torch.arange(TIME, dtype=torch.float64) / RATE
    warped = time - depth / (2 * math.pi * hertz) * torch.cos(2 * math.pi * hertz * time)
    wave = sum(torch.sin(2 * math.pi * 330.0 * k * warped) / k for k in range(1, 9))
    return (wave / wave.abs().max()).float()[None]


def noise() -> torch.Tensor:
    return torch.randn(1, TIME, generator=torch.Generator().manual_seed(0)).clamp(-4, 4) / 4


def cues(waveform: torch.Tensor) -> torch.Tensor:
    return torch.cat(speed_cues(waveform, HANN), dim=1)


def test_cues_are_finite_on_silence_and_a_window_does_not_depend_on_its_neighbours():
    together = cues(torch.cat([noise(), torch.zeros(1, TIME), chord()]))
    assert together.shape == (3, SPEED_CUES)
    assert bool(torch.isfinite(together).all())
    torch.testing.assert_close(together[2:], cues(chord()), atol=1e-4, rtol=1e-4)


def test_a_wavering_speed_shows_as_a_common_shift_of_all_partials():
    steady, slight, strong = cues(chord()), cues(chord(0.005)), cues(chord(0.03))
    assert float(steady[0, SIZE]) + 3 < float(slight[0, SIZE])
    assert float(slight[0, SIZE]) + 1.5 < float(strong[0, SIZE])
    assert float(strong[0, AGREEMENT]) > 0.7 > 0.3 > float(cues(noise())[0, AGREEMENT])


@pytest.mark.parametrize(("hertz", "band"), [(3.2, 2), (7.5, 4), (11.0, 5)])
def test_the_rate_of_the_swing_shows_in_its_band(hertz, band):
    swing = cues(chord(0.02, hertz))[0, SWING : SWING + 10]
    assert int(swing.argmax()) == band


def test_the_phase_of_a_steady_tone_does_not_turn_and_that_of_noise_does():
    assert float(cues(chord())[0, STEADINESS]) > 0.995 > 0.985 > float(cues(noise())[0, STEADINESS])
    phasors = torch.polar(torch.tensor(5.0), torch.arange(6.0) * 0.7)[None, None]
    torch.testing.assert_close(phase_turn(phasors).real, torch.ones(1, 1, 4))
