"""The charts of a benchmark's page."""

from scipy.stats import binomtest

from audioforge.reports.benchmark_report import ALL, SECOND, TOTAL, BenchmarkReport, ReliabilityBin
from audioforge.reports.charts import (
    Chart,
    IntervalPoint,
    SharePoint,
    distribution_chart,
    interval_chart,
    line_chart,
    reliability_chart,
    scatter_chart,
)
from audioforge.reports.page_shell import words

MEAN_NOTE = "dots are means over requests, lines their 95 % intervals; the tables hold the numbers"


def overview_charts(report: BenchmarkReport) -> list[Chart]:
    """Means by measure and by category."""
    measures = (TOTAL, *report.components, SECOND)
    charts = [_intervals(report, "Means by component", [words(own) for own in measures], [(m, ALL) for m in measures])]
    if len(report.categories) > 1:
        rows = [(TOTAL, category) for category in report.categories]
        charts.append(_intervals(report, "Total by category", list(report.categories), rows))
    return charts


def distribution_charts(report: BenchmarkReport) -> list[Chart]:
    """How every measure spreads over the clips of each system; measures that are equal for all clips are left out."""
    spread = [
        own
        for own in (TOTAL, *report.components, SECOND)
        if len({value for system in report.systems for value in _values(report, system, own)}) > 1
    ]
    return [
        distribution_chart(
            f"Spread of {words(measure)}",
            "cumulative share of clips by score, one line a system",
            [_values(report, system, measure) for system in report.systems],
        )
        for measure in spread
    ]


def trust_charts(report: BenchmarkReport) -> list[Chart]:
    """Calibration of the alignment, total against second judge, and FAD-inf where it was fitted."""
    reliability = reliability_chart(
        "Calibration of the alignment",
        "predicted probability of a match against the share that is one; on the diagonal the prediction holds; a mark "
        "is the larger the more questions it stands for, lines are 95 % intervals",
        ("predicted probability", "share that is the clip's own request"),
        [[share_point(own) for own in one.bins] for one in report.reliability],
    )
    pairs = scatter_chart(
        "Total and second judge",
        "one mark a clip; far from the common trend the judges disagree",
        ("total", "second judge"),
        [_pairs(report, system) for system in report.systems],
    )
    return [reliability, pairs, *_fits(report)]


def share_point(own: ReliabilityBin) -> SharePoint:
    """A bin with Wilson's interval of its share."""
    spread = binomtest(round(own.observed * own.n), own.n).proportion_ci(0.95, method="wilson")
    return SharePoint(own.predicted, own.observed, float(spread.low), float(spread.high), own.n)


def _fits(report: BenchmarkReport) -> list[Chart]:
    embedders = dict.fromkeys(own.embedder for own in report.fits if own.value is not None)
    charts = []
    for name in embedders:
        found = {own.system: own for own in report.fits if own.embedder == name and own.value is not None}
        series = [
            [(0.0, own.value or 0.0), *((1000 / n, value) for n, value in zip(own.sizes, own.distances, strict=True))]
            if (own := found.get(system))
            else []
            for system in report.systems
        ]
        labels = ("1000 / clips", "FAD")
        charts.append(line_chart(f"FAD of {name}", "FAD over 1/n; where it meets 0 is FAD-inf", labels, series))
    return charts


def _intervals(report: BenchmarkReport, title: str, labels: list[str], rows: list[tuple[str, str]]) -> Chart:
    points = []
    for row, (measure, category) in enumerate(rows):
        for series, system in enumerate(report.systems):
            own = report.standing(system, measure, category)
            if own.mean is not None:
                points.append(IntervalPoint(row, series, own.mean, own.low, own.high))
    return interval_chart(title, MEAN_NOTE, labels, points)


def _values(report: BenchmarkReport, system: str, measure: str) -> list[float]:
    found = (own.measure(measure) for own in report.clips if own.system == system)
    return [value for value in found if value is not None]


def _pairs(report: BenchmarkReport, system: str) -> list[tuple[float, float]]:
    return [
        (own.total, own.second_judge)
        for own in report.clips
        if own.system == system and own.total is not None and own.second_judge is not None
    ]
