"""The curve of a run as an SVG: rewards, what answers that parse are worth, and how many parse.

    python -m training.policy_learning.picture --run artifacts/learning --out docs/images/learning.svg

The faint line is each batch, the strong one the mean of the last ``WINDOW``, the grey one that of the first ``WINDOW``.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from training.policy_learning.step_log import read_steps

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WINDOW = 8
PANELS = (
    ("reward", "reward of a batch"),
    ("reward_if_parsed", "reward of answers that parse"),
    ("parsed", "answers that parse"),
    ("kl", "divergence from the start, nats a token"),
)


def running_mean(values: Sequence[float], window: int) -> list[float]:
    """Mean of each value and those before it, ``window`` at most."""
    return [sum(own := values[max(0, last - window) : last]) / len(own) for last in range(1, len(values) + 1)]


def draw(steps: Sequence[dict[str, float]], path: Path) -> None:
    """Write the picture; the same log gives the same file."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "learning", "font.size": 9, "axes.spines.top": False,
                         "axes.spines.right": False}):  # fmt: skip
        figure, panels = plt.subplots(2, 2, figsize=(8, 4.6), sharex=True, layout="constrained")
        for axes, (name, title) in zip(panels.flat, PANELS, strict=True):
            _panel(axes, [entry["step"] for entry in steps], [entry[name] for entry in steps], title)
        for axes in panels[1]:
            axes.set_xlabel("optimiser step")
        figure.savefig(path, metadata={"Date": None})
        plt.close(figure)


def _panel(axes: "Axes", steps: Sequence[float], values: Sequence[float], title: str) -> None:
    axes.plot(steps, values, color="#b9cfe6", linewidth=0.8)
    axes.plot(steps, running_mean(values, WINDOW), color="#0072b2")
    axes.axhline(sum(values[:WINDOW]) / len(values[:WINDOW]), color="#999999", linewidth=0.8)
    axes.set_title(title, fontsize=9, loc="left")


def main() -> None:
    """Draw a run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True, help="folder of learn_policy.py")
    parser.add_argument("--out", type=Path, required=True, help="the .svg to write")
    options = parser.parse_args()
    draw(read_steps(options.run / "steps.jsonl"), options.out)


if __name__ == "__main__":
    main()
