"""Are the scores worth believing? Real clips, wrong requests, damage, and exploits, in one run.

    python -m benchmarks.validity --library DIR [--preset embedded] [--each 30] [--out docs/validity.json]

``--library`` names a folder of clips with a ``manifest.json``; only its groups held out of training take part. Without
it, the shipped calibration references stand in, which the embedded models may have heard. Writes JSON, and the tables
of ``docs/validity.md`` to standard output.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from audioforge.reference_clips import load_reference_clips
from audioforge.rewards.clap_alignment import CLAPAlignment
from audioforge.rewards.combined import CombinedReward
from audioforge.rewards.quality_head import QualityHead
from audioforge.scoring.presets import build_reward
from benchmarks.validity_parts.alignment import AlignmentFigures, measure_alignment
from benchmarks.validity_parts.exploits import ExploitFigures, measure_exploits
from benchmarks.validity_parts.honest_clips import (
    SAMPLE_RATE,
    HonestClip,
    calibration_references,
    chosen,
    held_out_library,
    load,
)
from benchmarks.validity_parts.ladders import LadderFigures, measure_ladders
from reward_models.audio import AudioBatch

Kind = TypeVar("Kind")


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", type=Path, help="folder of clips with a manifest.json")
    parser.add_argument("--preset", default="embedded")
    parser.add_argument("--each", type=int, default=30, help="honest clips a category")
    parser.add_argument("--ladder-clips", type=int, default=6, help="clips a category on every degradation ladder")
    parser.add_argument("--out", type=Path, help="JSON file to write")
    arguments = parser.parse_args()
    pool = calibration_references() if arguments.library is None else held_out_library(arguments.library)
    clips = chosen(pool, arguments.each)
    reward = build_reward(arguments.preset)
    audio = load(clips)
    alignment = measure_alignment(clips, audio, _part(reward, CLAPAlignment))
    exploits = measure_exploits(clips, audio, _references(clips), reward)
    ladder_clips = chosen(pool, arguments.ladder_clips, seed=1)
    ladders = measure_ladders(load(ladder_clips), _part(reward, QualityHead))
    print(alignment_table(alignment), exploit_table(exploits), ladder_table(ladders), sep="\n\n")
    if arguments.out is not None:
        figures = {
            "alignment": asdict(alignment),
            "exploits": [asdict(row) for row in exploits],
            "ladders": [asdict(row) for row in ladders],
        }
        arguments.out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def alignment_table(figures: AlignmentFigures) -> str:
    """Markdown of the alignment section."""
    rows = [
        ("own request beats one of another label", figures.beats_any, 0.5),
        ("the same within the category", figures.beats_same_category, 0.5),
    ]
    lines = [
        f"{figures.clips} clips, {figures.pairs} mismatched pairs.",
        "",
        "| figure | value | chance |",
        "|---|---|---|",
    ]
    lines += [f"| {name} | {value:.3f} | {chance:.2f} |" for name, value, chance in rows]
    lines.append(
        f"| mean score, own request / another clip's | {figures.matched:.2f} / {figures.shuffled:.2f} | equal |"
    )
    lines.append(f"| calibration error at even odds | {figures.calibration_error:.3f} | – |")
    lines += ["", "| stated probability | found frequency | pairs |", "|---|---|---|"]
    lines += [f"| {stated:.2f} | {found:.2f} | {pairs} |" for stated, found, pairs in figures.curve]
    return "\n".join(lines)


def exploit_table(rows: Sequence[ExploitFigures]) -> str:
    """Markdown of the exploit section."""
    names = list(dict.fromkeys(name for row in rows for name in row.components))
    head = f"| clip | unscored | median total | above the median honest clip | {' | '.join(names)} |"
    lines = [head, "|" + "---|" * (4 + len(names))]
    for row in rows:
        cells = [f"{row.components[name]:.2f}" if name in row.components else "–" for name in names]
        total = "–" if row.median_total is None else f"{row.median_total:.2f}"
        lines.append(f"| {row.name} | {row.unscored:.0%} | {total} | {row.above_median:.0%} | {' | '.join(cells)} |")
    return "\n".join(lines)


def ladder_table(rows: Sequence[LadderFigures]) -> str:
    """Markdown of the degradation section; kinds that no head was trained on in bold."""
    lines = ["| kind | rank correlation | clean wins | clean wins, severity ≥ 0.5 |", "|---|---|---|---|"]
    for row in sorted(rows, key=lambda own: (own.unseen, own.kind)):
        name = f"**{row.kind}**" if row.unseen else row.kind
        lines.append(f"| {name} | {row.rank_correlation:.2f} | {row.clean_beats:.2f} | {row.clean_beats_strong:.2f} |")
    for label, unseen in (("trained kinds", False), ("**unseen kinds**", True)):
        part = [row for row in rows if row.unseen is unseen]
        means = [
            sum(getattr(row, name) for row in part) / len(part)
            for name in ("rank_correlation", "clean_beats", "clean_beats_strong")
        ]
        lines.append(f"| {label}, mean | {' | '.join(f'{mean:.2f}' for mean in means)} |")
    return "\n".join(lines)


def _part(reward: CombinedReward, kind: type[Kind]) -> Kind:
    return next(own for own in reward.components if isinstance(own, kind))


def _references(clips: Sequence[HonestClip]) -> AudioBatch:
    by_category = {name: load_reference_clips(category=name, split="reference") for name in {c.category for c in clips}}
    paths = [by_category[clip.category][i % len(by_category[clip.category])].path for i, clip in enumerate(clips)]
    return AudioBatch.load(paths, sample_rate=SAMPLE_RATE, channels=2)


if __name__ == "__main__":
    main()
