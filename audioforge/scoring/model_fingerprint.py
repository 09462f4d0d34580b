"""One fingerprint for all that judges, so that scores of different models are never mixed."""

import hashlib
import json
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from audioforge.clips import Clips
from audioforge.rewards.combined import CombinedReward
from audioforge.targets import CATEGORIES
from reward_models.audio import AudioBatch
from reward_models.checkpoints import CheckpointError

PROBES = 3
"""Clips of a category: the least of which a group's distance from the references can be credited to one."""


def model_fingerprint(reward: CombinedReward) -> str:
    """Hash of embedders, heads, calibrations, references and weights."""
    return _fingerprint(model_provenance(reward))


def model_provenance(reward: CombinedReward) -> dict[str, str]:
    """What judges, in every category: the provenance of scores of a little noise."""
    return dict(reward.judge(probe_clips()).provenance)


def refuse_unready(reward: CombinedReward, embedder: str) -> str:
    """Refuses a reward that would give no clip of some category a total, before a run is spent on it.

    Returns:
        Its ``model_fingerprint``: one look at the probe answers both.

    Raises:
        CheckpointError: Naming the category, the reason and the command that mends it.
    """
    clips = probe_clips()
    scores = reward.judge(clips)
    for category, status in zip(clips.categories, scores.status, strict=True):
        if not status.ok:
            raise CheckpointError(
                f"the reward can't judge {category}: {status.reason}. A new embedder needs a calibration and "
                f"references: `audioforge calibrate {embedder}` and `audioforge reference build --embedder {embedder}`."
            )
    return _fingerprint(scores.provenance)


def _fingerprint(provenance: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(dict(provenance), sort_keys=True).encode()).hexdigest()[:16]


def probe_clips() -> Clips:
    """A group of noise per category, as much as any component needs: one that asks for something technical."""
    categories = [category for category in CATEGORIES for _ in range(PROBES)]
    noise = np.random.default_rng(0).normal(0, 0.1, (len(categories), 16_000)).astype(np.float32)
    requests = ["bright noise"] * len(categories)
    return Clips(AudioBatch.from_arrays(list(noise), 16_000), requests, categories=categories, groups=categories)


def code_version() -> str:
    """The installed version of the code around the models."""
    try:
        return version("audioforge")
    except PackageNotFoundError:
        return "unknown"
