"""Clips of the project's own sketch generator: what it was asked for is their caption.

Requests are the training half of the target styles (those held out stay unheard) and the short ones below. Settings are
those at which the generator keeps closest to its prompt, with some spread.
"""

import random
from collections.abc import Iterator

from audioforge.generators.sketch import SketchGenerator
from audioforge.proposals import Proposal
from audioforge.targets import load_targets
from reward_models.audio import AudioBatch
from training.mini.records import SAMPLE_RATE, Recording

SHORT: dict[str, tuple[str, ...]] = {
    "drums": (
        "techno drum loop", "house drum loop", "hip hop drum loop", "trap drum loop", "drum and bass loop",
        "rock drum loop", "funk drum loop", "disco drum loop", "breakbeat loop", "jazz drums", "reggae drums",
        "metal drums", "lo-fi drum loop", "kick drum", "snare drum", "closed hi-hat", "open hi-hat", "hand clap",
        "crash cymbal", "ride cymbal", "tom drum", "conga", "bongo", "cowbell", "shaker", "tambourine",
    ),
    "instruments": (
        "piano melody", "piano chord", "acoustic guitar strum", "electric guitar riff", "distorted guitar chord",
        "bass guitar line", "synth bass", "violin melody", "cello melody", "string section chords", "flute melody",
        "trumpet melody", "saxophone melody", "church organ chords", "harp arpeggio", "marimba melody", "synth lead",
        "synth pad", "music box tune", "harmonica melody", "accordion melody", "choir chord", "brass stabs",
        "electric piano chords",
    ),
    "sfx": (
        "explosion", "gunshot", "laser zap", "footsteps", "door slam", "door knock", "glass breaking", "whoosh",
        "riser", "siren", "alarm", "beep", "car engine", "helicopter", "telephone ringing", "clock ticking",
        "bird chirp", "dog bark", "crow", "applause", "metal clang", "coin pickup", "power-up", "water drops",
        "cinematic boom", "electric sparks", "robot", "vinyl scratch",
    ),
    "ambient": (
        "rain", "heavy rain", "thunderstorm", "wind", "ocean waves", "stream", "waterfall", "forest birds",
        "night crickets", "campfire", "city traffic", "crowd chatter", "dark drone", "bright drone", "warm pad",
        "choir pad", "factory hum", "spaceship hum", "cave drips", "underwater", "vinyl crackle", "room tone",
        "train interior", "wind chimes", "frogs",
    ),
}  # fmt: skip
"""Category → requests without adjectives."""


def sketch_recordings(each: int, seed: int) -> Iterator[Recording]:
    """``each`` takes of every request."""
    generator, rng = SketchGenerator(), random.Random(seed)
    targets = [target for target in load_targets() if target.split == "train"]
    for target in targets:
        for _ in range(each):
            phrases = (target.target_description, target.target_description.lower())
            bpm = target.parameters.target_bpm
            yield _take(generator, phrases, target.category, None if bpm is None else float(bpm), rng)
    for category, requests in SHORT.items():
        for request in requests:
            for _ in range(each):
                yield _take(generator, (request, f"a {request}"), category, None, rng)


def _take(
    generator: SketchGenerator, phrases: tuple[str, ...], category: str, bpm: float | None, rng: random.Random
) -> Recording:
    proposal = Proposal(
        phrases[0],
        steps=rng.choice((8, 12, 20, 30)),
        cfg_scale=rng.choice((1.0, 3.0, 5.0, 7.0)),
        seconds=rng.choice((2.0, 3.0, 4.0, 5.12, 6.0)),
    )
    rendered: AudioBatch = generator.generate([proposal], [rng.randrange(2**31)])
    waveform = rendered.mono().resample(SAMPLE_RATE).clip(0)[0].numpy()
    return Recording(waveform, phrases[0].lower(), category, phrases, "sketch", "sketch", bpm)
