"""Clean sounds of simple machines: chip tunes, blips and zaps, electronic drum hits.

They are square, noisy, short and perfectly still by design. Without them a head takes all four for damage, as
recordings seldom are so. Unlike the still tones and noises of ``training.quality.garbage`` they begin, change and end.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from training.degradations.severity import geometric
from training.quality.sources import SAMPLE_RATE, SECONDS, Passage, Source

Samples = npt.NDArray[np.float64]

SCALE = (0, 2, 3, 5, 7, 9, 10, 12)


def chip_sounds(count: int, rng: np.random.Generator) -> Iterator[Passage]:
    """``count`` sounds of 0.1 to 3 s, the kinds in turn."""
    for index in range(count):
        make, category = _KINDS[index % len(_KINDS)]
        waveform = _faded(make(rng))
        peak = max(float(np.abs(waveform).max()), 1e-9)
        source = Source(Path("chip_sounds"), "chip_sounds", category, held_out=False)
        yield Passage((waveform * (0.5 / peak)).astype(np.float32), source)


def tune(rng: np.random.Generator) -> Samples:
    """Notes or fast arpeggios of one pulse or triangle voice, 3 s."""
    step = geometric(0.03, 0.4, rng.random())
    root, duty = geometric(80, 900, rng.random()), rng.choice([0.125, 0.25, 0.5])
    degrees = rng.choice(SCALE, round(SECONDS / step))
    hertz = np.repeat(root * 2.0 ** (degrees / 12), round(step * SAMPLE_RATE))
    decay = np.tile(np.exp(-np.arange(round(step * SAMPLE_RATE)) / SAMPLE_RATE * rng.choice([0.5, 4.0])), len(degrees))
    voice = _voice(hertz, duty, rng.random() < 0.3)
    return np.asarray(voice * decay)[: round(SECONDS * SAMPLE_RATE)]


def zap(rng: np.random.Generator) -> Samples:
    """One gliding pulse: laser, jump, coin, power-up; 0.1 to 0.8 s."""
    size = round(geometric(0.1, 0.8, rng.random()) * SAMPLE_RATE)
    ends = geometric(100, 3_000, rng.random()), geometric(100, 3_000, rng.random())
    hertz = np.geomspace(*ends, size)
    if rng.random() < 0.4:
        hertz = np.where(np.arange(size) < rng.uniform(0.1, 0.5) * size, ends[0], ends[1])
    return _voice(hertz, rng.choice([0.125, 0.25, 0.5]), rng.random() < 0.3) * np.linspace(1, 0, size) ** rng.uniform(
        0.3, 3
    )


def burst(rng: np.random.Generator) -> Samples:
    """A burst of held noise: explosion, hit, cymbal; 0.1 to 1.5 s."""
    size = round(geometric(0.1, 1.5, rng.random()) * SAMPLE_RATE)
    held = np.cumsum(np.geomspace(geometric(2_000, 30_000, rng.random()), geometric(500, 30_000, rng.random()), size))
    noise = rng.uniform(-1, 1, int(held[-1] / SAMPLE_RATE) + 1)[(held / SAMPLE_RATE).astype(np.int64)]
    return np.asarray(noise * np.exp(-np.arange(size) / size * rng.uniform(3, 7)))


def hit(rng: np.random.Generator) -> Samples:
    """An electronic drum: a falling sine with a little noise, 0.1 to 0.8 s."""
    size = round(geometric(0.1, 0.8, rng.random()) * SAMPLE_RATE)
    time = np.arange(size) / SAMPLE_RATE
    low = geometric(40, 400, rng.random())
    phase = np.cumsum(low * (1 + rng.uniform(1, 8) * np.exp(-time / rng.uniform(0.005, 0.05)))) / SAMPLE_RATE
    body = np.sin(2 * np.pi * phase) * np.exp(-time / rng.uniform(0.03, 0.25))
    return np.asarray(
        body + rng.choice([0.0, 0.3, 1.0]) * rng.standard_normal(size) * np.exp(-time / rng.uniform(0.005, 0.1))
    )


def _voice(hertz: Samples, duty: float, triangle: bool) -> Samples:
    phase = np.cumsum(hertz) / SAMPLE_RATE % 1
    return np.asarray(4 * np.abs(phase - 0.5) - 1 if triangle else np.where(phase < duty, 1.0, -1.0))


def _faded(waveform: Samples) -> Samples:
    """The last 5 ms fade out, as a sound that ends does."""
    fade = min(len(waveform), SAMPLE_RATE // 200)
    return waveform * np.minimum(1.0, np.arange(len(waveform), 0, -1) / fade)


_KINDS: tuple[tuple[Callable[[np.random.Generator], Samples], str], ...] = (
    (tune, "instruments"), (zap, "sfx"), (burst, "sfx"), (hit, "drums"),
)  # fmt: skip
