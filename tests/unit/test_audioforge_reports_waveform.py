import torch

from audioforge.reports.waveform import BINS, waveform_peaks


def test_an_outline_has_the_peak_of_each_stretch():
    clip = torch.zeros(2, 960)
    clip[1, 480:] = -0.5
    assert waveform_peaks(clip) == bytes(48) + bytes([50] * 48)


def test_short_silent_and_broken_clips_have_outlines_too():
    assert waveform_peaks(torch.zeros(1, 0)) == bytes(BINS)
    assert waveform_peaks(torch.ones(1, 3)) == bytes([100] * BINS)
    assert set(waveform_peaks(torch.full((1, 500), float("nan")))) == {0}
    assert set(waveform_peaks(torch.full((1, 500), float("inf")))) == {100}
