"""Is there anything to learn from? What the variance of a reward is made of, from rollouts judged at two seeds.

    python -m audioforge.env process --env.total_steps 48 --env.group_size 8 --env.rollouts_path rollouts.jsonl
    python -m training.policy_learning.signal --rollouts rollouts.jsonl --groups 24

A trainer that compares the answers to one request learns from differences within a group alone. Of those, the part that
comes back when the same answers are rendered with another seed is the answer's own; the rest is luck of the draw, which
a trainer cannot tell from skill. What all answers of a group share (a hard request, an unlucky seed) costs nothing:
it cancels.
"""

import argparse
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from audioforge.rollouts import RolloutRecord, read_rollouts
from training.policy_learning.rejudging import rejudge
from training.policy_learning.step_log import FLAT

LEAST_ANSWERS = 3


@dataclass(frozen=True)
class Signal:
    """Variances of the reward, unbiased; those of answers are over the ones that parse.

    Attributes:
        groups: How many were looked at.
        parsed: Share of answers that parse.
        flat_groups: Share of groups whose rewards have a standard deviation below ``FLAT``.
        group_deviation: Mean standard deviation of rewards in a group, malformed answers included.
        request: Between requests, at any seed.
        seed: Between seeds, of what all answers to a request have in common.
        parsing: Within groups, from malformed answers beside sound ones.
        answer: Within groups, from what answers say: it comes back at another seed.
        luck: Within groups, from how an answer and a seed happen to meet.
    """

    groups: int
    parsed: float
    flat_groups: float
    group_deviation: float
    request: float
    seed: float
    parsing: float
    answer: float
    luck: float

    @property
    def learnable(self) -> float:
        """Share of the variance within groups that is not luck."""
        return (self.parsing + self.answer) / (self.parsing + self.answer + self.luck)


def measure_signal(first: Sequence[RolloutRecord], second: Sequence[RolloutRecord]) -> Signal:
    """Split the variance.

    Args:
        first: Whole groups.
        second: Those of them that parse, judged at another seed under the same names.

    Raises:
        ValueError: If fewer than two groups have ``LEAST_ANSWERS`` answers that parse.
    """
    again = {own.id: own.reward for own in second}
    groups: defaultdict[str, list[RolloutRecord]] = defaultdict(list)
    for own in first:
        groups[own.group].append(own)
    pairs = [
        np.array([(own.reward, again[own.id]) for own in members if own.id in again]) for members in groups.values()
    ]
    pairs = [pair for pair in pairs if len(pair) >= LEAST_ANSWERS]
    if len(pairs) < 2:
        raise ValueError(f"expected at least 2 groups with {LEAST_ANSWERS} answers that parse, got {len(pairs)}.")
    deviations = [float(np.std([own.reward for own in members])) for members in groups.values()]
    parsed = float(np.mean([own.proposal is not None for own in first]))
    answer, luck = _within(pairs)
    request, seed = _between(pairs, answer, luck)
    whole = float(np.mean([np.var([own.reward for own in members], ddof=1) for members in groups.values()]))
    return Signal(
        groups=len(groups),
        parsed=parsed,
        flat_groups=float(np.mean([deviation < FLAT for deviation in deviations])),
        group_deviation=float(np.mean(deviations)),
        request=request,
        seed=seed,
        parsing=max(0.0, whole - parsed * (answer + luck)),
        answer=parsed * answer,
        luck=parsed * luck,
    )


def _within(pairs: Sequence[np.ndarray]) -> tuple[float, float]:
    """Covariance of answers over seeds, and what their variance is more than that."""
    tables = [np.cov(pair, rowvar=False) for pair in pairs]
    both = float(np.mean([table[0, 1] for table in tables]))
    alone = float(np.mean([(table[0, 0] + table[1, 1]) / 2 for table in tables]))
    return both, alone - both


def _between(pairs: Sequence[np.ndarray], answer: float, luck: float) -> tuple[float, float]:
    """The same of the groups' means, less what the few answers of a group leave in them."""
    table = np.cov(np.array([pair.mean(axis=0) for pair in pairs]), rowvar=False)
    size = float(np.mean([1 / len(pair) for pair in pairs]))
    both, alone = float(table[0, 1]), float((table[0, 0] + table[1, 1]) / 2)
    return max(0.0, both - answer * size), max(0.0, alone - both - luck * size)


def main() -> None:
    """Judge again, and print what the variance is made of."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--rollouts", type=Path, required=True, help="records of groups, of the environment's process mode"
    )
    parser.add_argument("--groups", type=int, default=24, help="the first so many are judged again")
    parser.add_argument("--preset", default="embedded")
    options = parser.parse_args()
    records = read_rollouts(options.rollouts)
    chosen = list(dict.fromkeys(own.group for own in records))[: options.groups]
    records = [own for own in records if own.group in set(chosen)]
    found = measure_signal(records, rejudge(records, preset=options.preset, seed_shift=1))
    for name, value in asdict(found).items():
        print(f"{name:16} {value:.4f}" if isinstance(value, float) else f"{name:16} {value}")
    print(f"{'learnable':16} {found.learnable:.2f}")


if __name__ == "__main__":
    main()
