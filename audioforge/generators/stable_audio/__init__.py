"""Stable Audio Open Small, through stable-audio-tools."""

from audioforge.generators.stable_audio.generator import StableAudioGenerator

__all__ = ["StableAudioGenerator"]
