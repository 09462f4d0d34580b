"""Plain electronic phrases: clean by construction, without the noise floor of a recording.

Generators and synthesisers give such sounds, recordings never do. Without them a head takes still partials and digital
silence for damage. Notes begin and end (unlike the still tones of ``training.quality.garbage``).
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from training.degradations.severity import Waveform, geometric
from training.quality.sources import SAMPLE_RATE, SECONDS, Passage, Source

SOURCE = Source(Path("melodies"), "melodies", "instruments", held_out=False)
SCALE = (0, 2, 3, 5, 7, 9, 10, 12)


def melodies(count: int, rng: np.random.Generator) -> Iterator[Passage]:
    """``count`` phrases of 3 s."""
    for _ in range(count):
        yield Passage(phrase(rng), SOURCE)


def phrase(rng: np.random.Generator) -> Waveform:
    """Notes or chords of one random timbre at a steady or loose rhythm."""
    size = round(SECONDS * SAMPLE_RATE)
    waveform = np.zeros(size)
    step = geometric(0.12, 1.2, rng.random())
    root, looseness = geometric(55, 500, rng.random()), rng.choice([0.0, 0.02])
    timbre = _timbre(rng)
    for beat in np.arange(0, SECONDS, step):
        start = min(size - 1, max(0, round((beat + looseness * rng.standard_normal()) * SAMPLE_RATE)))
        for degree in rng.choice(SCALE, int(rng.integers(1, 4)), replace=False):
            note = _note(root * 2 ** (degree / 12), *timbre, rng)[: size - start]
            waveform[start : start + len(note)] += note * rng.uniform(0.5, 1.0)
    return (waveform * (0.5 / max(np.abs(waveform).max(), 1e-9))).astype(np.float32)


def _timbre(rng: np.random.Generator) -> tuple[float, float, float, float]:
    """Slope of the partials, decay in seconds, attack in seconds, level of the attack's noise."""
    return (
        rng.uniform(0.6, 2.5),
        geometric(0.08, 1.5, rng.random()),
        geometric(0.001, 0.1, rng.random()),
        rng.choice([0.0, 0.1, 0.5]),
    )


def _note(
    hertz: float, slope: float, decay: float, attack: float, noise: float, rng: np.random.Generator
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    time = np.arange(round(min(SECONDS, 5 * decay) * SAMPLE_RATE)) / SAMPLE_RATE
    partials = [k for k in range(1, 25) if k * hertz < 0.45 * SAMPLE_RATE]
    # Upper partials die sooner, as they do in strings and drums.
    tone = np.sum(
        [np.sin(2 * np.pi * hertz * k * time) * np.exp(-time * k**0.5 / decay) / k**slope for k in partials], axis=0
    )
    burst = noise * rng.standard_normal(len(time)) * np.exp(-time / 0.01)
    return (tone + burst) * np.minimum(1.0, time / attack)
