"""Before and after on the same held-out requests and seeds: what was gained, and by what.

A reward is the share of answers that parse times what those are worth, so a gain falls into two parts that add up to
it: more answers that parse, worth what they were worth before, and the same answers worth more.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean

from audioforge.rollouts import RolloutRecord, read_rollouts
from audioforge.tracking.comparison import RolloutComparison, ScoreDifference, compare_rollouts
from training.policy_learning.processes import SAMPLES


@dataclass(frozen=True)
class Gain:
    """Mean rewards, and the parts of their difference.

    Attributes:
        before: Mean reward.
        after: The same of the learned policy.
        by_parsing: Part of the difference from more answers that parse.
        by_answers: Part from answers that are worth more, given that they parse.
    """

    before: float
    after: float
    by_parsing: float
    by_answers: float


@dataclass(frozen=True)
class Learned:
    """What came of a run.

    Attributes:
        comparison: Paired by target and seed; differences are after minus before.
        gain: Where the reward's difference comes from.
        failures: Malformed answers by kind, before and after.
        parameters: Mean steps, guidance, seconds over asked, and prompt words, before and after.
    """

    comparison: RolloutComparison
    gain: Gain
    failures: tuple[dict[str, int], dict[str, int]]
    parameters: tuple[dict[str, float], dict[str, float]]


def compare_evaluations(folder: Path) -> Learned:
    """Read ``before/`` and ``after/`` of a run."""
    before, after = (read_rollouts(folder / name / SAMPLES) for name in ("before", "after"))
    return Learned(
        compare_rollouts(before, after, names=("before", "after")),
        split_gain(before, after),
        (_failures(before), _failures(after)),
        (parameter_means(before), parameter_means(after)),
    )


def split_gain(before: Sequence[RolloutRecord], after: Sequence[RolloutRecord]) -> Gain:
    """The two parts of a difference of mean rewards; answers that don't parse are worth the floor."""
    (share_before, worth_before, floor), (share_after, worth_after, _) = _parts(before), _parts(after)
    return Gain(
        before=fmean(own.reward for own in before),
        after=fmean(own.reward for own in after),
        by_parsing=(share_after - share_before) * (worth_before - floor),
        by_answers=share_after * (worth_after - worth_before),
    )


def parameter_means(records: Sequence[RolloutRecord]) -> dict[str, float]:
    """What proposals ask for on average, and the share of each sampler."""
    known = [own.proposal for own in records if own.proposal is not None]
    means = {
        "steps": fmean(own.steps for own in known),
        "cfg_scale": fmean(own.cfg_scale for own in known),
        "seconds": fmean(own.seconds for own in known),
        "prompt_words": fmean(len(own.prompt.split()) for own in known),
        "negative_prompt": fmean(bool(own.negative_prompt) for own in known),
    }
    samplers = Counter(own.sampler for own in known)
    return means | {f"sampler/{name}": count / len(known) for name, count in sorted(samplers.items())}


def write_comparison(learned: Learned, path: Path) -> str:
    """Keep it as JSON.

    Returns:
        A table to print.
    """
    path.write_text(json.dumps(asdict(learned), indent=1) + "\n", encoding="utf-8")
    rows = ["| score | before | after | difference, 95 % | p |", "|---|---|---|---|---|"]
    rows += [f"| {own.name} | {difference_cells(own)} | {own.p_value:.4f} |" for own in learned.comparison.scores]
    valid, gain = learned.comparison.valid, learned.gain
    rows.append(f"| answers that parse | {valid[0]:.3f} | {valid[1]:.3f} | {valid[1] - valid[0]:+.3f} | |")
    rows.append(f"\nOf the reward's gain, parsing gives {gain.by_parsing:+.3f}, better answers {gain.by_answers:+.3f}.")
    return "\n".join(rows)


def difference_cells(own: ScoreDifference) -> str:
    """Of a table's row: mean before, mean after, and their difference with its interval."""
    return f"{own.first:.3f} | {own.second:.3f} | {own.difference:+.3f} [{own.low:+.3f}, {own.high:+.3f}]"


def _parts(records: Sequence[RolloutRecord]) -> tuple[float, float, float]:
    """Share that parses, mean reward of those, mean reward of the rest."""
    parsed = [own.reward for own in records if own.proposal is not None]
    rest = [own.reward for own in records if own.proposal is None]
    return len(parsed) / len(records), fmean(parsed), fmean(rest) if rest else 0.0


def _failures(records: Sequence[RolloutRecord]) -> dict[str, int]:
    return dict(Counter(own.parse_failure for own in records if own.parse_failure is not None).most_common())
