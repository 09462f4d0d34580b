import torch

from reward_models.embedders.grain_cues import GRAIN_CUES, N_FFT, by_region, grain_cues

TIME = 96_000
HANN = torch.hann_window(N_FFT)
IN_TIME, IN_FREQUENCY, DOWN, LEAPS, STILL, SPOTS, HOLES = 0, 1, 5, 7, 8, 9, 10  # of the 14 kinds of cue


def noise() -> torch.Tensor:
    return torch.randn(1, TIME, generator=torch.Generator().manual_seed(0)).clamp(-4, 4) / 4


def changed(change) -> torch.Tensor:
    """Noise after a change of its spectrum of 32 ms frames."""
    spectrum = torch.stft(noise(), 1024, 256, window=HANN, return_complex=True)
    wave = torch.istft(change(spectrum), 1024, 256, window=HANN, length=TIME)
    return wave / wave.abs().max()


def cues(waveform: torch.Tensor) -> torch.Tensor:
    """``(kind, region)`` of the only window."""
    return torch.cat(grain_cues(waveform, HANN), dim=1).view(14, 6)


def test_cues_are_finite_on_silence_and_a_window_does_not_depend_on_its_neighbours():
    windows = torch.cat([noise(), torch.zeros(1, TIME), noise().cumsum(1) / 300])
    together = torch.cat(grain_cues(windows, HANN), dim=1)
    assert together.shape == (3, GRAIN_CUES)
    assert bool(torch.isfinite(together).all())
    torch.testing.assert_close(together[2:], torch.cat(grain_cues(windows[2:], HANN), dim=1), atol=1e-4, rtol=1e-4)


def test_bins_that_were_struck_out_show_as_leaps_and_holes():
    mask = (torch.rand(1, 513, 376, generator=torch.Generator().manual_seed(1)) > 0.5).repeat_interleave(8, 2)
    plain, struck = cues(noise()), cues(changed(lambda spectrum: spectrum * mask[..., : spectrum.shape[2]]))
    for kind in (DOWN, LEAPS):
        assert float((struck[kind] - plain[kind]).min()) > 0.3


def test_levels_that_stand_still_are_counted():
    held = cues(changed(lambda spectrum: torch.polar(spectrum.abs().mean(2, keepdim=True), spectrum.angle())))
    assert float((held[STILL] - cues(noise())[STILL]).mean()) > 0.1


def test_phases_that_fit_in_time_or_in_frequency_are_told_apart():
    time = torch.arange(TIME) / 32_000
    tone = torch.sin(2 * torch.pi * 750.0 * time)[None]
    clicks = torch.zeros(1, TIME)
    clicks[0, ::8_000] = 1.0
    assert float(cues(tone)[IN_TIME, 1]) > 0.95
    assert float(cues(clicks)[IN_FREQUENCY].mean()) > float(cues(noise())[IN_FREQUENCY].mean()) + 0.2


def test_regions_meet_where_they_should():
    values = torch.zeros(1, 414, 2)
    values[0, 62:126] = 1.0
    assert by_region(values)[0].tolist() == [0, 0, 0, 128, 0, 0]
