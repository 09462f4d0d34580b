"""The dashboard's charts: one line a run, so that two runs lie over each other."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from audioforge.dashboard.runs import EvaluationEntry
from audioforge.dashboard.trends import Window
from audioforge.reports.charts import DASHES, MARKERS, SERIES, Chart, colour, draw
from audioforge.reports.page_shell import words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SECOND = "second_judge"


class Point(NamedTuple):
    """One value at a place, with its interval if it has one."""

    x: float
    value: float
    low: float | None = None
    high: float | None = None


def trend_chart(
    title: str,
    description: str,
    lines: Sequence[Sequence[Point]],
    x_label: str,
    top: float | None,
    ends: tuple[float, float] | None = None,
) -> Chart:
    """Lines with marks and, where known, intervals.

    Args:
        title: Differs from every other title of the page.
        description: For those who can't see it.
        lines: One a series; an empty one is left out.
        x_label: Of the horizontal axis.
        top: Upper end of the vertical axis; ``None`` fits it.
        ends: Of the horizontal axis, where charts side by side share it; ``None`` fits it.
    """

    def paint(axes: "Axes") -> None:
        from matplotlib.ticker import MaxNLocator

        for number, points in enumerate(lines):
            _paint_line(axes, number, points)
        axes.set(xlabel=x_label)
        axes.set_ylim(bottom=0 if top is None else -0.02 * top, top=None if top is None else 1.02 * top)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
        first, last = ends or _ends(point.x for points in lines for point in points)
        room = 0.05 * (last - first) or 1
        axes.set_xlim(first - room, last + room)
        axes.grid()

    return draw(title, description, paint, height=2.4)


def component_charts(runs: Sequence[Sequence[Window]]) -> list[Chart]:
    """Reward, total and every component over the training steps, or over the groups where steps tell nothing."""
    seen = {name: None for windows in runs for window in windows for name in window.metrics}
    names = ["reward", "total", *(name for name in seen if name.startswith("component/"))]
    return [_over_groups(f"{_title(name)}", name, runs, 1.0) for name in names if name in seen]


def health_charts(runs: Sequence[Sequence[Window]]) -> list[Chart]:
    """Answers that parse, and how different the prompts are."""
    return [
        _over_groups("Answers that parse", "valid", runs, 1.0),
        _over_groups("Prompts that differ", "distinct_prompts", runs, 1.0),
        _over_groups("Effective number of prompts", "vendi_prompts", runs, None),
    ]


def judge_charts(names: Sequence[str], runs: Sequence[Sequence[EvaluationEntry]]) -> list[Chart]:
    """Per run, the training reward and the judge that is not trained on, over its evaluations."""
    return [
        trend_chart(
            f"Judges of run {number}",
            "reward on held-out targets and held-out judge, with 95 % intervals over targets, by evaluation",
            [_of_evaluations(evaluations, "reward"), _of_evaluations(evaluations, SECOND, beside=0.06)],
            f"evaluation of {name}" if name.isascii() and len(name) < 40 else f"evaluation of run {number}",
            1.0,
        )
        for number, (name, evaluations) in enumerate(zip(names, runs, strict=True), start=1)
        if evaluations
    ]


def _over_groups(title: str, metric: str, runs: Sequence[Sequence[Window]], top: float | None) -> Chart:
    by_step = all(_goes_by_step(run) for run in runs)
    lines = [
        [Point(own.step if by_step else own.groups, own.metrics[metric]) for own in run if metric in own.metrics]
        for run in runs
    ]
    label = "step" if by_step else "groups so far"
    ends = _ends(own.step if by_step else own.groups for run in runs for own in run)
    return trend_chart(title, "means over windows of groups, one line a run", lines, label, top, ends)


def _ends(places: Iterable[float]) -> tuple[float, float]:
    found = tuple(places) or (1,)
    return min(found), max(found)


def _goes_by_step(run: Sequence[Window]) -> bool:
    """Whether every window ends at a later step than the one before: a run under a trainer, and long enough."""
    return bool(run) and run[-1].step > 0 and all(one.step < after.step for one, after in pairwise(run))


def _of_evaluations(evaluations: Sequence[EvaluationEntry], name: str, beside: float = 0.0) -> list[Point]:
    """``beside`` keeps the intervals of two judges from covering each other."""
    return [
        Point(number + beside, own.metrics[name], own.metrics.get(f"{name}/low"), own.metrics.get(f"{name}/high"))
        for number, own in enumerate(evaluations, start=1)
        if name in own.metrics
    ]


def _paint_line(axes: "Axes", number: int, points: Sequence[Point]) -> None:
    if not points:
        return
    tint, dashes, marker = colour(number), DASHES[number % SERIES], MARKERS[number % SERIES]
    for point in points:
        if point.low is not None and point.high is not None:
            axes.plot([point.x, point.x], [point.low, point.high], color=tint, linewidth=1.2, alpha=0.7)
    x, y = [point.x for point in points], [point.value for point in points]
    size = 5 if len(points) <= 12 else 3
    axes.plot(x, y, color=tint, linestyle=dashes, marker=marker, markersize=size, linewidth=1.8)


def _title(metric: str) -> str:
    return words(metric.removeprefix("component/")).capitalize()
