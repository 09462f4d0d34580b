"""More procedural weather and insects: steady choruses, dark surf and rain on resonant things.

The recorded clips hold few of these, and one recording of each does not say what may vary.
"""

import numpy as np

from training.mini.records import SAMPLE_RATE, Waveform
from training.mini.synthesis import Rng, Sound, band, grains, noise, seconds_axis, wander


def cricket_chorus(rng: Rng) -> Waveform:
    """Many insects at once: narrow bands of noise that hardly pulse, over a quiet night."""
    count = round(rng.uniform(4, 6) * SAMPLE_RATE)
    total = rng.uniform(0.002, 0.08) * noise(rng, count, colour=rng.uniform(0.3, 1.6))
    for _ in range(rng.integers(1, 5)):
        pitch, width = rng.uniform(2200, 7500), rng.uniform(0.01, 0.08)
        beat = np.sin(2 * np.pi * rng.uniform(8, 70) * np.arange(count) / SAMPLE_RATE)
        pulse = 1 - rng.uniform(0, 0.9) * (beat > 0)
        voice = band(rng.standard_normal(count), pitch * (1 - width), pitch * (1 + width))
        slow = 1 - rng.uniform(0, 0.6) * wander(rng, count, 1.5)
        total = total + rng.uniform(0.2, 1) * voice / np.abs(voice).max() * pulse * slow
    return total


def cicada_buzz(rng: Rng) -> Waveform:
    """A wide band of high noise, beaten fast, that swells."""
    time = seconds_axis(rng.uniform(4, 6))
    low = rng.uniform(3000, 6000)
    buzz = band(rng.standard_normal(len(time)), low, low * rng.uniform(1.3, 2.2))
    beaten = buzz * (1 + np.sin(2 * np.pi * rng.uniform(40, 200) * time))
    return beaten * (1 - rng.uniform(0, 0.8) * wander(rng, len(time), 1.0)) + 0.02 * noise(rng, len(time), colour=1.0)


def dark_surf(rng: Rng) -> Waveform:
    """Waves from afar or under wind: low noise whose swells come every few seconds, hiss only at their tops."""
    time = seconds_axis(6.0)
    turns = 2 * np.pi * (time / rng.uniform(3, 9) + rng.uniform())
    swell = (0.5 - 0.5 * np.cos(turns)) ** rng.uniform(0.7, 2.5) + 0.15 * wander(rng, len(time), 2)
    low = noise(rng, len(time), colour=rng.uniform(1.2, 2.4)) * (rng.uniform(0.05, 0.5) + swell)
    return low + rng.uniform(0.02, 0.4) * band(noise(rng, len(time), colour=0.8), 800, 6000) * swell**2


def resonant_rain(rng: Rng) -> Waveform:
    """Rain on a tent, tin or gutter: hiss and drops through a few broad resonances."""
    count = round(rng.uniform(4, 6) * SAMPLE_RATE)
    hiss = noise(rng, count, colour=rng.uniform(0.0, 1.2))
    drop = band(rng.standard_normal(300), 600, 9000) * np.exp(-np.arange(300) / rng.uniform(20, 120))
    dry = hiss + grains(rng, count, rng.uniform(20, 500), drop) * rng.uniform(0.05, 0.5)
    total = rng.uniform(0.1, 0.6) * dry
    for centre in np.exp(rng.uniform(np.log(250), np.log(9000), rng.integers(1, 5))):
        total = total + rng.uniform(0.3, 1.5) * band(dry, centre * 0.8, centre * 1.25)
    return total


NATURE: tuple[Sound, ...] = (
    Sound(cricket_chorus, "night crickets", "ambient", ("crickets", "night crickets", "insects at night")),
    Sound(cicada_buzz, "cicadas", "ambient", ("cicadas", "buzzing insects in the heat")),
    Sound(dark_surf, "ocean waves", "ambient", ("ocean waves", "distant surf", "waves rolling in")),
    Sound(resonant_rain, "rain", "ambient", ("rain", "rain on a tent", "rain on a tin roof")),
)
