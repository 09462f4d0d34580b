"""Ratings by people: ``ratings.csv`` with the columns clip, rater, score.

Raters differ in where they put the middle and how far they swing, so each rater's scores are standardised before a
clip's opinion is their mean. The noise ceiling is what a perfect predictor could reach: the correlation of two random
halves of the raters, stepped up to all of them by Spearman and Brown's formula.
"""

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import rankdata, spearmanr

from audioforge.metrics.opinions import standardised

COLUMNS = {"clip", "rater", "score"}


@dataclass(frozen=True)
class Ratings:
    """Scores of each clip by rater, standardised per rater.

    Attributes:
        clips: Paths, as the table's clips taken relative to the table's folder.
        scores: Per clip, rater → standardised score.
    """

    clips: tuple[Path, ...]
    scores: tuple[Mapping[str, float], ...]

    @property
    def opinion(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Mean standardised score of each clip."""
        return np.array([np.mean(list(by_rater.values())) for by_rater in self.scores])

    @property
    def quality(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Rank of each clip's opinion, from 0 (worst) to 1 (best)."""
        return (rankdata(self.opinion) - 1) / max(1, len(self.clips) - 1)


def read_ratings(path: Path) -> Ratings:
    """Reads and checks a table.

    Raises:
        ValueError: Naming the file, the line and the mend: no such file, a missing column, no number, a missing
            clip, a second score of one clip by one rater, or fewer than ten clips.
    """
    if not path.is_file():
        raise ValueError(f"there is no table at {path}: give a csv file with the columns clip, rater, score.")
    by_clip: dict[str, dict[str, float]] = defaultdict(dict)
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if COLUMNS - set(reader.fieldnames or ()):
            raise ValueError(f"{path} has the columns {reader.fieldnames}, expected clip, rater, score.")
        for row in reader:
            _add(by_clip, row, f"{path}, line {reader.line_num}")
    if len(by_clip) < 10:
        raise ValueError(f"{path} rates {len(by_clip)} clips, expected at least 10: rate more.")
    clips = [path.parent / name for name in by_clip]
    missing = [str(clip) for clip in clips if not clip.is_file()]
    if missing:
        raise ValueError(f"{path} rates clips that don't exist, such as {missing[0]}: paths are relative to the table.")
    return Ratings(tuple(clips), tuple(standardised(by_clip).values()))


def noise_ceiling(ratings: Ratings, rng: np.random.Generator, *, splits: int = 100) -> float:
    """Corrected rank correlation of random halves of the raters; NaN where fewer than three clips have two raters."""
    correlations = []
    for _ in range(splits):
        halves = [_two_halves(list(scores.values()), rng) for scores in ratings.scores if len(scores) >= 2]
        if len(halves) >= 3:
            correlations.append(float(spearmanr(*zip(*halves, strict=True)).statistic))
    half = float(np.mean(correlations)) if correlations else float("nan")
    return 2 * half / (1 + half)


def _add(by_clip: dict[str, dict[str, float]], row: Mapping[str, str], place: str) -> None:
    try:
        score = float(row["score"])
    except (TypeError, ValueError) as error:
        raise ValueError(f"{place}: the score {row['score']!r} is no number.") from error
    if not np.isfinite(score):
        raise ValueError(f"{place}: the score {row['score']!r} is not finite.")
    if row["rater"] in by_clip[row["clip"]]:
        raise ValueError(f"{place}: {row['rater']} rates {row['clip']} a second time: keep one.")
    by_clip[row["clip"]][row["rater"]] = score


def _two_halves(scores: list[float], rng: np.random.Generator) -> tuple[float, float]:
    order = rng.permutation(len(scores))
    middle = len(scores) // 2
    values = np.asarray(scores)
    return float(values[order[:middle]].mean()), float(values[order[middle:]].mean())
