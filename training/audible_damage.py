"""How far a degraded clip is from its clean original, in decibels: the anchor that makes kinds of damage comparable.

A severity is a knob, not a loudness of damage: white noise 30 dB down ruins a lone piano note and is inaudible in
rain. So every pair of a clip and its degraded copy is measured: both as log energies of 40 mel bands in frames of
32 ms (10 ms apart), floored 60 dB below the louder clip's peak band (about the range that one hears at once),
level-matched, and compared by the root mean square of the differences. It is a log-spectral distance: it needs the
original, so it can train a head but can't be a reward. It is coarse where damage hides in phase or fine pitch
(``phase_noise``, ``wow_flutter``): there it understates.
"""

from functools import lru_cache

import torch
from jaxtyping import Float
from torch import Tensor

from reward_models.embedders.mini.front_end import FrontEndConfig, mel_filters

RANGE_DB = 60.0
"""What lies further below the peak band is taken as unheard."""


def audible_damage(
    reference: Float[Tensor, "*batch time"], candidate: Float[Tensor, "*batch time"], sample_rate: int
) -> Float[Tensor, "*batch"]:
    """Root-mean-square log-spectral distance in dB between a clip and its time-aligned degraded copy.

    Args:
        reference: The clean clips, mono.
        candidate: Their degraded copies, sample for sample in time.
        sample_rate: Hz.

    Returns:
        At least 0; 0 for equal clips and for a change of level alone; about 1 is barely audible, above 10 is gross.
    """
    clean, damaged = _mel_power(reference, sample_rate), _mel_power(candidate, sample_rate)
    damaged = damaged * (clean.sum((-2, -1), keepdim=True) / damaged.sum((-2, -1), keepdim=True).clamp_min(1e-20))
    peak = torch.maximum(clean.amax((-2, -1), keepdim=True), damaged.amax((-2, -1), keepdim=True)).clamp_min(1e-20)
    floor = peak * 10 ** (-RANGE_DB / 10)
    difference = 10 * (torch.log10(clean + floor) - torch.log10(damaged + floor))
    heard = torch.maximum(clean, damaged) > floor
    return torch.sqrt((difference**2 * heard).sum((-2, -1)) / heard.sum((-2, -1)).clamp_min(1))


def _mel_power(waveform: Float[Tensor, "*batch time"], sample_rate: int) -> Float[Tensor, "*batch mel frame"]:
    config, filters = _front_end(sample_rate)
    hann = torch.hann_window(config.n_fft)
    spectrum = torch.stft(waveform, config.n_fft, config.hop_length, window=hann, return_complex=True)
    return filters.T @ (spectrum.real.square() + spectrum.imag.square())


@lru_cache(maxsize=4)
def _front_end(sample_rate: int) -> tuple[FrontEndConfig, Float[Tensor, "bin mel"]]:
    config = FrontEndConfig(
        sample_rate, n_fft=1024, hop_length=sample_rate // 100, n_mels=40, f_min=50.0, f_max=0.49 * sample_rate
    )
    return config, mel_filters(config)
