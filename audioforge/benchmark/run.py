"""A benchmark from clips to report. The order: judge every clip (resumable), then compute everything from the rows."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from math import comb
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from audioforge.benchmark.entries import Pairing
from audioforge.benchmark.highlights import agreement, highlights
from audioforge.benchmark.judged_clip import JudgedClip
from audioforge.benchmark.judges import Judges
from audioforge.benchmark.references import References
from audioforge.benchmark.reliability import reliability
from audioforge.benchmark.set_measures import SPREAD, fad_fit, set_rows
from audioforge.benchmark.standings import INTERVALS, measures_of, paired, request_means, standings, swaps_for
from audioforge.reports.benchmark_report import ALL, BenchmarkReport, FadFit, MismatchRow, Reliability, SetRow
from audioforge.scoring.model_fingerprint import code_version, model_provenance
from audioforge.scoring.presets import find_preset

LIBRARIES = ("torch", "numpy", "scipy", "soxr", "soundfile", "transformers")


@dataclass(frozen=True, eq=False)
class Judged:
    """All clips of a benchmark with their scores."""

    clips: tuple[JudgedClip, ...]
    systems: tuple[str, ...]
    categories: tuple[str, ...]

    @classmethod
    def of(cls, clips: Sequence[JudgedClip]) -> "Judged":
        """Systems by their mean total, best first; categories by name."""
        names = sorted({own.row.system for own in clips})
        order = sorted(names, key=lambda name: (-_mean([own for own in clips if own.row.system == name]), name))
        categories = sorted({own.row.category for own in clips if own.row.category is not None})
        return cls(tuple(clips), tuple(order), tuple(categories))

    def embedding(self, system: str, category: str, place: int) -> Float[Tensor, "n dim"]:
        """Vectors of a system's judged clips in a category, by the ``place``-th embedder."""
        own = [one for one in self.clips if one.row.system == system and one.embeddings]
        chosen = [one.embeddings[place] for one in own if category in (ALL, one.row.category)]
        return torch.stack(chosen) if chosen else torch.zeros(0, 1)


def report_of(
    clips: Sequence[JudgedClip], pairing: Pairing, judges: Judges, references: Sequence[References]
) -> BenchmarkReport:
    """Everything that a report says: a pure function of the judged clips, the references and the judges.

    Args:
        clips: In the order of ``pairing.clips``.
        pairing: What was judged.
        judges: Who judged.
        references: Under each of the judges' embedders.
    """
    judged, rows = Judged.of(clips), [own.row for own in clips]
    components = tuple(own.name for own in judges.reward.components)
    common = (rows, judged.systems, judged.categories, measures_of(components))
    by_system = {name: [own for own in rows if own.system == name] for name in judged.systems}
    return BenchmarkReport(
        systems=judged.systems,
        categories=judged.categories,
        components=components,
        standings=tuple(standings(*common)),
        pairs=tuple(paired(*common)),
        sets=tuple(_sets(judged, references)),
        fits=tuple(_fits(judged, references)),
        reliability=tuple(_reliabilities(judged, judges)),
        agreement={name: agreement(own) for name, own in by_system.items()},
        highlights=tuple(highlights(rows, judged.systems)),
        clips=tuple(rows),
        mismatches=tuple(MismatchRow(**asdict(own)) for own in pairing.mismatches),
        manifest=_manifest(judged, judges, references),
    )


def _mean(clips: Sequence[JudgedClip]) -> float:
    means = request_means([own.row for own in clips], "total")
    return sum(means.values()) / len(means) if means else -1.0


def _sets(judged: Judged, references: Sequence[References]) -> list[SetRow]:
    return [
        row
        for place, own in enumerate(references)
        for system in judged.systems
        for category in (ALL, *judged.categories)
        for row in set_rows(
            system,
            category,
            judged.embedding(system, category, place),
            own.of(category, judged.categories),
            own.embedder,
        )
    ]


def _fits(judged: Judged, references: Sequence[References]) -> list[FadFit]:
    return [
        fad_fit(system, judged.embedding(system, ALL, place), own, judged.categories)
        for place, own in enumerate(references)
        for system in judged.systems
    ]


def _reliabilities(judged: Judged, judges: Judges) -> list[Reliability]:
    texts = sorted({own.row.request for own in judged.clips})
    vectors = judges.embedder.embed_text(texts)
    place = {text: row for row, text in enumerate(texts)}
    found = []
    for system in judged.systems:
        own = [place[one.row.request] for one in judged.clips if one.row.system == system and one.embeddings]
        audio = judged.embedding(system, ALL, 0)
        found.append(reliability(system, audio, vectors, own, judges.embedder.calibration))
    return found


def _manifest(judged: Judged, judges: Judges, references: Sequence[References]) -> Mapping[str, Any]:
    embedders = zip(judges.embedders, references, strict=True)
    return {
        "audioforge": code_version(),
        "preset": judges.preset,
        "preset_summary": find_preset(judges.preset).summary,
        "fingerprint": judges.fingerprint(),
        "reward": model_provenance(judges.reward),
        "second_judge": f"style_consistency by {judges.second.embedder.name}",
        "embedders": {own.name: own.fingerprint for own in judges.embedders},
        "references": {own.name: dict(sets.hashes) for own, sets in embedders},
        "clips": {system: _clips_hash(judged, system) for system in judged.systems},
        "resampling": {
            "intervals": asdict(INTERVALS),
            "swaps": asdict(swaps_for(comb(len(judged.systems), 2))),
            "sets": asdict(SPREAD),
        },
        "device": str(judges.embedder.device),
        "threads": torch.get_num_threads(),  # sums in another order differ in the last bits
        "versions": {name: version(name) for name in LIBRARIES},
    }


def _clips_hash(judged: Judged, system: str) -> str:
    rows = [own.row for own in judged.clips if own.row.system == system]
    text = repr([(own.id, own.seed, own.request, own.category, own.sha256) for own in rows])
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]
