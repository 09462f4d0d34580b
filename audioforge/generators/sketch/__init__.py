"""A generator that sketches prompts by synthesis: no network, no download, honest about it.

``request`` reads the prompt with the ``lexicon``; ``scene`` renders layers (``drums``, ``instruments``,
``happenings``); ``effects`` applies adjectives; ``diffusion`` imitates steps, guidance and sampler; ``generator``
puts them together.
"""

from audioforge.generators.sketch.generator import SketchGenerator

__all__ = ["SketchGenerator"]
