"""Benchmarks of made-up clips for tests: small judges without networks, and reports without judges."""

import math
from collections.abc import Sequence
from pathlib import Path

import torch

from audioforge.benchmark.highlights import agreement, highlights
from audioforge.benchmark.judges import Judges
from audioforge.benchmark.standings import measures_of, paired, standings
from audioforge.reference_building import build_reference_sets
from audioforge.reports.benchmark_report import (
    BenchmarkReport,
    ClipRow,
    FadFit,
    MismatchRow,
    Reliability,
    ReliabilityBin,
    SetRow,
)
from audioforge.rewards.clap_alignment import CLAPAlignment
from audioforge.rewards.combined import CombinedReward
from audioforge.rewards.style_consistency import StyleConsistency
from audioforge.rewards.weights import RewardWeights
from reward_models.audio import AudioBatch
from tests.reference_stand_ins import CENTRES, SpectrumEmbedder, hum, write_references
from tests.stand_ins import LoudnessEmbedder, PeakReward, tone

COMPONENTS = ("clap_alignment", "quality_head")
HOSTILE = "</script><img src=x onerror=\"document.title='broken'\"> & 'quotes' \u2028 $x$"
METRICS = ("kad", "fad", "precision", "recall", "density", "coverage", "vendi")


class AnyTextEmbedder(LoudnessEmbedder):
    """Takes every text but "loud" for "quiet"."""

    def embed_text(self, texts: Sequence[str]) -> torch.Tensor:
        return super().embed_text(["loud" if text == "loud" else "quiet" for text in texts])


def small_judges(folder: Path) -> Judges:
    """Alignment by loudness, quality by peak, and a second judge by spectrum with made-up references."""
    clips = write_references(folder / "clips")
    second = SpectrumEmbedder()
    build_reference_sets(second, folder / "sets", clips=clips)
    alignment = CLAPAlignment(AnyTextEmbedder())
    weights = RewardWeights("test", {"clap_alignment": 1.0, "quality_head": 1.0})
    reward = CombinedReward([alignment, PeakReward("quality_head")], weights=weights)
    return Judges("embedded", reward, alignment, StyleConsistency(second, references=folder / "sets"))


def write_system(folder: Path, gain: float, count: int = 10) -> Path:
    """A folder of hums, ``kick-0.wav`` and so on, the louder the higher ``gain``."""
    folder.mkdir(parents=True)
    category = list(CENTRES)
    for index in range(count):
        clip = gain * (1 + 0.02 * index) * hum(category[index % 4], index)
        AudioBatch.from_arrays([clip], 8_000).save([folder / f"kick-{index}.wav"])
    return folder


def row(system: str, number: int, total: float | None, **other: object) -> ClipRow:
    """One clip's row; its components follow from the total."""
    score = None if total is None else round(total, 6)
    fields: dict[str, object] = {
        "system": system, "id": f"id-{number}", "seed": None, "request": f"request {number}", "category": "drums",
        "category_guessed": False, "file": f"{system}/{number}.wav", "sha256": f"{number:064x}", "seconds": 0.5,
        "status": "ok" if total is not None else "silent",
        "reason": "" if total is not None else f"{number}.wav is silent",
        "total": score, "gate": 1.0, "components": dict.fromkeys(COMPONENTS, score),
        "raw": dict.fromkeys(COMPONENTS, score),
        "second_judge": None if total is None else round((total * 7.3) % 1, 6),
    }  # fmt: skip
    return ClipRow(**{**fields, **other})  # type: ignore[arg-type]


def made_up_rows(systems: Sequence[str], requests: int) -> list[ClipRow]:
    """Rows of all systems, the later ones better, in the categories by turns."""
    category = sorted(CENTRES)
    return [
        row(system, n, min(1.0, 0.2 + 0.15 * place + 0.1 * math.sin(n)), category=category[n % 4])
        for place, system in enumerate(systems)
        for n in range(requests)
    ]


def made_up_report(rows: Sequence[ClipRow]) -> BenchmarkReport:
    """A report with the statistics that rows give, and made-up set metrics."""
    systems = tuple(sorted({own.system for own in rows}, key=lambda name: -_mean(rows, name)))
    categories = tuple(sorted({own.category for own in rows if own.category}))
    common = (rows, systems, categories, measures_of(COMPONENTS))
    sets = [
        SetRow(system, category, embedder, metric, 1.5, 1.0, 2.0, 40, 10)
        for embedder in ("mini", "aisfx")
        for category in ("all", *categories)
        for system in systems
        for metric in METRICS
    ]
    bins = (ReliabilityBin(0.2, 0.1, 5), ReliabilityBin(0.8, 0.9, 5))
    return BenchmarkReport(
        systems=systems,
        categories=categories,
        components=COMPONENTS,
        standings=tuple(standings(*common)),
        pairs=tuple(paired(*common)),
        sets=tuple(sets),
        fits=tuple(FadFit(own, "mini", None, None, None, 40, 10, reason="too few clips") for own in systems),
        reliability=tuple(Reliability(own, bins, 0.1, 0.9, 10) for own in systems),
        agreement={own: agreement([one for one in rows if one.system == own]) for own in systems},
        highlights=tuple(highlights(rows, systems)),
        clips=tuple(rows),
        mismatches=(MismatchRow(systems[0], "id-lost", "no clip for this request"),),
        manifest={
            "audioforge": "0", "preset": "embedded", "preset_summary": "judged by a test", "fingerprint": "f" * 16,
            "second_judge": "spectrum", "embedders": {"mini": "1", "aisfx": "2"}, "clips": dict.fromkeys(systems, "0"),
        },
    )  # fmt: skip


def _mean(rows: Sequence[ClipRow], system: str) -> float:
    totals = [own.total for own in rows if own.system == system and own.total is not None]
    return sum(totals) / len(totals)


def write_sounds(folder: Path, rows: Sequence[ClipRow], seconds: float = 0.5) -> dict[str, Path]:
    """A short tone for each row."""
    paths = {own.key: folder / own.file for own in rows}
    for number, own in enumerate(rows):
        paths[own.key].parent.mkdir(parents=True, exist_ok=True)
        sound = tone(0.2, seconds) * torch.linspace(1, 0, round(seconds * 16_000)) * (1 + number % 3)
        AudioBatch.from_arrays([sound], 16_000).save([paths[own.key]])
    return paths
