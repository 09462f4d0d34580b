"""Scoring: several weighted rewards over a stream of requests."""
