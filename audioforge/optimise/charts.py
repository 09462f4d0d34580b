"""Charts as inline SVG: trials over time, and reward by a parameter's values. Colours come from the page's CSS."""

from collections.abc import Sequence
from html import escape

from audioforge.optimise.measured import Measured

WIDTH, HEIGHT = 560, 200
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 10, 30
_LABELS = 270


def scatter(
    points: Sequence[tuple[float, float]], *, across: str, line: Sequence[tuple[float, float]] = (), title: str
) -> str:
    """Points with the reward, 0 to 1, upwards.

    Args:
        points: Place across and reward.
        across: Name of the horizontal axis.
        line: Joined by a line, such as the best so far.
        title: What the chart shows, for those who can't see it.
    """
    low, high = min(x for x, _ in points), max(x for x, _ in points)
    dots = "".join(f'<circle cx="{_x(x, low, high):.1f}" cy="{_y(y):.1f}" r="3"/>' for x, y in points)
    path = " ".join(f"{_x(x, low, high):.1f},{_y(y):.1f}" for x, y in line)
    ticks = "".join(_reward_tick(value) for value in (0.0, 0.25, 0.5, 0.75, 1.0))
    ends = (
        f'<text x="{_LEFT}" y="{HEIGHT - 18}">{low:g}</text>'
        f'<text x="{WIDTH - _RIGHT}" y="{HEIGHT - 18}" text-anchor="end">{high:g}</text>'
        f'<text x="{(WIDTH + _LEFT) / 2}" y="{HEIGHT - 5}" text-anchor="middle">{escape(across)}</text>'
    )
    joined = f'<polyline points="{path}"/>' if path else ""
    return _svg(ticks + joined + dots + ends, HEIGHT, title)


def levels(rows: Sequence[tuple[str, Measured]], *, title: str) -> str:
    """One row a value: mean reward, 0 to 1, with its interval as far as that lies on the axis: few trials' is wider."""
    height = 26 * len(rows) + 24
    marks = "".join(_level(label, own, 26 * row + 14) for row, (label, own) in enumerate(rows))
    ticks = "".join(
        f'<line class="grid" x1="{_across(v):.1f}" x2="{_across(v):.1f}" y1="0" y2="{height - 18}"/>'
        f'<text x="{_across(v):.1f}" y="{height - 3}" text-anchor="middle">{v:g}</text>'
        for v in (0.0, 0.5, 1.0)
    )
    return _svg(ticks + marks, height, title)


def _level(label: str, own: Measured, y: float) -> str:
    shown = label or "(none)"
    text = shown if len(shown) <= 34 else shown[:33] + "…"
    bar = ""
    if own.low == own.low:  # not NaN
        low, high = max(0.0, own.low), min(1.0, own.high)
        bar = f'<line class="bar" x1="{_across(low):.1f}" x2="{_across(high):.1f}" y1="{y}" y2="{y}"/>'
    about = f"<title>{escape(shown)}: {own} ({own.clips} trials)</title>"
    name = f'<text x="{_LABELS - 8}" y="{y + 4}" text-anchor="end">{escape(text)} ({own.clips})</text>'
    return f'<g>{about}{name}{bar}<circle cx="{_across(own.mean):.1f}" cy="{y}" r="4"/></g>'


def _reward_tick(value: float) -> str:
    y = _y(value)
    grid = f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
    return f'{grid}<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'


def _x(value: float, low: float, high: float) -> float:
    share = 0.5 if high == low else (value - low) / (high - low)
    return _LEFT + share * (WIDTH - _LEFT - _RIGHT)


def _y(value: float) -> float:
    return _TOP + (1 - value) * (HEIGHT - _TOP - _BOTTOM)


def _across(value: float) -> float:
    return _LABELS + value * (WIDTH - _LABELS - _RIGHT)


def _svg(content: str, height: float, title: str) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">{content}</svg>'
