"""The rewards in other trainers' own terms: TRL, verl, slime, verifiers, OpenEnv.

No module but ``openenv`` imports its framework; what they share is in ``audioforge.adapters.judging``.
"""
