"""Synthesised drum one-shots, analogue style: enough voices for a kit of ``drum_patterns``, every parameter drawn."""

import numpy as np

from training.mini.drum_patterns import Kit
from training.mini.records import SAMPLE_RATE, Waveform


def _time(seconds: float) -> Waveform:
    return np.arange(round(seconds * SAMPLE_RATE), dtype=np.float32) / SAMPLE_RATE


def kick(rng: np.random.Generator) -> Waveform:
    """Falling sine with a click."""
    time = _time(rng.uniform(0.15, 0.7))
    end, top, fall = rng.uniform(38, 65), rng.uniform(90, 320), rng.uniform(0.015, 0.06)
    phase = 2 * np.pi * (end * time + (top - end) * fall * (1 - np.exp(-time / fall)))
    body = np.sin(phase) * np.exp(-time / rng.uniform(0.08, 0.3))
    click = rng.standard_normal(len(time)) * np.exp(-time / 0.003) * rng.uniform(0, 0.4)
    return np.tanh(rng.uniform(1, 3) * (body + click)).astype(np.float32)


def snare(rng: np.random.Generator) -> Waveform:
    """Two tones and noise."""
    time = _time(rng.uniform(0.12, 0.4))
    low = rng.uniform(150, 240)
    tone = (np.sin(2 * np.pi * low * time) + 0.5 * np.sin(2 * np.pi * low * 1.6 * time)) * np.exp(-time / 0.06)
    noise = _high(rng.standard_normal(len(time))) * np.exp(-time / rng.uniform(0.04, 0.15))
    return (rng.uniform(0.3, 0.8) * tone + rng.uniform(0.5, 1.0) * noise).astype(np.float32)


def hat(rng: np.random.Generator, *, decay: tuple[float, float] = (0.012, 0.05)) -> Waveform:
    """High metallic noise."""
    fall = rng.uniform(*decay)
    time = _time(min(1.0, 6 * fall))
    squares = sum(np.sign(np.sin(2 * np.pi * f * rng.uniform(1.0, 1.6) * time)) for f in (3270, 4550, 5950, 7900))
    noise = 0.6 * rng.standard_normal(len(time)) + 0.2 * squares * rng.uniform(0, 1)
    return (_high(_high(noise)) * np.exp(-time / fall)).astype(np.float32)


def clap(rng: np.random.Generator) -> Waveform:
    """Three bursts and a tail."""
    time = _time(rng.uniform(0.15, 0.35))
    envelope = sum(np.exp(-np.clip(time - d, 0, None) / 0.006) * (time >= d) for d in (0.0, 0.011, 0.023))
    envelope = envelope + (time >= 0.03) * np.exp(-(time - 0.03).clip(0) / rng.uniform(0.05, 0.12))
    return (_high(rng.standard_normal(len(time))) * envelope * 0.5).astype(np.float32)


def tom(rng: np.random.Generator) -> Waveform:
    """Slowly falling sine."""
    time = _time(rng.uniform(0.25, 0.6))
    pitch = rng.uniform(70, 240)
    phase = 2 * np.pi * pitch * (time + 0.03 * (1 - np.exp(-time / 0.05)))
    return (np.sin(phase) * np.exp(-time / rng.uniform(0.1, 0.25))).astype(np.float32)


def perc(rng: np.random.Generator) -> Waveform:
    """A short pitched tick: woodblock, cowbell or conga."""
    time = _time(rng.uniform(0.08, 0.3))
    pitch, ratio = rng.uniform(250, 1200), rng.choice([1.48, 2.1, 1.0])
    tone = np.sin(2 * np.pi * pitch * time) + 0.6 * np.sin(2 * np.pi * pitch * ratio * time)
    return (tone * np.exp(-time / rng.uniform(0.02, 0.1)) * 0.6).astype(np.float32)


def synthetic_kit(rng: np.random.Generator, *, variants: int = 3) -> Kit:
    """A kit with ``variants`` one-shots a voice."""

    def several(voice: str) -> list[Waveform]:
        makers = {"kick": kick, "snare": snare, "hat": hat, "clap": clap, "tom": tom, "perc": perc}
        if voice == "open":
            return [hat(rng, decay=(0.1, 0.25)) for _ in range(variants)]
        if voice == "ride":
            return [hat(rng, decay=(0.25, 0.5)) for _ in range(variants)]
        return [makers[voice](rng) for _ in range(variants)]

    return {voice: several(voice) for voice in ("kick", "snare", "hat", "open", "clap", "tom", "ride", "perc")}


def _high(signal: Waveform) -> Waveform:
    return np.diff(signal, prepend=signal[:1]) * 0.7
