import dataclasses

import numpy as np
import pytest
import torch

from reward_models.embedders.shifted_log_mel import MelSettings, ShiftedLogMel, mel_filterbank

HTK = MelSettings(
    sample_rate=44_100, n_fft=2048, hop_length=1024, n_mels=96, scale="htk", norm="unit_sum", periodic_window=False
)
SLANEY = MelSettings(
    sample_rate=16_000, n_fft=512, hop_length=256, n_mels=96, scale="slaney", norm="slaney", periodic_window=True
)


def test_unit_sum_bands_sum_to_one():
    np.testing.assert_allclose(mel_filterbank(HTK).sum(0), np.ones(96), rtol=1e-12)


def test_slaney_bands_are_equal_triangles_below_one_kilohertz_and_widen_above():
    centres = (mel_filterbank(SLANEY) * np.linspace(0, 8000, 257)[:, None]).sum(0) / mel_filterbank(SLANEY).sum(0)
    steps = np.diff(centres)
    assert steps[40:].min() > 0
    assert steps[-1] > 3 * steps[5]


@pytest.mark.parametrize("settings", [HTK, SLANEY])
def test_a_window_of_the_stated_length_holds_exactly_that_many_frames(settings):
    log_mel = ShiftedLogMel(settings, torch.device("cpu"))
    assert log_mel(torch.zeros(1, settings.window_length(7))).shape == (1, 7, 96)
    assert log_mel(torch.zeros(1, settings.window_length(7) - 1)).shape == (1, 6, 96)


@pytest.mark.parametrize("settings", [HTK, SLANEY])
def test_silence_is_exactly_zero(settings):
    assert ShiftedLogMel(settings, torch.device("cpu"))(torch.zeros(2, settings.window_length(3))).abs().max() == 0


def test_ten_times_the_amplitude_adds_two_where_the_sound_is_loud():
    time = np.arange(HTK.window_length(1)) / HTK.sample_rate
    sine = torch.from_numpy(np.sin(2 * np.pi * 1000 * time).astype(np.float32))[None]
    log_mel = ShiftedLogMel(HTK, torch.device("cpu"))
    difference = log_mel(sine) - log_mel(sine / 10)
    assert difference[0, 0, log_mel(sine)[0, 0].argmax()].item() == pytest.approx(2.0, abs=1e-3)


def test_a_full_scale_sines_power_is_the_hann_windows_gain_squared():
    wide = dataclasses.replace(HTK, n_mels=1)
    time = np.arange(wide.n_fft) / wide.sample_rate
    sine = torch.from_numpy(np.sin(2 * np.pi * 5000 * time).astype(np.float32))[None]
    power = (10 ** ShiftedLogMel(wide, torch.device("cpu"))(sine).item() - 1) / 1e4
    bank = mel_filterbank(wide)[:, 0]
    windowed = np.hanning(2048) * sine[0].numpy()
    assert power == pytest.approx(float((np.abs(np.fft.rfft(windowed)) ** 2) @ bank), rel=1e-4)
