"""Text-to-audio generators by name.

>>> generator = load_generator("sketch")
"""

from collections.abc import Callable
from typing import Any

from audioforge.generators.base import Generator, ParameterSpace

__all__ = ["GENERATORS", "Generator", "ParameterSpace", "load_generator"]


def _sketch(device: str = "cpu", **options: object) -> Generator:
    from audioforge.generators.sketch import SketchGenerator

    del device  # it computes on the CPU, whatever the others are given
    return SketchGenerator(**options)


def _stable_audio(**options: Any) -> Generator:  # noqa: ANN401 - the constructor's own
    from audioforge.generators.stable_audio import StableAudioGenerator

    return StableAudioGenerator(**options)


def _musicgen(**options: Any) -> Generator:  # noqa: ANN401 - the constructor's own
    from audioforge.generators.musicgen import MusicGenGenerator

    return MusicGenGenerator(**options)


#: Name to factory; each imports what it needs when it is called.
GENERATORS: dict[str, Callable[..., Generator]] = {
    "sketch": _sketch,
    "stable-audio-open-small": _stable_audio,
    "musicgen": _musicgen,
}


def load_generator(name: str, **options: object) -> Generator:
    """Make the generator of that name.

    Args:
        name: A key of ``GENERATORS``; ``KEY=MODEL`` names its folder or hub id.
        **options: Passed to its constructor.

    Raises:
        ValueError: If there is none of that name.
        CheckpointError: If its weights or packages are missing.
    """
    key, _, model = name.partition("=")
    if key not in GENERATORS:
        raise ValueError(f"No generator is called {key!r}; there is {', '.join(sorted(GENERATORS))}.")
    if model and key == "sketch":
        raise ValueError(f"The generator 'sketch' has no models: leave ={model} out.")
    return GENERATORS[key](**({"model": model} if model else {}), **options)
