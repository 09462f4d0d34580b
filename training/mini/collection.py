"""Every recording that ``mini`` may learn from or be measured on, one source after another."""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.mini.clip_library import audiophob_recordings, manifest_recordings, strum_recordings
from training.mini.drum_patterns import Kit, drum_loops
from training.mini.drum_synthesis import synthetic_kit
from training.mini.general_midi import DRUM_KEYS, DRUM_KITS, VOICE_KEYS
from training.mini.nature import NATURE
from training.mini.records import SAMPLE_RATE, Recording, Waveform
from training.mini.sketches import sketch_recordings
from training.mini.sonic_pi import sonic_pi_recordings
from training.mini.soundfont import drum_segments, instrument_segments, soundfont_recordings
from training.mini.split import HELD_OUT_LOOPS, is_held_out
from training.mini.synthesis import synthetic_sounds

VOICE_OF_LABEL: dict[str, str] = {
    "kick drum": "kick",
    "snare drum": "snare",
    "closed hi-hat": "hat",
    "pedal hi-hat": "hat",
    "open hi-hat": "open",
    "hand clap": "clap",
    "finger snap": "clap",
    "tom drum": "tom",
    "ride cymbal": "ride",
    "conga": "perc",
    "bongo": "perc",
    "cowbell": "perc",
    "woodblock": "perc",
    "claves": "perc",
    "shaker": "perc",
    "maracas": "perc",
    "rimshot": "perc",
    "tambourine": "perc",
    "cajon": "perc",
    "darbuka": "perc",
}
Kits = dict[str, dict[str, list[Waveform]]]
LONGEST_SHOT = round(1.5 * SAMPLE_RATE)


@dataclass(frozen=True)
class Sources:
    """Where the recordings come from; a source that is None is left out.

    Attributes:
        clips: Folder of labelled clips with a ``manifest.json``.
        sonic_pi: Folder of Sonic Pi's samples.
        hydrogen: Folder of Hydrogen's drum kits.
        soundfonts: General MIDI soundfonts (MIT-licensed ones).
        renders_each: Segments of every program and soundfont.
        loops: Drum loops.
        synthetic_each: Sounds of every procedural maker.
        sketches_each: Takes of every request by the sketch generator.
    """

    clips: Path | None = None
    sonic_pi: Path | None = None
    hydrogen: Path | None = None
    soundfonts: tuple[Path, ...] = ()
    renders_each: int = 10
    loops: int = 1500
    synthetic_each: int = 40
    sketches_each: int = 6


def recordings(sources: Sources, seed: int) -> Iterator[Recording]:
    """All recordings, real ones first."""
    kits: Kits = defaultdict(lambda: defaultdict(list))
    held_out: Kits = defaultdict(lambda: defaultdict(list))
    for recording in real_recordings(sources):
        _collect_shot(recording, held_out if is_held_out(recording.group) else kits)
        yield recording
    for number, soundfont in enumerate(sources.soundfonts):
        for recording in _renders(soundfont, sources.renders_each, seed + number):
            _collect_render(recording, kits)
            yield recording
    rng = np.random.default_rng(seed)
    for index in range(12):
        kits[("electronic", "analog", "drum machine")[index % 3] + " " * (index // 3)].update(synthetic_kit(rng))
    yield from drum_loops(_usable(kits), sources.loops, random.Random(seed))
    yield from synthetic_sounds(sources.synthetic_each, seed)
    yield from synthetic_sounds(sources.synthetic_each, seed, NATURE)
    yield from sketch_recordings(sources.sketches_each, seed)
    if _usable(held_out):
        yield from drum_loops(_usable(held_out), sources.loops // 6, random.Random(seed), group=HELD_OUT_LOOPS)


def real_recordings(sources: Sources) -> Iterator[Recording]:
    """The recordings of kind ``real``, in the order in which ``recordings`` gives them."""
    if sources.clips is not None:
        yield from manifest_recordings(sources.clips)
    if sources.sonic_pi is not None:
        yield from sonic_pi_recordings(sources.sonic_pi)
    if sources.hydrogen is not None:
        yield from audiophob_recordings(sources.hydrogen)
        yield from strum_recordings(sources.hydrogen)


def _renders(soundfont: Path, each: int, seed: int) -> Iterator[Recording]:
    author = "Frank Wen" if soundfont.stem.startswith("Fluid") else "MuseScore contributors, Michael Cowgill, Frank Wen"
    segments = [*drum_segments(random.Random(seed)), *instrument_segments(each, random.Random(seed))]
    yield from soundfont_recordings(segments, soundfont, licence="MIT", author=author)


def _collect_shot(recording: Recording, kits: Kits) -> None:
    voice = VOICE_OF_LABEL.get(recording.label)
    if voice is None or len(recording.waveform) > LONGEST_SHOT:
        return
    peak = float(np.abs(recording.waveform).max(initial=0.0))
    if peak > 1e-4:
        kits["sampled" if recording.group != "sonic-pi-samples" else "electronic"][voice].append(
            recording.waveform / peak
        )


def _collect_render(recording: Recording, kits: Kits) -> None:
    if recording.category != "drums":
        return
    names = {name: key for key, words in DRUM_KEYS.items() for name in (words[0],)}
    key = names.get(recording.label)
    voice = next((voice for voice, keys in VOICE_KEYS.items() if key in keys), VOICE_OF_LABEL.get(recording.label))
    kit = next((kit for kit in DRUM_KITS.values() if f"{kit} {recording.label}" in recording.phrases), None)
    if voice is not None and kit is not None:
        kits[kit][voice].append(recording.waveform[:LONGEST_SHOT])


def _usable(kits: Mapping[str, Mapping[str, list[Waveform]]]) -> dict[str, Kit]:
    return {name: kit for name, kit in kits.items() if kit.get("kick") and kit.get("snare") and kit.get("hat")}
