"""What a recipe is told: how long, how big, how hard, and its options from the lexicon."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from jaxtyping import Float
from numpy.random import Generator as Random

from audioforge.generators.sketch.timebase import to_samples

Option: TypeAlias = float | str | Sequence[float]


@dataclass(frozen=True)
class Cue:
    """One sound to make.

    Attributes:
        seconds: Length of a texture; the longest an event may take.
        random: Source of every random choice.
        size: 0 tiny to 1 huge: bigger things sound lower and longer.
        force: 0 gentle to 1 violent.
        speed: Tempo of what happens; 1 is natural.
        pitch: Factor on frequencies.
        material: Word such as "wood", empty when the request names none.
        options: The recipe's own numbers and words.
    """

    seconds: float
    random: Random
    size: float = 0.5
    force: float = 0.5
    speed: float = 1.0
    pitch: float = 1.0
    material: str = ""
    options: Mapping[str, Option] = field(default_factory=dict)

    @property
    def length(self) -> int:
        """Samples of a texture."""
        return to_samples(self.seconds)

    @property
    def scale(self) -> float:
        """Factor on frequencies that size and pitch make together."""
        return float(2.0 ** (1.0 - 2.0 * self.size) * self.pitch)

    def number(self, key: str, default: float) -> float:
        """An option that is a number."""
        value = self.options.get(key, default)
        return float(value) if isinstance(value, int | float) else default

    def word(self, key: str, default: str) -> str:
        """An option that is a word."""
        return str(self.options.get(key, default))

    def numbers(self, key: str, default: Sequence[float]) -> Float[np.ndarray, " number"]:
        """An option that is a list of numbers."""
        return np.asarray(self.options.get(key, default), dtype=float)

    def vary(self, value: float, share: float = 0.1) -> float:
        """The value, up to ``share`` more or less of it, drawn anew each time."""
        return float(value * (1.0 + share * self.random.uniform(-1.0, 1.0)))


Recipe: TypeAlias = Callable[[Cue], Float[np.ndarray, "*channel time"]]
