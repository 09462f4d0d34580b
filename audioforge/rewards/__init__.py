"""Rewards: each judges clips and answers raw, score and status per clip."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audioforge.rewards.base import Reward as Reward
    from audioforge.rewards.base import RewardResult as RewardResult
    from audioforge.rewards.clap_alignment import CLAPAlignment as CLAPAlignment
    from audioforge.rewards.combined import CombinedReward as CombinedReward
    from audioforge.rewards.loop_free import LoopFree as LoopFree
    from audioforge.rewards.novelty import Novelty as Novelty
    from audioforge.rewards.prompt_pair_quality import PromptPairQuality as PromptPairQuality
    from audioforge.rewards.quality_head import QualityHead as QualityHead
    from audioforge.rewards.reference_fad import ReferenceFAD as ReferenceFAD
    from audioforge.rewards.steady_alignment import SteadyAlignment as SteadyAlignment
    from audioforge.rewards.style_consistency import StyleConsistency as StyleConsistency
    from audioforge.rewards.technical_head import TechnicalHead as TechnicalHead

_LAZY = {
    "CLAPAlignment": "clap_alignment",
    "CombinedReward": "combined",
    "LoopFree": "loop_free",
    "Novelty": "novelty",
    "PromptPairQuality": "prompt_pair_quality",
    "QualityHead": "quality_head",
    "ReferenceFAD": "reference_fad",
    "Reward": "base",
    "RewardResult": "base",
    "SteadyAlignment": "steady_alignment",
    "StyleConsistency": "style_consistency",
    "TechnicalHead": "technical_head",
}
__all__ = [
    "CLAPAlignment",
    "CombinedReward",
    "LoopFree",
    "Novelty",
    "PromptPairQuality",
    "QualityHead",
    "ReferenceFAD",
    "Reward",
    "RewardResult",
    "SteadyAlignment",
    "StyleConsistency",
    "TechnicalHead",
]


def __getattr__(name: str) -> object:
    """Imports a reward when it is first used: importing the package stays fast."""
    if name not in _LAZY:
        raise AttributeError(f"module 'audioforge.rewards' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"audioforge.rewards.{_LAZY[name]}"), name)
