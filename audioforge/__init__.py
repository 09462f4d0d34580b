"""AudioForge: learned-embedding rewards for text-to-audio. What judges and serves; see ``reward_models`` for what learned."""
