"""Offline benchmarks: clips of one or many systems and what was asked for → a report to hear, read and compare."""
