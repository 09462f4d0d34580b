"""Are the scores worth believing? Real clips, wrong requests, damage, exploits and outside judges, in one run.

    python -m benchmarks.validity --library DIR [--preset embedded] [--each 30] [--out docs/validity.json]

``--library`` names a folder of clips with a ``manifest.json``; only groups held out of training take part (of
``mini``'s; for the degradation ladders of ``fidelity``'s and the head's), the others are the judges' neighbours.
Without it, the shipped references stand in, which the embedded models may have heard. Writes JSON, pictures with
``--plots`` (needs the ``benchmark`` extra), and the tables of ``docs/validity.md`` to standard output. ``--reuse``
takes the degradation ladders from an earlier JSON file where head and clips are the same; ``--climbed`` keeps what
gradients found in a file, for the next run with the same embedder and clips.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from audioforge.reference_clips import load_reference_clips
from audioforge.rewards.clap_alignment import CLAPAlignment
from audioforge.rewards.combined import CombinedReward
from audioforge.rewards.quality_head import QualityHead
from audioforge.scoring.presets import build_reward
from benchmarks.validity_parts.alignment import AlignmentFigures, alignment_scores, measure_alignment
from benchmarks.validity_parts.distances import measure_distances
from benchmarks.validity_parts.exploits import measure_exploits
from benchmarks.validity_parts.gradient import found_by_gradient, measure_gradient
from benchmarks.validity_parts.honest_clips import (
    SAMPLE_RATE,
    HonestClip,
    LibraryError,
    calibration_references,
    chosen,
    clips_hash,
    held_out_library,
    library_clips,
    load,
    shipped_references,
    undamaged_library,
)
from benchmarks.validity_parts.judges import JudgeFigures, judged_pairs, measure_judge
from benchmarks.validity_parts.ladders import LadderFigures, measure_ladders
from benchmarks.validity_parts.plots import PlotError, draw_all
from benchmarks.validity_parts.tables import alignment_table, distance_table, exploit_table, judge_table, ladder_table
from reward_models.audio import AudioBatch
from reward_models.embedders.registry import load_embedder

Kind = TypeVar("Kind")

JUDGES = ("aisfx", "musicnn")


@dataclass(frozen=True)
class Pools:
    """Clips by use: those that are judged, those of other packs, and those that are damaged."""

    honest: list[HonestClip]
    others: list[HonestClip]
    undamaged: list[HonestClip]


def main() -> None:
    """Measures and prints."""
    arguments = _arguments()
    try:
        pools = _pools(arguments.library)
        _run(arguments, pools)
    except (LibraryError, PlotError) as error:
        sys.exit(f"validity: {error}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", type=Path, help="folder of clips with a manifest.json")
    parser.add_argument("--preset", default="embedded")
    parser.add_argument("--each", type=int, default=30, help="honest clips a category")
    parser.add_argument("--ladder-clips", type=int, default=6, help="clips a category on every degradation ladder")
    parser.add_argument("--gradient-clips", type=int, default=4, help="requests a category that gradients attack")
    parser.add_argument("--neighbours", type=int, default=40, help="clips a category among which judges look around")
    parser.add_argument("--out", type=Path, help="JSON file to write")
    parser.add_argument("--plots", type=Path, help="folder for the pictures")
    parser.add_argument("--climbed", type=Path, help="safetensors file of what gradients found, read and written")
    parser.add_argument("--reuse", type=Path, help="JSON file of an earlier run with the same quality head")
    return parser.parse_args()


def _run(arguments: argparse.Namespace, pools: Pools) -> None:
    reward = build_reward(arguments.preset)
    clips = chosen(pools.honest, arguments.each)
    audio = load(clips)
    _say(f"{len(clips)} honest clips: alignment and judges")
    alignment, judges = _alignment_and_judges(clips, audio, pools.others, reward, arguments.neighbours)
    _say("exploits")
    exploits = measure_exploits(clips, audio, _references(clips), reward)
    bar = exploits[0].median_total or 0.0
    _say("exploits by gradient")
    attacked = chosen(pools.honest, arguments.gradient_clips)
    embedder = _part(reward, CLAPAlignment).embedder
    found = found_by_gradient(attacked, load(attacked), embedder, arguments.climbed)
    exploits += measure_gradient(attacked, found, reward, embedder.sample_rate, bar)
    head = _part(reward, QualityHead)
    climbing = chosen(pools.undamaged, arguments.ladder_clips, seed=1)
    fingerprints = {"embedder": embedder.fingerprint, "head": head.head.fingerprint, "ladders": clips_hash(climbing)}
    known = _known_ladders(arguments.reuse, fingerprints)
    _say("degradation ladders" if not known else "degradation ladders: taken over")
    ladders = known or measure_ladders(load(climbing), head)
    _say("set distances")
    distances = measure_distances(clips, audio, embedder)
    print(alignment_table(alignment), exploit_table(exploits), ladder_table(ladders), sep="\n\n", end="\n\n")
    print(distance_table(distances), judge_table(judges), sep="\n\n")
    if arguments.out is not None:
        figures = {
            "fingerprints": fingerprints,
            "alignment": asdict(alignment),
            "exploits": [asdict(row) for row in exploits],
            "ladders": [asdict(row) for row in ladders],
            "distances": [asdict(row) for row in distances],
            "judges": [asdict(row) for row in judges],
        }
        arguments.out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    if arguments.plots is not None:
        draw_all(arguments.plots, alignment, exploits, ladders)


def _say(step: str) -> None:
    """Where the run is, on standard error: the whole takes some ten minutes of a core."""
    print(f"validity: {step}", file=sys.stderr, flush=True)


def _alignment_and_judges(
    clips: Sequence[HonestClip],
    audio: AudioBatch,
    others: Sequence[HonestClip],
    reward: CombinedReward,
    neighbours: int,
) -> tuple[AlignmentFigures, list[JudgeFigures]]:
    matrix = alignment_scores(clips, audio, _part(reward, CLAPAlignment))
    pairs = judged_pairs(clips, audio, reward)
    near = chosen(others, neighbours)
    pool = near, load(near)
    judges = [measure_judge(clips, audio, pool, load_embedder(name), (pairs, matrix)) for name in JUDGES]
    return measure_alignment(clips, matrix), judges


def _known_ladders(path: Path | None, fingerprints: Mapping[str, str]) -> list[LadderFigures]:
    """Ladders of an earlier run, if it was of the same head and clips."""
    if path is None or not path.is_file():
        return []
    figures = json.loads(path.read_text(encoding="utf-8"))
    earlier = figures.get("fingerprints", {})
    if any(earlier.get(name) != fingerprints[name] for name in ("head", "ladders")):
        return []
    return [LadderFigures(**row) for row in figures["ladders"]]


def _pools(library: Path | None) -> Pools:
    if library is None:
        own = calibration_references()
        return Pools(own, shipped_references(), own)
    honest = held_out_library(library)
    packs = {clip.group for clip in honest}
    others = [clip for clip in library_clips(library) if clip.group not in packs]
    return Pools(honest, others, undamaged_library(library))


def _part(reward: CombinedReward, kind: type[Kind]) -> Kind:
    return next(own for own in reward.components if isinstance(own, kind))


def _references(clips: Sequence[HonestClip]) -> AudioBatch:
    by_category = {name: load_reference_clips(category=name, split="reference") for name in {c.category for c in clips}}
    paths = [by_category[clip.category][i % len(by_category[clip.category])].path for i, clip in enumerate(clips)]
    return AudioBatch.load(paths, sample_rate=SAMPLE_RATE, channels=2)


if __name__ == "__main__":
    main()
