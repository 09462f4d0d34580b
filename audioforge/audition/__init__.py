"""Ears: blind rating of clips by people on a local page, and what the ratings say about the raters and the rewards."""
