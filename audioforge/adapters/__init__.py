"""The rewards in other trainers' own terms: TRL, verl, slime, verifiers.

Each module imports nothing of its framework; what they share is in ``audioforge.adapters.judging``.
"""
