"""The rollouts page: one self-contained HTML file to hear every clip of a run and see why it got its score."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from audioforge.reports.rollout_sound import sound_of
from audioforge.reports.rollouts_summary import best_and_worst, component_names, groups_of, summarise
from audioforge.rewards.weights import RewardWeights, load_reward_weights
from audioforge.rollouts import RolloutRecord, read_rollouts
from audioforge.scoring.explanation import explain


@dataclass(frozen=True)
class _Rollout:
    record: RolloutRecord
    why: str
    paid: str
    audio: str | None
    picture: str | None


def write_rollouts_page(rollouts: Path, page: Path, *, weights: RewardWeights | None = None) -> None:
    """Renders a rollouts file to a page beside it.

    Args:
        rollouts: JSON-lines file; its clips are looked up in its folder.
        page: HTML file to write.
        weights: What the totals were combined with, for the explanations; the shipped table by default.

    Raises:
        RolloutFileError: If ``rollouts`` can't be read.
    """
    html = render_rollouts_page(read_rollouts(rollouts), rollouts.parent, weights=weights)
    page.write_text(html, encoding="utf-8")


def render_rollouts_page(
    records: Sequence[RolloutRecord], folder: Path, *, weights: RewardWeights | None = None
) -> str:
    """The page's HTML: a pure function of the records and their clips.

    Args:
        records: In order of arrival.
        folder: Where the records' ``audio`` paths start.
        weights: For the explanations; the shipped table by default.
    """
    weights = weights or load_reward_weights()
    groups = [[_rollout(record, folder, weights) for record in group] for group in groups_of(records)]
    environment = Environment(
        loader=PackageLoader("audioforge.reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("rollouts.html.j2").render(
        groups=groups,
        summary=summarise(records),
        components=component_names(records),
        extremes=_extremes(records, weights),
        provenance=records[0].provenance if records else {},
        records=records,
    )


def _extremes(records: Sequence[RolloutRecord], weights: RewardWeights) -> list[tuple[str, RolloutRecord, str]]:
    found = best_and_worst(records)
    if found is None:
        return []
    return [(label, own, _why(own, weights)) for label, own in zip(("best", "worst"), found, strict=True)]


def _rollout(record: RolloutRecord, folder: Path, weights: RewardWeights) -> _Rollout:
    return _Rollout(record, _why(record, weights), reward_words(record), *sound_of(record, folder))


def reward_words(record: RolloutRecord) -> str:
    """What a trainer gets where that isn't the total, and why: charges, or the floor of an answer without a score."""
    if record.total is None:
        return f"The trainer gets the floor, {record.reward:.2f}."
    charges = ", ".join(f"{name.replace('_', ' ')} −{share:.0%}" for name, share in record.charges.items())
    return f"The trainer gets {record.reward:.2f}: {charges}." if charges else ""


def _why(record: RolloutRecord, weights: RewardWeights) -> str:
    return explain(record.components, record.status, weights, record.category)
