"""Searching prompt forms and generation parameters under the reward, at a stated compute budget."""
