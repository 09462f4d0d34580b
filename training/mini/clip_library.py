"""The labelled clips of a manifest, and the permissive Hydrogen drum kits.

A manifest is a JSON list of objects with file, category, label, captions, group, licence and author.
"""

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

from training.mini.audio_files import read_waveform
from training.mini.records import Recording


def manifest_recordings(clips: Path) -> Iterator[Recording]:
    """Every clip of ``clips/manifest.json``, in its order."""
    for row in json.loads((clips / "manifest.json").read_text(encoding="utf-8")):
        yield Recording(
            waveform=read_waveform(clips / row["file"]),
            label=row["label"],
            category=row["category"],
            phrases=tuple(row["captions"]),
            group=row["group"],
            licence=row["licence"],
            author=row["author"],
        )


_AUDIOPHOB = {
    "tomh": ("tom drum", ("tom drum", "high tom")),
    "hhat": ("open hi-hat", ("open hi-hat",)),
    "hat-light": ("closed hi-hat", ("closed hi-hat", "light hi-hat")),
    "crash": ("crash cymbal", ("crash cymbal",)),
    "8bit-snare": ("snare drum", ("8-bit snare", "snare drum", "chiptune snare")),
    "fxshake": ("shaker", ("shaker", "shaken percussion")),
    "garage-city-snare": ("snare drum", ("snappy snare", "snare drum")),
    "tom-0105": ("tom drum", ("tom drum",)),
    "noise-tom": ("tom drum", ("noise tom", "electronic tom")),
}


def audiophob_recordings(kits: Path) -> Iterator[Recording]:
    """Hydrogen's Audiophob kit (CC0): the files whose names say what they are."""
    for path in sorted((kits / "Audiophob").glob("*.wav")):
        for key, (label, phrases) in _AUDIOPHOB.items():
            if key in path.stem:
                yield Recording(
                    read_waveform(path),
                    label,
                    "drums",
                    phrases,
                    "hydrogen:Audiophob",
                    "real",
                    None,
                    "CC0-1.0",
                    "soundcloud.com/audiophobdubstep",
                )
                break


def strum_recordings(kits: Path) -> Iterator[Recording]:
    """Hydrogen's guitar strums (CC-BY 3.0): one take of every chord and direction."""
    for path in sorted((kits / "belofilms_GuitarStrums").glob("*_00.flac")):
        chord = re.sub(r"(sharp|flat)", r" \1", path.stem.split("_")[0])
        chord = (
            re.sub(r"\s*(major|minor|minro)", r" \1", chord)
            .replace("minro", "minor")
            .replace("7b5", " seventh flat five")
        )
        direction = "up" if "_UP" in path.stem else "down" if "_D" in path.stem else "held"
        phrases = (
            "acoustic guitar strum",
            "strummed guitar chord",
            f"{chord} guitar chord",
            f"guitar strum, {direction} stroke",
        )
        yield Recording(
            read_waveform(path),
            "guitar chord",
            "instruments",
            phrases,
            "hydrogen:GuitarStrums",
            "real",
            None,
            "CC-BY-3.0",
            "Gabriel Verdugo Soto",
        )


def rumpf_names(kit: Path) -> dict[str, str]:
    """File name → instrument name of a Hydrogen kit."""
    root = ElementTree.parse(kit / "drumkit.xml").getroot()
    for element in root.iter():
        element.tag = element.tag.split("}")[-1]
    names = {}
    for instrument in root.iter("instrument"):
        for filename in instrument.iter("filename"):
            names[filename.text or ""] = instrument.findtext("name") or ""
    return names
