"""Charts as SVG inside a page: drawn by matplotlib, coloured by the page's own style sheet.

Nothing runs in the browser: a chart follows light and dark, prints, and needs no network. Series are told apart by
colour (Okabe & Ito's palette, safe for colour-blind readers), by marker and by dashes. Texts in charts are ours, never
a user's: names of systems stand in the page's legend.
"""

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SERIES = 6
"""Styles before they repeat; theme.css has a colour for each."""
MARKERS = ("o", "s", "^", "D", "v", "P")
GLYPHS = ("●", "■", "▲", "◆", "▼", "✚")
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)))
_INK, _QUIET, _LINE = "#0c0b00", "#0c0b01", "#0c0b02"
_VARIABLES = {_INK: "ink", _QUIET: "quiet", _LINE: "line"} | {f"#0a0b{n:02x}": f"series-{n}" for n in range(SERIES)}
_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",
    "font.size": 10,
    "font.family": "DejaVu Sans",
    "text.color": _INK,
    "axes.edgecolor": _LINE,
    "axes.labelcolor": _QUIET,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": _QUIET,
    "ytick.color": _QUIET,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "grid.color": _LINE,
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "text.parse_math": False,
}


@dataclass(frozen=True)
class Chart:
    """A chart and what it shows in words."""

    title: str
    svg: Markup


@dataclass(frozen=True)
class IntervalPoint:
    """One mean with its interval: which row and which series it belongs to."""

    row: int
    series: int
    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class SharePoint:
    """A share of some cases, with its interval, where ``predicted`` was expected; all in [0, 1]."""

    predicted: float
    share: float
    low: float
    high: float
    cases: int


def colour(series: int) -> str:
    """Stands for the page's colour of a series."""
    return f"#0a0b{series % SERIES:02x}"


def draw(title: str, description: str, paint: "Callable[[Axes], None]", *, height: float = 3.0) -> Chart:
    """A chart of one pair of axes, 5 inches wide, that scales with the page.

    Args:
        title: Its heading; also names the SVG's own ids, so it must differ within a page.
        description: What it shows, for those who can't see it.
        paint: Draws on the axes.
        height: In inches.

    Raises:
        ValueError: If matplotlib is not installed; the message names the extra.
    """
    check_charts()
    import matplotlib
    from matplotlib.figure import Figure

    style: Any = {**_STYLE, "svg.hashsalt": title}
    with matplotlib.rc_context(style):
        figure = Figure(figsize=(5, height), layout="constrained")
        figure.patch.set_alpha(0)
        axes = figure.add_subplot()
        axes.patch.set_alpha(0)
        paint(axes)
        file = io.StringIO()
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return Chart(title, _for_page(file.getvalue(), title, description))


def check_charts() -> None:
    """Lets long work fail before it starts rather than at its last step.

    Raises:
        ValueError: If matplotlib is not installed; the message names the extra.
    """
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise ValueError(f"charts need their extra ({error}): pip install 'audioforge[benchmark]'.") from error


def interval_chart(title: str, description: str, rows: Sequence[str], points: Sequence[IntervalPoint]) -> Chart:
    """Means from 0 to 1 with their intervals, one row a measure, the series side by side in it."""
    count = 1 + max((own.series for own in points), default=0)

    def paint(axes: "Axes") -> None:
        for own in points:
            place = own.row + (own.series - (count - 1) / 2) * (0.7 / count)
            style: dict[str, Any] = {"color": colour(own.series), "linewidth": 2.0}
            if own.low is not None and own.high is not None:
                axes.plot([own.low, own.high], [place, place], **style)
            axes.plot([own.mean], [place], marker=MARKERS[own.series % SERIES], markersize=5, clip_on=False, **style)
        axes.set(xlim=(0, 1), ylim=(len(rows) - 0.5, -0.5))
        axes.set_yticks(range(len(rows)), rows, color=_INK)
        axes.grid(axis="x")

    return draw(title, description, paint, height=0.7 + len(rows) * max(0.32, 0.14 * count))


