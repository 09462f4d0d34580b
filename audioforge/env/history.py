"""What a run remembers of its rollouts: counts of everything, and the recent records that statistics are about."""

import dataclasses
from collections import Counter, deque
from collections.abc import Mapping, Sequence

from audioforge.env.statistics import metric_means, parameter_effects
from audioforge.rollouts import RolloutRecord, record_from_json, record_to_json

RECENT = 512  # records that statistics are taken over


class History:
    """Counts since the run began, over all its restarts, and the most recent records.

    Attributes:
        recent: The most recent records; those from before a restart have lost their texts.
        counts: Groups by what became of them: ``finished`` (of these ``no_signal``), ``failed``; rollouts by malformed
            kind as ``parse_failure/<kind>``.
    """

    def __init__(self) -> None:
        self.recent: deque[RolloutRecord] = deque(maxlen=RECENT)
        self.counts: Counter[str] = Counter()

    def note(self, records: Sequence[RolloutRecord]) -> None:
        """Take in a group's records."""
        self.recent.extend(records)
        self.counts.update(f"parse_failure/{record.parse_failure}" for record in records if record.parse_failure)

    def metrics(self) -> dict[str, float]:
        """Means, failure shares and parameter effects over the recent records, and the counts as ``count/<name>``."""
        counts = {f"count/{name}": float(count) for name, count in sorted(self.counts.items())}
        return metric_means(list(self.recent)) | parameter_effects(self.recent) | counts

    def state(self) -> dict[str, object]:
        """Everything, as plain JSON values."""
        return {"recent": [record_to_json(_without_texts(record)) for record in self.recent], "counts": self.counts}

    def restore(self, state: Mapping[str, object]) -> None:
        """Go on from a saved state."""
        recent, counts = state["recent"], state["counts"]
        assert isinstance(recent, list), "written by state()"
        assert isinstance(counts, dict), "written by state()"
        self.recent = deque((record_from_json(record) for record in recent), maxlen=RECENT)
        self.counts = Counter(counts)


def _without_texts(record: RolloutRecord) -> RolloutRecord:
    """A state is written after every group: what statistics do not need stays in the rollout file."""
    return dataclasses.replace(record, messages=(), completion="", provenance={}, seconds_taken={})
