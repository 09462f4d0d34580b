"""The benchmark's page: one self-contained HTML file to read, sort, search and listen to."""

import base64
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from audioforge.reports.benchmark_charts import distribution_charts, overview_charts, trust_charts
from audioforge.reports.benchmark_media import ClipMedia
from audioforge.reports.benchmark_report import SECOND, TOTAL, BenchmarkReport, ClipRow, PairedRow, SetRow, Standing
from audioforge.reports.benchmark_text import verdict
from audioforge.reports.charts import GLYPHS, SERIES
from audioforge.reports.page_shell import render_page

METRIC_WORDS = {
    "kad": "lower is closer; unbiased in n, noisy where n is small; may be negative",
    "fad": "lower is closer; biased upwards where n is small: compare equal n only",
    "precision": "share of clips that lie among the references",
    "recall": "share of references that lie among the clips",
    "density": "1 for clips like the references",
    "coverage": "share of references with a clip near them",
    "vendi": "how many different clips the set is worth; grows with n",
}


@dataclass(frozen=True)
class _System:
    name: str
    series: int
    glyph: str
    total: Standing
    measures: tuple[Standing, ...]
    agreement: float | None


@dataclass(frozen=True)
class _Pair:
    row: PairedRow
    verdict: str


def render_benchmark_page(report: BenchmarkReport, media: Mapping[str, ClipMedia], *, title: str) -> str:
    """HTML of the page: a pure function of its arguments.

    Args:
        report: What the benchmark found.
        media: Sound, spectrogram and outline by the clips' keys.
        title: Heading.
    """
    rows = {own.key: own for own in report.clips}
    return render_page(
        "benchmark.html.j2",
        title=title,
        report=report,
        systems=[_system(report, place, name) for place, name in enumerate(report.systems)],
        measures=(TOTAL, *report.components, SECOND),
        pairs=[
            _Pair(own, verdict(own, asked=report.asked(own.category)))
            for own in report.pairs
            if own.measure in (TOTAL, SECOND)
        ],
        overview=overview_charts(report),
        distributions=distribution_charts(report),
        trust=trust_charts(report),
        metrics=[(name, METRIC_WORDS[name]) for name in dict.fromkeys(own.metric for own in report.sets)],
        set_tables=_set_tables(report),
        highlights=[(own, rows[own.clip]) for own in report.highlights],
        failures=sorted(Counter((own.system, own.status) for own in report.clips if own.total is None).items()),
        requests=len({own.id for own in report.clips}),
        warnings=_warnings(report),
        data=_data(report, media),
    )


def _system(report: BenchmarkReport, place: int, name: str) -> _System:
    measures = tuple(report.standing(name, own) for own in (*report.components, SECOND))
    total, series = report.standing(name, TOTAL), place % SERIES
    return _System(name, series, GLYPHS[series], total, measures, report.agreement[name])


def _set_tables(report: BenchmarkReport) -> list[tuple[str, str, list[tuple[str, dict[str, SetRow]]]]]:
    """Per embedder and category a table: system → metric → value."""
    tables: dict[tuple[str, str], dict[str, dict[str, SetRow]]] = {}
    for own in report.sets:
        tables.setdefault((own.embedder, own.category), {}).setdefault(own.system, {})[own.metric] = own
    return [(embedder, category, list(rows.items())) for (embedder, category), rows in tables.items()]


def _warnings(report: BenchmarkReport) -> list[str]:
    found = []
    scored = {name: report.standing(name).requests for name in report.systems}
    low = [f"{name} ({own} of {report.asked()})" for name, own in scored.items() if own < max(scored.values())]
    if low:
        found.append(
            f"Means leave out requests without a scored clip, which flatters who leaves out the hard ones: "
            f"{', '.join(low)}. The comparison on shared requests is the fair one."
        )
    if report.mismatches:
        found.append(f"{len(report.mismatches)} requests or files have no partner; they are listed below.")
    guessed = sum(own.category_guessed for own in report.clips)
    if guessed:
        found.append(f"The category of {guessed} clips was guessed from the request.")
    open_ones = sum(own.category is None for own in report.clips)
    if open_ones:
        found.append(f"{open_ones} clips have no category: style, novelty and the second judge don't count for them.")
    return found


def _data(report: BenchmarkReport, media: Mapping[str, ClipMedia]) -> dict[str, object]:
    place = {name: number for number, name in enumerate(report.systems)}
    gaps = {own.clip: own.rank_gap for own in report.highlights}
    return {
        "systems": [{"name": name, "series": n % SERIES, "glyph": GLYPHS[n % SERIES]} for name, n in place.items()],
        "components": list(report.components),
        "clips": [_clip(own, place[own.system], media[own.key], gaps.get(own.key)) for own in report.clips],
    }


def _clip(own: ClipRow, system: int, media: ClipMedia, gap: float | None) -> dict[str, object]:
    fields: dict[str, object | None] = {
        "key": own.key,
        "system": system,
        "id": own.id,
        "seed": own.seed,
        "request": own.request,
        "category": own.category or "none",
        "total": own.total,
        "second": own.second_judge,
        "scores": [own.components.get(name) for name in own.components],
        "status": own.status,
        "reason": own.reason,
        "seconds": own.seconds,
        "file": own.file,
        "peaks": base64.b64encode(media.peaks).decode(),
        "audio": media.audio,
        "picture": media.picture,
        "gap": gap,
    }
    return {key: value for key, value in fields.items() if value not in (None, "")}
