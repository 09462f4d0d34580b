"""Behaviour of audioforge/optimise/charts.py."""

import re

from audioforge.optimise.charts import WIDTH, levels
from audioforge.optimise.measured import Measured


def test_an_interval_of_few_trials_ends_at_the_axis_and_is_told_in_full():
    chart = levels(
        [("two trials", Measured(0.4, -1.2, 2.0, 2)), ("one", Measured(0.4, float("nan"), float("nan"), 1))], title="x"
    )
    ends = [float(x) for x in re.search(r'class="bar" x1="([\d.-]+)" x2="([\d.-]+)"', chart).groups()]
    axis = [float(x) for x in re.findall(r'class="grid" x1="([\d.-]+)"', chart)]
    assert ends == [min(axis), max(axis)]
    assert max(axis) < WIDTH
    assert "0.400 [-1.200, 2.000] (2 trials)" in chart
    assert chart.count('class="bar"') == 1
