"""What worked within a run: parameters and prompts, measured against the other answers to the same request.

Totals of different requests are not comparable, so an answer counts by its *lead*: its total less the mean total of its
group. A lead is a difference seen, not a cause.
"""

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from audioforge.env.statistics import parameter_effects
from audioforge.rollouts import RolloutRecord


@dataclass(frozen=True)
class Effect:
    """Answers that share a parameter's value.

    Attributes:
        parameter: Its name.
        value: The value, or a range of them.
        n: Scored answers.
        total: Their mean total.
        lead: Their mean lead over their groups.
    """

    parameter: str
    value: str
    n: int
    total: float
    lead: float


@dataclass(frozen=True)
class WinningPrompt:
    """A prompt that beat its group.

    Attributes:
        prompt: As first written.
        request: What it answered, first.
        n: How often it was given and scored.
        total: Mean total.
        lead: Mean lead.
    """

    prompt: str
    request: str
    n: int
    total: float
    lead: float


def leads(records: Sequence[RolloutRecord]) -> list[tuple[RolloutRecord, float]]:
    """Scored records with their lead, of groups with at least two scored answers."""
    totals: defaultdict[str, list[float]] = defaultdict(list)
    for record in records:
        if record.total is not None:
            totals[record.group].append(record.total)
    return [
        (record, record.total - fmean(totals[record.group]))
        for record in records
        if record.total is not None and len(totals[record.group]) > 1
    ]


def effects_of(records: Sequence[RolloutRecord]) -> list[Effect]:
    """Every value of every parameter, by name."""
    led = leads(records)
    own = [record for record, _ in led]
    means = parameter_effects(own)
    lead = parameter_effects(dataclasses.replace(record, total=value) for record, value in led)
    count = Counter(key for record in own for key in parameter_effects([record]))
    return [Effect(*_split(key), count[key], means[key], lead[key]) for key in means]


def winning_prompts(records: Sequence[RolloutRecord], most: int = 10) -> list[WinningPrompt]:
    """The prompts with the largest mean lead above 0, best first."""
    found: defaultdict[str, list[tuple[RolloutRecord, float]]] = defaultdict(list)
    for record, lead in leads(records):
        if record.proposal is not None:
            found[" ".join(record.proposal.prompt.lower().split())].append((record, lead))
    prompts = [_winning(own) for own in found.values()]
    best = sorted((own for own in prompts if own.lead > 0), key=lambda own: (-own.lead, own.prompt))
    return best[:most]


def _winning(given: Sequence[tuple[RolloutRecord, float]]) -> WinningPrompt:
    first = given[0][0]
    assert first.proposal is not None, "asked of answers that parsed"
    total = fmean(record.total for record, _ in given if record.total is not None)
    return WinningPrompt(first.proposal.prompt, first.request, len(given), total, fmean(lead for _, lead in given))


def _split(key: str) -> tuple[str, str]:
    _, parameter, value = key.split("/", 2)
    return parameter, value.replace("_", " ")
