"""Builds data/evaluation_references from the packages named in docs/data.md.

    python training/build_references.py --sonic-pi DIR --hydrogen DIR --clips DIR --salamander DIR --kenney DIR \
        --endless-sky DIR --soundfont FILE.sf2 --output data/evaluation_references

Writes one OGG Vorbis file a clip, manifest.json and CREDITS.md. Audio is the same on every run; the files' bytes are
not, since Vorbis streams carry a random serial number, so rebuild only to change the set.
"""

import argparse
import hashlib
import json
import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

from training.references.computed import computed
from training.references.kits import kit_loops
from training.references.recordings import (
    LONGEST,
    collected,
    endless_sky,
    grand_piano,
    kenney,
    sonic_pi,
    strums,
)
from training.references.renders import backdrops, drum_loops, phrases
from training.references.reserved import is_reserved
from training.references.sounds import SAMPLE_RATE, Samples, Sound

CALIBRATION_SHARE = 0.3
# Orders the groups before they are dealt; of 200 tried, it gives both splits the most even share of each kind of sound.
SALT = "references-55:"
PEAK = {"drums": 0.89, "instruments": 0.8, "sfx": 0.89, "ambient": 0.6}
SILENCE = 1e-3  # of the peak: -60 dB
FLUID_NOTICE = """The MIT notice of the FluidR3 soundfont (Copyright 2000-2002, 2008 Frank Wen; 2008 Toby Smithe):

> Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
> documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
> rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
> persons to whom the Software is furnished to do so, subject to the following conditions: The above copyright notice
> and this permission notice shall be included in all copies or substantial portions of the Software.
>
> THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
> WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
> COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
> OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."""


@dataclass(frozen=True)
class Sources:
    """The folders and the soundfont the set is made from."""

    sonic_pi: Path
    hydrogen: Path
    clips: Path
    salamander: Path
    kenney: Path
    endless_sky: Path
    soundfont: Path


def all_sounds(sources: Sources) -> Iterator[Sound]:
    """Every sound of the set."""
    yield from sonic_pi(sources.sonic_pi)
    yield from kit_loops(sources.sonic_pi, sources.hydrogen)
    yield from strums(sources.hydrogen)
    yield from collected(sources.clips)
    yield from grand_piano(sources.salamander)
    yield from kenney(sources.kenney)
    yield from endless_sky(sources.endless_sky)
    yield from drum_loops(sources.soundfont)
    yield from phrases(sources.soundfont)
    yield from backdrops(sources.soundfont)
    yield from computed()


