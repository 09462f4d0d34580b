"""The evaluations of a run in one file, ``history.jsonl`` in its evaluation folder, so that each can be compared.

Atropos' ``metrics.json`` and ``samples.jsonl`` beside it hold the last evaluation alone.
"""

import json
import time
from collections.abc import Mapping
from pathlib import Path

FILE = "history.jsonl"


def earlier_evaluations(folder: Path, settings: Mapping[str, object]) -> list[dict[str, float]]:
    """Metrics of each evaluation with these settings, oldest first; half a line of a killed run is passed over."""
    file, found = folder / FILE, []
    if file.is_file():
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                entry = json.loads(line)
                if entry["settings"] == dict(settings):
                    found.append(dict(entry["metrics"]))
            except (ValueError, KeyError, TypeError):
                continue
    return found


def note_evaluation(folder: Path, step: int, settings: Mapping[str, object], metrics: Mapping[str, float]) -> None:
    """Append one evaluation."""
    folder.mkdir(parents=True, exist_ok=True)
    line = {"time": round(time.time(), 1), "step": step, "settings": dict(settings), "metrics": dict(metrics)}
    with (folder / FILE).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
