"""Scoring: several weighted rewards over a stream of requests."""

from audioforge.rewards.scores import Scores
from audioforge.scoring.scorer import Scorer, ScorerStats

__all__ = ["Scorer", "ScorerStats", "Scores"]
