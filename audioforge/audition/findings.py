"""What a table of ratings or choices shows, with the preset's rewards judged over the same clips."""

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from audioforge.audition.agreement import (
    Estimate,
    RaterAgreement,
    choice_agreement,
    rater_agreement,
    reward_agreement,
)
from audioforge.audition.answer_table import CHOICE_COLUMNS, choices_table, ratings_table
from audioforge.audition.clip_list import AuditionClip, AuditionError
from audioforge.metrics.opinions import opinions
from audioforge.rewards.combined import CombinedReward
from audioforge.scoring.file_batches import judge_files

RewardScores = Mapping[str, Mapping[str, float]]
"""Reward → clip, as the table names it → score."""


@dataclass(frozen=True)
class Findings:
    """What a table shows.

    Attributes:
        kind: ``ratings`` or ``choices``.
        answers: Rows.
        clips: Different clips.
        raters: Rater → answers.
        agreement: Of the raters; ``None`` for choices.
        rewards: Reward → Spearman with the opinion (ratings) or share of choices it shares.
        wins: System → choices won, lost and tied; empty for ratings.
        unscored: Clips that no total could be given, with the reason.
    """

    kind: str
    answers: int
    clips: int
    raters: Mapping[str, int]
    agreement: RaterAgreement | None
    rewards: Mapping[str, Estimate]
    wins: Mapping[str, tuple[int, int, int]]
    unscored: Mapping[str, str]


def is_choices(table: Path) -> bool:
    """Whether a table holds choices between pairs.

    Raises:
        AuditionError: If there is no such file.
    """
    if not table.is_file():
        raise AuditionError(f"no table at {table}: rate clips first, with audioforge audition CLIPS --out {table}.")
    with table.open(encoding="utf-8", newline="") as file:
        return set(CHOICE_COLUMNS) <= set(next(csv.reader(file), []))


def judge_clips(
    table: Path,
    names: Iterable[str],
    known: Sequence[AuditionClip],
    reward: CombinedReward,
    on_judged: Callable[[int], None] = lambda count: None,
) -> tuple[RewardScores, dict[str, str]]:
    """Every component's score, and the total, of the clips a table names.

    Args:
        table: Its names are relative to its folder.
        names: Of the clips.
        known: Clips with requests and categories; others are judged without.
        reward: What judges.
        on_judged: Called with the number of clips that were just done.

    Returns:
        Scores by reward and clip, and why clips have no total.

    Raises:
        AuditionError: If a clip isn't there.
    """
    listed = list(dict.fromkeys(names))
    paths = [(table.resolve().parent / name).resolve() for name in listed]
    for name, path in zip(listed, paths, strict=True):
        if not path.is_file():
            raise AuditionError(f"{table} names {name}, which is not there: paths are relative to the table.")
    about = {clip.path: clip for clip in known}
    requests = [about[path].request if path in about else None for path in paths]
    categories = [about[path].category if path in about else None for path in paths]
    judged = dict(zip(listed, judge_files(reward, paths, requests, categories, on_judged), strict=True))
    scores = {
        component.name: {name: float(own.components[component.name].score[0]) for name, own in judged.items()}
        for component in reward.components
    }
    scores["total"] = {name: float(own.total[0]) for name, own in judged.items()}
    return scores, {name: str(own.status[0]) for name, own in judged.items() if not own.status[0].ok}


def find_in_ratings(table: Path, scores: RewardScores, unscored: Mapping[str, str], *, seed: int = 0) -> Findings:
    """What a table of ratings shows.

    Raises:
        AuditionError: If a score is no number.
    """
    rows = ratings_table(table).rows()
    by_clip: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for row in rows:
        try:
            by_clip[row["clip"]][row["rater"]] = float(row["score"])
        except ValueError as error:
            raise AuditionError(f"{table}: {row['clip']} has the score {row['score']!r}, no number.") from error
    opinion = opinions(by_clip)
    return Findings(
        kind="ratings",
        answers=len(rows),
        clips=len(by_clip),
        raters=Counter(row["rater"] for row in rows),
        agreement=rater_agreement(by_clip, seed=seed),
        rewards={name: reward_agreement(own, opinion, seed=seed) for name, own in scores.items()},
        wins={},
        unscored=unscored,
    )


def find_in_choices(
    table: Path, scores: RewardScores, unscored: Mapping[str, str], system_of: Mapping[str, str], *, seed: int = 0
) -> Findings:
    """What a table of choices shows.

    Args:
        table: Of choices.
        scores: Reward → clip → score.
        unscored: Clips without a total.
        system_of: Clip → what made it, where known.
        seed: Of the resampling.
    """
    rows = choices_table(table).rows()
    margins: dict[str, defaultdict[tuple[str, str], list[float]]] = {name: defaultdict(list) for name in scores}
    for row in rows:
        if row["choice"] == "tie":
            continue
        won, lost = _ends(row)
        for name, own in scores.items():
            margin = own.get(won, float("nan")) - own.get(lost, float("nan"))
            margins[name][row["first"], row["second"]].append(margin)
    return Findings(
        kind="choices",
        answers=len(rows),
        clips=len({row[end] for row in rows for end in ("first", "second")}),
        raters=Counter(row["rater"] for row in rows),
        agreement=None,
        rewards={name: choice_agreement(own, seed=seed) for name, own in margins.items()},
        wins=_wins(rows, system_of),
        unscored=unscored,
    )


def _ends(row: Mapping[str, str]) -> tuple[str, str]:
    return (row["first"], row["second"]) if row["choice"] == "first" else (row["second"], row["first"])


def _wins(rows: Sequence[Mapping[str, str]], system_of: Mapping[str, str]) -> dict[str, tuple[int, int, int]]:
    """Won, lost and tied by system, over the pairs of two different systems."""
    tally: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in rows:
        winner, loser = (system_of.get(name, "unknown") for name in _ends(row))
        if winner == loser:
            continue
        tie = row["choice"] == "tie"
        tally[winner][2 if tie else 0] += 1
        tally[loser][2 if tie else 1] += 1
    return {name: (won, lost, tied) for name, (won, lost, tied) in sorted(tally.items())}
