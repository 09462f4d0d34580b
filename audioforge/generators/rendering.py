"""Rendering a batch in which one proposal may break the backend: the others are heard all the same."""

import logging
from collections.abc import Sequence

from audioforge.generators.base import Generator
from audioforge.proposals import Proposal
from audioforge.status import ClipStatus, Status
from reward_models.audio import AudioBatch

logger = logging.getLogger(__name__)


def render_each(
    generator: Generator, proposals: Sequence[Proposal], seeds: Sequence[int]
) -> list[AudioBatch | ClipStatus]:
    """Each proposal's clip, as a batch of one, or why there is none.

    The generator is asked for all at once, and for one at a time where it fails on that.

    Args:
        generator: Renders.
        proposals: What to render.
        seeds: One a proposal.
    """
    if not proposals:
        return []
    try:
        audio = generator.generate(proposals, seeds)
    except Exception as error:  # noqa: BLE001 - whatever a backend raises is a failure of its clip alone
        if len(proposals) > 1:
            return [
                clip
                for proposal, seed in zip(proposals, seeds, strict=True)
                for clip in render_each(generator, [proposal], [seed])
            ]
        logger.warning("rendering %r with seed %s failed: %r", proposals[0].prompt[:80], seeds[0], error)
        return [ClipStatus(Status.FAILED, f"rendering failed: {type(error).__name__}: {error}")]
    return [audio.select([row]) for row in range(len(audio))]
