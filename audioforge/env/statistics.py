"""Numbers over many rollouts: how well, what failed, and which parameters went with which reward.

``metric_means`` and ``parameter_effects`` are plain functions of records; an effect is a difference of means over the
rollouts at hand, not a cause: a policy that saves its best settings for easy requests makes them look good.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from audioforge.proposals import Proposal
from audioforge.rollouts import RolloutRecord

STEP_BOUNDS = (4, 8, 16)
CFG_BOUNDS = (1.0, 3.0, 7.0)


def metric_means(records: Sequence[RolloutRecord]) -> dict[str, float]:
    """Means over records, by name; a component's mean is over the clips it scored.

    Keys: ``reward``, ``total``, ``valid`` (share that parsed), ``scored`` (share with a total), ``answer_tokens``,
    ``prompt_words_cut``, ``component/<name>``, ``category/<name>`` (reward), ``charge/<reason>`` (mean share of the
    total over all rollouts) and ``parse_failure/<kind>`` (share).
    """
    if not records:
        return {}
    means = {
        "reward": _mean([record.reward for record in records]),
        "total": _mean([record.total for record in records]),
        "valid": _mean([record.proposal is not None for record in records]),
        "scored": _mean([record.total is not None for record in records]),
        "answer_tokens": _mean([record.tokens for record in records]),
        "prompt_words_cut": _mean([record.prompt_words_cut for record in records]),
    }
    means |= _grouped("component", ((name, own.score) for r in records for name, own in r.components.items()))
    means |= _grouped("category", ((record.category, record.reward) for record in records))
    charges: Counter[str] = Counter()
    for record in records:
        charges.update(record.charges)
    means |= {f"charge/{reason}": sum_ / len(records) for reason, sum_ in sorted(charges.items())}
    failures = Counter(record.parse_failure for record in records if record.parse_failure is not None)
    means |= {f"parse_failure/{kind}": count / len(records) for kind, count in sorted(failures.items())}
    return {name: value for name, value in means.items() if np.isfinite(value)}


def parameter_effects(records: Iterable[RolloutRecord]) -> dict[str, float]:
    """Mean total by the value of each parameter, keyed ``parameter/<name>/<value or range>``."""
    scored = [(record.proposal, record.total) for record in records if record.proposal is not None]
    effects: dict[str, float] = {}
    for name, label in _LABELS.items():
        effects |= _grouped(f"parameter/{name}", ((label(proposal), total) for proposal, total in scored))
    return effects


def _range_label(value: float, bounds: Sequence[float]) -> str:
    """``up_to_<bound>`` of the first bound that is not exceeded, else ``above_<last>``."""
    for bound in bounds:
        if value <= bound:
            return f"up_to_{bound:g}"
    return f"above_{bounds[-1]:g}"


_LABELS: Mapping[str, Callable[[Proposal], str]] = {
    "steps": lambda proposal: _range_label(proposal.steps, STEP_BOUNDS),
    "cfg_scale": lambda proposal: _range_label(proposal.cfg_scale, CFG_BOUNDS),
    "sampler": lambda proposal: proposal.sampler,
}


def _grouped(prefix: str, pairs: Iterable[tuple[str, float | None]]) -> dict[str, float]:
    values: defaultdict[str, list[float | None]] = defaultdict(list)
    for name, value in pairs:
        values[name].append(value)
    means = {f"{prefix}/{name}": _mean(own) for name, own in sorted(values.items())}
    return {name: mean for name, mean in means.items() if np.isfinite(mean)}


def _mean(values: Sequence[float | None]) -> float:
    known = [float(value) for value in values if value is not None]
    return sum(known) / len(known) if known else float("nan")
