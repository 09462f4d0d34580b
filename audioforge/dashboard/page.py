"""The dashboard's page: one self-contained HTML file about one run or several side by side."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from audioforge.dashboard.heard import HeardClip, clips_to_hear
from audioforge.dashboard.lessons import Effect, WinningPrompt, effects_of, winning_prompts
from audioforge.dashboard.runs import Run
from audioforge.dashboard.trend_charts import component_charts, health_charts, judge_charts
from audioforge.dashboard.trends import Window, windows_of
from audioforge.dashboard.warnings import warnings_of
from audioforge.env.statistics import metric_means
from audioforge.reports.charts import GLYPHS, SERIES
from audioforge.reports.page_shell import render_page

POLL_MILLISECONDS = 3000


@dataclass(frozen=True)
class RunView:
    """What the page says of one run."""

    name: str
    series: int
    glyph: str
    run: Run
    groups: int
    windows: list[Window]
    metrics: dict[str, float]
    failures: dict[str, int]
    effects: list[Effect]
    prompts: list[WinningPrompt]
    warnings: list[str]
    clips: list[HeardClip]


def render_dashboard(runs: Sequence[Run], *, follow: bool = False) -> str:
    """The page's HTML.

    Args:
        runs: At least one.
        follow: Whether the page asks its server for news; a file can't.
    """
    views = [view_of(run, number) for number, run in enumerate(runs)]
    windows = [view.windows for view in views]
    return render_page(
        "dashboard.html.j2",
        title="AudioForge runs",
        views=views,
        components=_named(views, "component/"),
        failures=sorted({kind for view in views for kind in view.failures}),
        component_charts=component_charts(windows),
        health_charts=health_charts(windows),
        judge_charts=judge_charts([view.name for view in views], [run.evaluations for run in runs]),
        effects=sorted({(own.parameter, own.value) for view in views for own in view.effects}, key=_effect_order),
        follow=follow,
        poll_milliseconds=POLL_MILLISECONDS,
    )


def view_of(run: Run, number: int) -> RunView:
    """Everything the page says of a run."""
    windows = windows_of(run.records)
    failures = Counter(own.parse_failure for own in run.records if own.parse_failure is not None)
    failures.update(own.status.code.value for own in run.records if own.parse_failure is None and own.total is None)
    return RunView(
        name=run.name,
        series=number % SERIES,
        glyph=GLYPHS[number % SERIES],
        run=run,
        groups=len({own.group for own in run.records}),
        windows=windows,
        metrics=metric_means(run.records),
        failures=dict(failures),
        effects=effects_of(run.records),
        prompts=winning_prompts(run.records),
        warnings=warnings_of(run, windows),
        clips=clips_to_hear(run),
    )


def _named(views: Sequence[RunView], prefix: str) -> list[str]:
    return list(dict.fromkeys(name for view in views for name in view.metrics if name.startswith(prefix)))


def _effect_order(key: tuple[str, str]) -> tuple[str, bool, float, str]:
    """Ranges by their bound, names by alphabet."""
    parameter, value = key
    last = value.split()[-1]
    number = float(last) if last.replace(".", "", 1).isdigit() else 0.0
    return parameter, value.startswith("above"), number, value
