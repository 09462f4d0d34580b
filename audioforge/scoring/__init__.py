"""Scoring: several weighted rewards over a stream of requests."""

from audioforge.rewards.scores import Scores
from audioforge.scoring.calls import CallTerms, DeadlineError, Priority
from audioforge.scoring.scorer import Scorer
from audioforge.scoring.statistics import ScorerStats

__all__ = ["CallTerms", "DeadlineError", "Priority", "Scorer", "ScorerStats", "Scores"]
