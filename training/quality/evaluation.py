"""How well predicted damage follows real damage on clips that no head was trained on.

Two numbers a kind: how often a clean passage is predicted better than its degraded copies (chance 0.5), and the rank
correlation of prediction with severity along a passage's ladder, the clean passage included (chance 0). Copies whose
measured damage is under ``AUDIBLE_DB`` count too, unless a number says ``audible``.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import spearmanr

from training.quality.examples import CLEAN, Label

AUDIBLE_DB = 2.0


@dataclass(frozen=True)
class KindResult:
    """Of one kind of degradation, or of several pooled.

    Attributes:
        ladders: How many passages climbed it.
        clean_wins: Share of copies that are predicted worse than their clean passage.
        audible_clean_wins: The same over copies with at least ``AUDIBLE_DB`` of damage.
        rank_correlation: Mean Spearman correlation of prediction and severity along a ladder.
    """

    ladders: int
    clean_wins: float
    audible_clean_wins: float
    rank_correlation: float


@dataclass(frozen=True)
class _Ladder:
    kind: str
    rank_correlation: float
    wins: tuple[bool, ...]
    audible_wins: tuple[bool, ...]


class LadderResults:
    """All ladders of a test set, pooled as asked.

    Args:
        predicted: Damage of each example, higher is worse.
        labels: Of each example.
    """

    def __init__(self, predicted: npt.NDArray[np.floating], labels: Sequence[Label]) -> None:
        self._ladders = [
            _ladder(predicted, labels, clean, steps)
            for clean, by_kind in _by_passage(labels).values()
            for steps in by_kind.values()
        ]

    @property
    def kinds(self) -> list[str]:
        """Names of the kinds that were climbed."""
        return sorted({ladder.kind for ladder in self._ladders})

    def pooled(self, kinds: Sequence[str]) -> KindResult:
        """The ladders of these kinds together."""
        chosen = [ladder for ladder in self._ladders if ladder.kind in kinds]
        return KindResult(
            ladders=len(chosen),
            clean_wins=_share([win for ladder in chosen for win in ladder.wins]),
            audible_clean_wins=_share([win for ladder in chosen for win in ladder.audible_wins]),
            rank_correlation=float(np.nanmean([ladder.rank_correlation for ladder in chosen])) if chosen else np.nan,
        )


def below_clean(predicted: npt.NDArray[np.floating], labels: Sequence[Label]) -> Mapping[str, float]:
    """Per kind of garbage: how often it is predicted worse than a clean passage, over all pairs (chance 0.5)."""
    clean = np.array([label.kind == CLEAN for label in labels])
    by_kind: dict[str, list[float]] = defaultdict(list)
    for label, own in zip(labels, predicted, strict=True):
        if label.passage < 0:
            by_kind[label.kind].append(float((own > predicted[clean]).mean()))
    return {kind: float(np.mean(shares)) for kind, shares in by_kind.items()}


def _by_passage(labels: Sequence[Label]) -> dict[int, tuple[int, dict[str, list[int]]]]:
    """Per passage: the index of its clean example, and those of its copies by kind in order of severity."""
    found: dict[int, tuple[int, dict[str, list[int]]]] = {}
    for index, label in enumerate(labels):
        if label.kind == CLEAN:
            found[label.passage] = (index, defaultdict(list))
        elif label.passage >= 0:
            found[label.passage][1][label.kind].append(index)
    for _, by_kind in found.values():
        for steps in by_kind.values():
            steps.sort(key=lambda index: labels[index].severity)
    return found


def _ladder(predicted: npt.NDArray[np.floating], labels: Sequence[Label], clean: int, steps: Sequence[int]) -> _Ladder:
    wins = {index: bool(predicted[index] > predicted[clean]) for index in steps}
    climbed = [predicted[index] for index in (clean, *steps)]
    return _Ladder(
        kind=labels[steps[0]].kind,
        rank_correlation=float(spearmanr(range(len(climbed)), climbed).statistic),
        wins=tuple(wins.values()),
        audible_wins=tuple(win for index, win in wins.items() if labels[index].damage >= AUDIBLE_DB),
    )


def _share(wins: Sequence[bool]) -> float:
    return float(np.mean(wins)) if wins else float("nan")
