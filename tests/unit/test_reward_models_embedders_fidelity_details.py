import pytest
import torch

from reward_models.embedders.fidelity_details import (
    AMPLITUDES,
    DETAILS,
    MODULATION_EDGES_HZ,
    FidelityDetails,
    modulation_statistics,
    repetition_statistics,
    shape_statistics,
    without_top,
)

RATE, TIME = 32_000, 96_000


@pytest.fixture(scope="module")
def details():
    return FidelityDetails()


def noise(seed: int = 0) -> torch.Tensor:
    return 0.1 * torch.randn(1, TIME, generator=torch.Generator().manual_seed(seed))


def sine(hertz: float) -> torch.Tensor:
    return torch.sin(2 * torch.pi * hertz * torch.arange(TIME, dtype=torch.float64) / RATE).float()[None]


def test_details_are_finite_on_silence_and_hear_no_level(details):
    windows = torch.cat([noise(), 0.05 * noise(), torch.zeros(1, TIME), sine(440.0)])
    found = details(windows)
    assert found.shape == (4, DETAILS)
    assert bool(torch.isfinite(found).all())
    torch.testing.assert_close(found[0], found[1], atol=2e-3, rtol=1e-3)


def test_a_window_does_not_depend_on_its_neighbours(details):
    windows = torch.cat([noise(), sine(440.0)])
    torch.testing.assert_close(details(windows)[1:], details(windows[1:]), atol=1e-3, rtol=1e-3)


def test_nothing_above_13_kilohertz_is_left():
    assert float(without_top(sine(440.0) + sine(14_000.0), RATE).sub(sine(440.0)).abs().max()) < 1e-3


def test_clipping_shows_in_the_amplitudes():
    soft, hard = noise(), noise().clamp(-0.1, 0.1)
    crest = [shape_statistics(without_top(own, RATE))[0][0, 0] for own in (soft, hard)]
    assert float(crest[0]) > float(crest[1]) + 0.3
    counts = shape_statistics(torch.linspace(-1, 1, TIME)[None])[-1]
    assert counts.exp()[0].tolist() == pytest.approx([1 - level for level in AMPLITUDES], abs=1e-3)


def test_a_fragment_that_comes_back_is_heard_and_noise_does_not_come_back():
    stuck = noise()[:, :1_600].repeat(1, 60)  # 50 ms over and over
    assert float(repetition_statistics(stuck)[0, 2]) == 1.0
    assert float(repetition_statistics(noise())[0, 1]) < 0.3


def test_a_fixed_rate_of_gating_shows_in_its_band_of_modulation(details):
    gated = noise() * (sine(25.0) > 0)
    levels = [modulation_statistics(details.time(own))[0].view(20, 12).mean(0) for own in (gated, noise())]
    rise = levels[0] - levels[1]
    band = next(i for i, edge in enumerate(MODULATION_EDGES_HZ) if edge > 25.0) - 1
    assert int(rise.argmax()) == band
