"""Graded ways to ruin a clip: what a quality head learns from and what the degradation ladders climb.

``degrade`` is deterministic in its seed, keeps length, channels and peak (so that level gives nothing away), and leaves
its input untouched. ``HELD_OUT_KINDS`` never enter the training of a shipped head: they test it on damage that it never
saw. ``FAMILY`` groups kinds that resemble each other, for tests in which a whole family is held out.
"""

from collections.abc import Callable

import numpy as np

from training.degradations import bandwidth, codec, distortion, noise, spectral, temporal
from training.degradations.severity import Waveform

Apply = Callable[[Waveform, int, float, np.random.Generator], Waveform]

_FAMILIES: dict[str, tuple[Apply, ...]] = {
    "noise": (noise.white_noise, noise.pink_noise, noise.following_noise, noise.hum, noise.band_hiss),
    "impulses": (noise.clicks, noise.crackle, noise.pops),
    "distortion": (
        distortion.hard_clip,
        distortion.soft_clip,
        distortion.bit_crush,
        distortion.mu_law,
        distortion.wave_fold,
        distortion.dead_zone,
    ),
    "bandwidth": (
        bandwidth.low_pass,
        bandwidth.high_pass,
        bandwidth.telephone,
        bandwidth.aliasing,
        bandwidth.low_rate,
        bandwidth.tilt,
        bandwidth.resonances,
    ),
    "codec": (codec.vorbis, codec.opus, codec.mp3, codec.adpcm, codec.gsm),
    "temporal": (
        temporal.dropouts,
        temporal.stutter,
        temporal.reverb,
        temporal.wow_flutter,
        temporal.chopping,
        temporal.unsteady,
        temporal.tremble,
    ),
    "spectral": (
        spectral.spectral_holes,
        spectral.musical_noise,
        spectral.phase_noise,
        spectral.smeared,
        spectral.blurred_bands,
        spectral.coarse_levels,
        spectral.held_frames,
        spectral.metallic,
        spectral.ghost_tones,
    ),
}

_PRACTICE: dict[str, tuple[Apply, ...]] = {
    "noise": (noise.rumble, noise.whine, noise.buzz),
    "impulses": (noise.bit_errors,),
    "distortion": (distortion.rectified,),
    "bandwidth": (bandwidth.combed, bandwidth.shelved),
    "temporal": (
        temporal.tremolo,
        temporal.squashed,
        temporal.gated,
        temporal.doubled,
        temporal.loose_grains,
        temporal.shuffled,
        temporal.lost_packets,
        temporal.echoed,
    ),
}

KINDS: dict[str, Apply] = {apply.__name__: apply for members in _FAMILIES.values() for apply in members}
"""Every degradation that heads are measured on, by name."""

PRACTICE_KINDS: dict[str, Apply] = {apply.__name__: apply for members in _PRACTICE.values() for apply in members}
"""Degradations that are trained on and never measured: they came later, and the measure stays as it was."""

FAMILY: dict[str, str] = {
    apply.__name__: family for table in (_FAMILIES, _PRACTICE) for family, members in table.items() for apply in members
}
"""The family of each kind."""

HELD_OUT_KINDS = ("pink_noise", "crackle", "soft_clip", "telephone", "mp3", "chopping", "musical_noise", "ghost_tones")
"""Kinds that no shipped head was trained on, chosen before any head was trained, at least one from each family."""

LADDER = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Severities of a degradation ladder, on top of the clean clip."""


def degrade(waveform: Waveform, sample_rate: int, kind: str, severity: float, *, seed: int = 0) -> Waveform:
    """One clip under one degradation.

    Args:
        waveform: ``(time,)`` or ``(channel, time)``, full scale [-1, 1]; channels get the same random draws.
        sample_rate: Hz.
        kind: One of ``KINDS`` or ``PRACTICE_KINDS``.
        severity: 0 (mildest) to 1 (ruined); see the kind for what it means.
        seed: Of the random draws.

    Returns:
        The same shape, float32, with the peak of the input.

    Raises:
        ValueError: If the kind is unknown, or the severity outside [0, 1].
    """
    known = KINDS | PRACTICE_KINDS
    if kind not in known:
        raise ValueError(f"no degradation named {kind!r}; there are: {', '.join(known)}.")
    if not 0 <= severity <= 1:
        raise ValueError(f"severity must lie in [0, 1], got {severity}.")
    channels = np.atleast_2d(np.asarray(waveform, dtype=np.float32))
    damaged = [known[kind](channel, sample_rate, severity, np.random.default_rng(seed)) for channel in channels]
    return _with_peak_of(channels, np.stack(damaged)).reshape(np.shape(waveform))


def _with_peak_of(original: Waveform, damaged: Waveform) -> Waveform:
    peak = float(np.abs(damaged).max())
    if peak == 0:
        return damaged
    return (damaged * (float(np.abs(original).max()) / peak)).astype(np.float32)
