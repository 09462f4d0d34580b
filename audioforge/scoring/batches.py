"""Several calls as one batch, and the batch's scores handed back to each."""

from collections.abc import Sequence

from audioforge.clip_audio import ClipAudio
from audioforge.clips import Clips
from audioforge.rewards.scores import Scores


def joined(parts: Sequence[Clips]) -> Clips:
    """One batch of all clips, in order; groups of different parts never mix, whatever they are called."""
    if len(parts) == 1:
        return parts[0]
    return Clips(
        ClipAudio.joined([own.sounds for own in parts]),
        [request for own in parts for request in own.requests],
        categories=[category for own in parts for category in own.categories],
        groups=[None if group is None else f"{part}/{group}" for part, own in enumerate(parts) for group in own.groups],
        names=[name for own in parts for name in own.names],
        status=[status for own in parts for status in own.status],
        looked_at=True,
    )


def split(scores: Scores, parts: Sequence[Clips]) -> list[Scores]:
    """Each part's own scores out of the batch's."""
    answers, start = [], 0
    for own in parts:
        answers.append(scores.select(range(start, start + len(own))))
        start += len(own)
    return answers
