"""Clips for load tests: made from a number, no two alike, cheap to make so that the maker doesn't slow the tested."""

import io
import wave
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

RATE = 32_000
SECONDS = 2.0
REQUEST = "a short burst of noise"
SILENT_ONE_IN = 20


@dataclass(frozen=True)
class Shot:
    """One request: its number, and its clips as files of a multipart form."""

    number: int
    files: list[tuple[str, tuple[str, bytes, str]]]


def make_shot(number: int, clips: int) -> Shot:
    """The request of that number."""
    files = [
        ("files", (f"{seed}.wav", _wav(seed), "audio/wav")) for seed in range(number * clips, (number + 1) * clips)
    ]
    return Shot(number, files)


def seeds_of(shot: Shot) -> range:
    """What its clips were made from."""
    return range(shot.number * len(shot.files), (shot.number + 1) * len(shot.files))


def is_silent(seed: int) -> bool:
    """True where the clip has no sound."""
    return seed % SILENT_ONE_IN == 0


def samples_of(seed: int) -> tuple[int, NDArray[np.int16]]:
    """Rate in Hz and samples of one clip."""
    if is_silent(seed):
        return RATE, np.zeros(int(RATE * SECONDS), np.int16)
    turned = np.roll(_burst(), seed * 7919 % len(_burst()))
    turned[: 16 * 3 : 3] ^= (seed >> np.arange(16)).astype(np.int16) & 1  # tells clips of one turn apart
    return RATE, turned


@lru_cache(maxsize=1)
def _burst() -> NDArray[np.int16]:
    time = np.arange(int(RATE * SECONDS)) / RATE
    noise = np.random.default_rng(0).normal(0, 3_000, len(time)) * np.exp(-2 * time)
    return (noise + 6_000 * np.sin(2 * np.pi * 330 * time) * np.exp(-time)).astype(np.int16)


def _wav(seed: int) -> bytes:
    rate, samples = samples_of(seed)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return buffer.getvalue()