def distribution_chart(title: str, description: str, series: Sequence[Sequence[float]]) -> Chart:
    """Share of clips at or below each score."""

    def paint(axes: "Axes") -> None:
        for number, values in enumerate(series):
            if values:
                scores, shares = _steps(sorted(values))
                dashes = DASHES[number % SERIES]
                axes.plot(scores, shares, color=colour(number), linestyle=dashes, linewidth=1.8, drawstyle="steps-post")
        axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel="score", ylabel="share of clips at or below")
        axes.grid()

    return draw(title, description, paint)


def scatter_chart(
    title: str, description: str, labels: tuple[str, str], series: Sequence[Sequence[tuple[float, float]]]
) -> Chart:
    """Two scores of each clip; where the series hold very many, every k-th, in smaller marks."""
    count = sum(map(len, series))
    step = -(-count // 600) or 1

    def paint(axes: "Axes") -> None:
        for number, pairs in enumerate(series):
            shown = pairs[::step]
            style: dict[str, Any] = {
                "color": colour(number),
                "marker": MARKERS[number % SERIES],
                "markersize": 6 if count < 100 else 4,
                "alpha": 0.75,
            }
            axes.plot([x for x, _ in shown], [y for _, y in shown], linestyle="none", markeredgewidth=0, **style)
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), xlabel=labels[0], ylabel=labels[1])
        axes.grid()

    return draw(title, description, paint)


def reliability_chart(
    title: str, description: str, labels: tuple[str, str], series: Sequence[Sequence[SharePoint]]
) -> Chart:
    """Shares against what was predicted of them; the more cases a mark stands for, the larger it is.

    Marks are not joined: a line through bins of three cases would draw dice.
    """
    most = max((own.cases for points in series for own in points), default=1)

    def paint(axes: "Axes") -> None:
        axes.plot([0, 1], [0, 1], color=_QUIET, linewidth=1, linestyle=":")
        for number, points in enumerate(series):
            for own in points:
                size = 3 + 8 * (own.cases / most) ** 0.5
                axes.plot([own.predicted] * 2, [own.low, own.high], color=colour(number), linewidth=1.2, alpha=0.6)
                style: dict[str, Any] = {"marker": MARKERS[number % SERIES], "markersize": size, "markeredgewidth": 0}
                axes.plot([own.predicted], [own.share], color=colour(number), alpha=0.8, clip_on=False, **style)
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), xlabel=labels[0], ylabel=labels[1])
        axes.grid()

    return draw(title, description, paint)


def line_chart(
    title: str, description: str, labels: tuple[str, str], series: Sequence[Sequence[tuple[float, float]]]
) -> Chart:
    """Points joined by lines."""

    def paint(axes: "Axes") -> None:
        for number, pairs in enumerate(series):
            style: dict[str, Any] = {"color": colour(number), "linestyle": DASHES[number % SERIES], "linewidth": 1.8}
            marker = MARKERS[number % SERIES]
            axes.plot([x for x, _ in pairs], [y for _, y in pairs], marker=marker, markersize=5, **style)
        axes.set(xlabel=labels[0], ylabel=labels[1])
        axes.grid()

    return draw(title, description, paint)


def _steps(values: Sequence[float], most: int = 200) -> tuple[list[float], list[float]]:
    """Corners of the distribution function, at most so many."""
    count = len(values)
    places = range(count) if count <= most else [round(i * (count - 1) / (most - 1)) for i in range(most)]
    return [0.0, *(values[i] for i in places), 1.0], [0.0, *((i + 1) / count for i in places), 1.0]


def _for_page(svg: str, title: str, description: str) -> Markup:
    """Strips what only files need, makes ids the chart's own, and hands colours and fonts to the page."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    body = re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL)
    prefix = re.sub(r"\W+", "-", title.lower())
    body = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{prefix}-", body)
    for code, variable in _VARIABLES.items():
        body = body.replace(code, f"var(--{variable})")
    body = body.replace("'DejaVu Sans'", "system-ui, sans-serif")
    label = escape(f"{title}: {description}")
    size = re.search(r'viewBox="([^"]+)"', body)
    assert size is not None, "matplotlib writes a viewBox"
    head = f'<svg viewBox="{size[1]}" role="img" aria-label="{label}" xmlns:xlink="http://www.w3.org/1999/xlink">'
    return Markup(head + body[body.index(">") + 1 :])
