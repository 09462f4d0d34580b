import re
import xml.etree.ElementTree as ElementTree

import pytest

from audioforge.reports.benchmark_charts import share_point
from audioforge.reports.benchmark_report import ReliabilityBin
from audioforge.reports.charts import (
    IntervalPoint,
    colour,
    distribution_chart,
    interval_chart,
    reliability_chart,
    scatter_chart,
)

POINTS = [IntervalPoint(0, 0, 0.4, 0.3, 0.5), IntervalPoint(0, 1, 0.6, None, None)]


def test_a_chart_takes_its_colours_and_fonts_from_the_page():
    svg = str(interval_chart("Means", "what is shown", ["total"], POINTS).svg)
    assert "var(--series-0)" in svg
    assert "var(--series-1)" in svg
    assert not re.search(r"#0[ac]0b\d\d", svg)
    assert "DejaVu" not in svg
    assert 'aria-label="Means: what is shown"' in svg
    ElementTree.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def test_equal_charts_are_equal_bytes_and_ids_differ_between_charts():
    first, again, other = (str(interval_chart(name, "", ["total"], POINTS).svg) for name in ("A", "A", "B"))
    assert first == again
    ids = [set(re.findall(r' id="([^"]+)"', own)) for own in (first, other)]
    assert ids[0].isdisjoint(ids[1])


def test_series_repeat_their_style_after_six():
    assert colour(7) == colour(1)


def test_large_sets_are_thinned():
    many = [(i / 5000, i / 5000) for i in range(5000)]
    assert len(str(scatter_chart("Many", "", ("x", "y"), [many]).svg)) < 200_000
    assert len(str(distribution_chart("Many", "", [[x for x, _ in many]]).svg)) < 60_000


def test_an_empty_series_is_no_error():
    assert "svg" in distribution_chart("Empty", "", [[]]).svg
    assert "svg" in scatter_chart("Empty", "", ("x", "y"), [[]]).svg


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    with pytest.raises(ValueError, match=r"audioforge\[benchmark\]"):
        interval_chart("A", "", ["total"], POINTS)


def test_a_mark_of_calibration_is_the_larger_the_more_cases_it_stands_for():
    few, many = share_point(ReliabilityBin(0.3, 0.5, 4)), share_point(ReliabilityBin(0.7, 0.5, 400))
    assert few.high - few.low > 0.6 > 0.1 > many.high - many.low
    svg = str(reliability_chart("Calibration", "", ("x", "y"), [[few, many]]).svg)
    sizes = [_width(own) for own in re.findall(r'<path id="[^"]*" d="([^"]+)"', svg)]
    assert max(sizes) > 1.8 * min(size for size in sizes if size > 1)


def _width(path: str) -> float:
    across = [float(x) for x in re.findall(r"[MLC ](-?[\d.]+) -?[\d.]+", path)]
    return max(across) - min(across)
