"""AudioForge, learned-embedding rewards for text-to-audio: what judges and serves (what learned: ``reward_models``)."""
