"""Pictures of the scorer's figures as SVG; needs matplotlib (the ``benchmark`` extra)."""

from pathlib import Path
from typing import Any

BLUE, ORANGE, GREY = "#0b5394", "#c55a11", "#7f7f7f"


def draw(figures: dict[str, Any], folder: Path) -> None:
    """Writes ``stack.svg`` (where a clip's time goes) and ``load.svg`` (throughput and latency)."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams.update({"svg.hashsalt": "audioforge", "font.size": 9, "axes.spines.top": False})
    matplotlib.rcParams.update({"axes.spines.right": False, "svg.fonttype": "none"})
    folder.mkdir(parents=True, exist_ok=True)
    _draw_stack(figures, folder / "stack.svg")
    _draw_load(figures, folder / "load.svg")


def _draw_stack(figures: dict[str, Any], path: Path) -> None:
    from matplotlib import pyplot as plt

    row = figures["stack"][-1]
    forward, others, texts = row["bare_ms"], row["other_embedders_ms"], row["texts_ms"]
    rest = max(0.0, row["stack_ms"] - forward - others - texts)
    loops = figures["components"].get("loop_free", 0.0)
    parts = [
        ("mini, first pass", forward, BLUE),
        ("other passes (fidelity, second look)", others, "#6fa8dc"),
        ("texts", texts, "#ffd966"),
        ("loop_free on the samples", min(loops, rest), ORANGE),
        ("everything else", max(0.0, rest - loops), GREY),
    ]
    figure, axes = plt.subplots(figsize=(7, 2.6), layout="constrained")
    for place, (_, value, colour) in enumerate(reversed(parts)):
        axes.barh(place, value, color=colour)
        axes.text(value, place, f" {value:.1f}", va="center")
    axes.set_yticks(range(len(parts)), [name for name, _, _ in reversed(parts)])
    axes.set_xlabel(f"CPU milliseconds a clip, batch of {row['batch']}, one thread")
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _draw_load(figures: dict[str, Any], path: Path) -> None:
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(7.5, 2.8), layout="constrained")
    rows = figures["throughput"]
    left.plot([row["callers"] for row in rows], [row["clips_per_second"] for row in rows], "o-", color=BLUE)
    left.set_xscale("log", base=2)
    left.set_xticks([row["callers"] for row in rows], [str(row["callers"]) for row in rows])
    left.set_ylim(bottom=0)
    left.set_xlabel("callers, 4 clips a call")
    left.set_ylabel("clips a second")
    loads = figures["latency"]
    for key, colour, name in (("p50_ms", BLUE, "median"), ("p95_ms", ORANGE, "95th percentile")):
        values = [row[key] / 1000 for row in loads]
        right.plot([100 * row["load"] for row in loads], values, "o-", color=colour)
        right.annotate(name, (100 * loads[-1]["load"], values[-1]), ha="right", va="bottom", color=colour)
    right.set_yscale("log")
    right.set_xlabel("load, % of the best throughput")
    right.set_ylabel("seconds to the answer")
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
