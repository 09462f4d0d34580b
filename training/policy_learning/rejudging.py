"""Proposals of earlier rollouts rendered and judged again, with something changed: another seed, other parameters."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby

from audioforge.env.answers import Answer
from audioforge.env.backends import build_backends
from audioforge.env.config import default_config
from audioforge.env.judging import GroupJudge
from audioforge.env.schedule import GroupItem
from audioforge.proposals import Proposal
from audioforge.rollouts import RolloutRecord
from audioforge.targets import load_targets
from audioforge.templates import proposal_json

Change = Callable[[RolloutRecord, Proposal], Proposal]


def as_it_was(record: RolloutRecord, proposal: Proposal) -> Proposal:
    """No change."""
    del record
    return proposal


def rejudge(
    records: Sequence[RolloutRecord], change: Change = as_it_was, *, preset: str = "embedded", seed_shift: int = 0
) -> list[RolloutRecord]:
    """Render and judge the records that hold a proposal once more; the others are left out.

    Args:
        records: Those of a group together.
        change: What to render instead of a record's proposal.
        preset: Generator and rewards.
        seed_shift: Added to every generation seed.

    Returns:
        New records under the old names, of the changed proposals.
    """
    backends = build_backends(default_config().model_copy(update={"preset": preset}))
    try:
        return asyncio.run(_rejudge(backends.judge, records, change, seed_shift))
    finally:
        backends.close()


async def _rejudge(
    judge: GroupJudge, records: Sequence[RolloutRecord], change: Change, seed_shift: int
) -> list[RolloutRecord]:
    targets = {target.id: target for target in load_targets()}
    again: list[RolloutRecord] = []
    for group, members in groupby(records, key=lambda own: own.group):
        known = [(own, own.proposal) for own in members if own.proposal is not None]
        if not known:
            continue
        item = GroupItem(int(group), targets[known[0][0].target_id], known[0][0].seed + seed_shift)
        answers = [Answer(proposal_json(change(own, proposal))) for own, proposal in known]
        judged = await judge.judge(item, known[0][0].messages, answers)
        again += [replace(new, id=own.id, seed=own.seed) for new, (own, _) in zip(judged, known, strict=True)]
    return again
