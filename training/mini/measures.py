"""What a caption's adjectives rest on: brightness, length, attack and noisiness, measured from the log-mel picture.

All measures work on absolute decibels ``(mel, frame)``; thresholds are quantiles of the training recordings, so
"bright" means brighter than three quarters of them.
"""

from dataclasses import astuple, dataclass

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.float32]

FRAMES_PER_SECOND = 50.0


@dataclass(frozen=True)
class Measures:
    """One recording's measures.

    Attributes:
        brightness: Power-weighted mean mel band, 0 (low) to 63 (high).
        seconds: Time from first to last frame within 40 dB of the peak.
        attack: Seconds from 20 dB below the peak to the peak.
        noisiness: Flatness over mel bands of the mean spectrum, 0 (a tone) to 1 (noise).
    """

    brightness: float
    seconds: float
    attack: float
    noisiness: float


ATTRIBUTES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "brightness": (("dark", "low", "deep", "muffled", "bassy"), ("bright", "high-pitched", "crisp", "treble-heavy")),
    "seconds": (("short", "brief", "quick"), ("long", "sustained", "lasting", "continuous")),
    "attack": (("punchy", "sharp", "sudden", "percussive"), ("soft", "slowly swelling", "gradual", "gentle fade-in")),
    "noisiness": (("tonal", "pure", "clean pitched"), ("noisy", "hissy", "rough textured")),
}
"""Words for the lowest and the highest quarter of each measure."""


def measured(picture: Picture) -> Measures:
    """Measures of a recording.

    Args:
        picture: ``(mel, frame)`` absolute decibels.
    """
    power = 10.0 ** (picture.astype(np.float64) / 10.0)
    loudness = 10.0 * np.log10(power.sum(0) + 1e-10)
    peak = int(loudness.argmax())
    active = np.flatnonzero(loudness > loudness[peak] - 40.0)
    rise = np.flatnonzero(loudness[: peak + 1] > loudness[peak] - 20.0)
    spectrum = power[:, active].mean(1)
    return Measures(
        brightness=float((spectrum * np.arange(len(spectrum))).sum() / spectrum.sum()),
        seconds=float(active[-1] - active[0] + 1) / FRAMES_PER_SECOND,
        attack=float(peak - rise[0]) / FRAMES_PER_SECOND,
        noisiness=float(np.exp(np.log(spectrum + 1e-10).mean()) / spectrum.mean()),
    )


def quarters(all_measures: list[Measures]) -> dict[str, tuple[float, float]]:
    """Lower and upper quartile of each measure."""
    table = np.array([astuple(measures) for measures in all_measures])
    low, high = np.quantile(table, [0.25, 0.75], axis=0)
    return {name: (float(low[i]), float(high[i])) for i, name in enumerate(ATTRIBUTES)}


def adjectives_of(measures: Measures, limits: dict[str, tuple[float, float]]) -> list[tuple[str, ...]]:
    """For each measure in its lowest or highest quarter, the words that fit."""
    words = []
    for name, (low_words, high_words) in ATTRIBUTES.items():
        value, (low, high) = getattr(measures, name), limits[name]
        if value <= low:
            words.append(low_words)
        elif value >= high:
            words.append(high_words)
    return words
