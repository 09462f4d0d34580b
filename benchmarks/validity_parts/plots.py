"""Pictures of the validity figures, as small SVG files: calibration curve, exploits, degradation ladders.

Needs matplotlib (the ``benchmark`` extra). Colours keep apart without colour vision; every point that matters is
labelled, and chance or the honest median is drawn in.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.validity_parts.alignment import AlignmentFigures
from benchmarks.validity_parts.exploits import ExploitFigures
from benchmarks.validity_parts.ladders import LadderFigures

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, ORANGE, GREY = "#0b5394", "#c55a11", "#7f7f7f"
ABOVE: dict[str, Any] = {"frameon": False, "loc": "lower center", "bbox_to_anchor": (0.3, 1.0), "ncols": 3}
"""A legend over the axes, where no point lies."""
SALT = "audioforge"
"""Fixes the identifiers inside an SVG, so that equal figures give equal files."""


class PlotError(RuntimeError):
    """Raised where matplotlib is missing; the message names the extra."""


def draw_all(
    folder: Path, alignment: AlignmentFigures, exploits: Sequence[ExploitFigures], ladders: Sequence[LadderFigures]
) -> list[Path]:
    """Writes ``calibration.svg``, ``exploits.svg`` and ``ladders.svg``.

    Raises:
        PlotError: If matplotlib isn't installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawn = {
        "calibration": calibration_picture(alignment),
        "exploits": exploit_picture(exploits),
        "ladders": ladder_picture(ladders),
    }
    return [_saved(figure, folder / f"{name}.svg") for name, figure in drawn.items()]


def calibration_picture(figures: AlignmentFigures) -> "Figure":
    """Stated probability against found frequency with its 95 % interval; a point's area is its number of clips."""
    figure, axes = _page(4.2, 4.2)
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--", label="well calibrated")
    stated = [point.stated for point in figures.curve]
    axes.vlines(
        stated, [own.low for own in figures.curve], [own.high for own in figures.curve], color=BLUE, linewidth=1
    )
    area, found = [8 + own.clips for own in figures.curve], [own.found for own in figures.curve]
    axes.scatter(stated, found, s=area, color=BLUE, label="found (number: clips)")
    for own in figures.curve:
        axes.annotate(str(own.clips), (own.stated, own.found), xytext=(7, -3), textcoords="offset points", fontsize=8)
    axes.set(xlabel="stated probability of a match", ylabel="found frequency", xlim=(0, 1), ylim=(0, 1))
    axes.legend(frameon=False, loc="upper left")
    return figure


def exploit_picture(rows: Sequence[ExploitFigures]) -> "Figure":
    """Median total of every exploit, and the share of it that beats the median honest clip."""
    scored = [row for row in rows if row.median_total is not None]
    figure, axes = _page(8.6, 1.6 + 0.26 * len(scored))
    height = list(range(len(scored), 0, -1))
    medians = [row.median_total or 0.0 for row in scored]
    axes.axvline(medians[0], color=GREY, linewidth=1, linestyle="--", label="median honest clip")
    axes.scatter(medians, height, color=BLUE, label="median total", zorder=3)
    shares = [row.above_median for row in scored]
    axes.scatter(shares, height, marker="D", facecolors="none", edgecolors=ORANGE, label="share above it", zorder=3)
    axes.set_yticks(height, [row.name for row in scored])
    axes.set(xlim=(-0.02, 1), xlabel="total, share")
    axes.legend(**ABOVE)
    return figure


def ladder_picture(rows: Sequence[LadderFigures]) -> "Figure":
    """Clean wins and rank correlation of every kind of damage; kinds that no head was trained on below, in orange."""
    ordered = sorted(rows, key=lambda own: (own.unseen, -own.clean_beats))
    figure, axes = _page(7.0, 1.6 + 0.2 * len(ordered))
    height = list(range(len(ordered), 0, -1))
    colours = [ORANGE if row.unseen else BLUE for row in ordered]
    axes.axvline(0.5, color=GREY, linewidth=1, linestyle="--")
    axes.scatter([row.clean_beats for row in ordered], height, color=colours, label="clean wins (chance 0.5)", zorder=3)
    correlations = [row.rank_correlation for row in ordered]
    axes.scatter(
        correlations, height, marker="D", facecolors="none", edgecolors=colours, label="rank correlation (chance 0)"
    )
    axes.set_yticks(height, [row.kind for row in ordered], fontsize=8)
    axes.set(xlim=(min(-0.02, *correlations) - 0.02, 1.02), xlabel="orange: kinds that were in nobody's training")
    axes.legend(**ABOVE)
    return figure


def _page(width: float, height: float) -> "tuple[Figure, Axes]":
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise PlotError(
            "pictures need matplotlib: pip install 'audioforge[benchmark]', or leave out --plots."
        ) from error
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="x", color="#e5e5e5", linewidth=0.6)
    return figure, axes


def _saved(figure: "Figure", path: Path) -> Path:
    import matplotlib as mpl

    with mpl.rc_context({"svg.hashsalt": SALT, "svg.fonttype": "none", "font.family": "sans-serif"}):
        figure.savefig(path, metadata={"Date": None})
    return path