def finish(samples: Samples, sound: Sound) -> Samples:
    """Trim silence at the ends, cap the length, fade what was cut, level the peak."""
    samples = samples if samples.ndim == 2 else samples[:, None]
    loud = np.flatnonzero(np.abs(samples).max(axis=1) > SILENCE * np.abs(samples).max())
    is_loop = sound.origin == "render" and sound.category == "drums"
    stop = len(samples) if is_loop else loud[-1] + 1
    samples = samples[loud[0] if sound.origin == "recording" else 0 : stop][: round(LONGEST * SAMPLE_RATE)].copy()
    fade = min(len(samples) // 8, SAMPLE_RATE // 100 if is_loop else SAMPLE_RATE // 20)
    samples[-fade:] *= np.linspace(1, 0, fade)[:, None]
    levelled: Samples = samples * (PEAK[sound.category] / np.abs(samples).max())
    return levelled


def write(samples: Samples, path: Path) -> None:
    """One OGG Vorbis file, in blocks: libsndfile's encoder overflows its stack on long single writes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with soundfile.SoundFile(
        path, "w", SAMPLE_RATE, samples.shape[1], format="OGG", subtype="VORBIS", compression_level=0.6
    ) as file:
        for start in range(0, len(samples), 16_384):
            file.write(samples[start : start + 16_384])


def file_names(sounds: list[Sound]) -> list[str]:
    """A name from category, label and origin; numbered where labels repeat."""
    seen: dict[str, int] = defaultdict(int)
    names = []
    for sound in sounds:
        stem = f"{sound.category}/{re.sub(r'[^a-z0-9]+', '_', sound.label.lower()).strip('_')}_{sound.origin}"
        seen[stem] += 1
        names.append(f"{stem}{'' if seen[stem] == 1 else f'_{seen[stem]}'}.ogg")
    return names


def choose_splits(sounds: list[Sound]) -> dict[str, str]:
    """Whole groups to ``calibration`` until each category and origin has its share, in a random but fixed order."""
    members: dict[str, list[Sound]] = defaultdict(list)
    for sound in sounds:
        members[sound.group].append(sound)
    total: dict[tuple[str, str], int] = defaultdict(int)
    for sound in sounds:
        total[sound.category, sound.origin] += 1
    left = {key: CALIBRATION_SHARE * number for key, number in total.items()}
    splits = {}
    for group in sorted(members, key=lambda name: hashlib.sha256(f"{SALT}{name}".encode()).hexdigest()):
        need: dict[tuple[str, str], int] = defaultdict(int)
        for sound in members[group]:
            need[sound.category, sound.origin] += 1
        fits = all(number <= left[key] + 0.5 for key, number in need.items())
        splits[group] = "calibration" if fits else "reference"
        if fits:
            for key, number in need.items():
                left[key] -= number
    return splits


def entry(sound: Sound, file: str, path: Path, split: str) -> dict[str, object]:
    """A manifest row."""
    return {
        "file": file,
        "category": sound.category,
        "label": sound.label,
        "caption": sound.caption,
        "origin": sound.origin,
        "seconds": round(soundfile.info(path).duration, 3),
        "licence": sound.credit.licence,
        "author": sound.credit.author,
        "source": sound.credit.source,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "split": split,
        "group": sound.group,
    }


def credits(sounds: list[Sound]) -> str:
    """CREDITS.md: authors and sources per licence."""
    lines = ["# Credits", "", "Every clip's own licence, author and source are in `manifest.json`. By licence:", ""]
    for licence in sorted({sound.credit.licence for sound in sounds}):
        lines += [f"## {licence}", ""]
        mine = [sound for sound in sounds if sound.credit.licence == licence]
        for author in sorted({sound.credit.author for sound in mine}):
            theirs = [sound for sound in mine if sound.credit.author == author]
            sources = sorted({re.split(r"[,;]", sound.credit.source)[0] for sound in theirs})
            lines.append(f"* {author}: {len(theirs)} clip{'s' * (len(theirs) > 1)} ({'; '.join(sources)})")
        lines.append("")
    return "\n".join(
        [
            *lines,
            "All clips were resampled to 44.1 kHz, trimmed, levelled and encoded as OGG Vorbis.",
            "",
            FLUID_NOTICE,
            "",
        ]
    )


def build(sources: Sources, output: Path) -> None:
    """Write the whole folder anew."""
    sounds = list(all_sounds(sources))
    taken = [sound.credit.source for sound in sounds if is_reserved(sound.credit.source)]
    if taken:
        raise SystemExit(f"reserved clips may not be used: {taken}")
    splits = choose_splits(sounds)
    for category in PEAK:
        shutil.rmtree(output / category, ignore_errors=True)
    rows = []
    for sound, file in zip(sounds, file_names(sounds), strict=True):
        write(finish(sound.samples(), sound), output / file)
        rows.append(entry(sound, file, output / file, splits[sound.group]))
    rows.sort(key=lambda row: str(row["file"]))
    text = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows)
    (output / "manifest.json").write_text(f"[\n{text}\n]\n", encoding="utf-8")
    (output / "CREDITS.md").write_text(credits(sounds), encoding="utf-8")
    size = sum(path.stat().st_size for path in output.rglob("*.ogg"))
    print(
        f"{len(rows)} clips, {sum(float(str(row['seconds'])) for row in rows):.0f} s, {size / 1e6:.1f} MB in {output}"
    )


def main() -> None:
    """Parse arguments and build."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("sonic-pi", "hydrogen", "clips", "salamander", "kenney", "endless-sky", "soundfont", "output"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    arguments = vars(parser.parse_args())
    output = arguments.pop("output")
    build(Sources(**arguments), output)


if __name__ == "__main__":
    main()
