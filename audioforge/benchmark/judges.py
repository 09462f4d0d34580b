"""Who judges a benchmark: the preset's reward, its text–audio embedder, and a second judge that is in no reward."""

import hashlib
from dataclasses import dataclass

from audioforge.benchmark.entries import BenchmarkError
from audioforge.rewards.clap_alignment import CLAPAlignment
from audioforge.rewards.combined import CombinedReward
from audioforge.rewards.style_consistency import StyleConsistency
from audioforge.scoring.model_fingerprint import code_version, model_fingerprint
from audioforge.scoring.presets import build_reward
from reward_models.embedders.base import Embedder, TextAudioEmbedder

SECOND_EMBEDDER = "aisfx"
"""Trained by others on other data; no preset stands on it. Yet mini learned to foretell its vectors."""


@dataclass(frozen=True)
class Judges:
    """The judges of one run.

    Attributes:
        preset: Name of the preset, for the report.
        reward: Gives the totals.
        alignment: The reward's own component that compares clips with requests.
        second: Judges beside the reward.
    """

    preset: str
    reward: CombinedReward
    alignment: CLAPAlignment
    second: StyleConsistency

    @classmethod
    def load(cls, preset: str, device: str = "cpu") -> "Judges":
        """The judges of a preset.

        Raises:
            ValueError: If the preset is unknown, its models aren't here, or it has no alignment component.
        """
        reward = build_reward(preset, device=device)
        return cls(preset, reward, find_alignment(reward), StyleConsistency(SECOND_EMBEDDER, device=device))

    @property
    def embedder(self) -> TextAudioEmbedder:
        """Of the alignment component."""
        return self.alignment.embedder

    @property
    def embedders(self) -> tuple[Embedder, ...]:
        """Whose embeddings set metrics are taken of: the reward's own, and the second judge's."""
        return (self.embedder, self.second.embedder)

    def fingerprint(self) -> str:
        """Of everything that a clip's scores depend on."""
        parts = (code_version(), model_fingerprint(self.reward), self.second.embedder.fingerprint, self.second.method)
        references = [self.second.library[category] for category in ("ambient", "drums", "instruments", "sfx")]
        hashes = [own.data_hash if own else "none" for own in references]
        return hashlib.sha256(" ".join([*parts, *hashes]).encode()).hexdigest()[:16]


def find_alignment(reward: CombinedReward) -> CLAPAlignment:
    """The component that compares a clip with its request.

    Raises:
        BenchmarkError: If the reward has none.
    """
    for own in reward.components:
        if isinstance(own, CLAPAlignment):
            return own
    raise BenchmarkError("the reward has no clap_alignment component, so nothing compares clips with requests.")
