"""What a step saw and did, as one line of JSON.

Rewards, parse rates and components are those of the groups a trainer was sent. Groups whose rewards are all alike are
never sent by the environment, so they are not in here; its own rollout file has them.
"""

import json
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any

from training.policy_learning.learner import StepNumbers

FLAT = 0.02  # deviation of rewards below which a group says next to nothing


def reward_numbers(groups: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Means over a batch.

    Keys: ``reward``; ``parsed`` (share); ``reward_if_parsed``; ``group_deviation`` (mean standard deviation of rewards
    in a group); ``flat_groups`` (share of groups below ``FLAT``); ``component/<name>``; ``steps``, ``cfg_scale`` and
    ``seconds`` of the proposals.
    """
    scores = [score for group in groups for score in group["scores"]]
    details = [own for group in groups for own in group["overrides"]]
    deviations = [pstdev(group["scores"]) for group in groups]
    parsed = [(score, own) for score, own in zip(scores, details, strict=True) if own["proposal"] is not None]
    numbers = {
        "reward": fmean(scores),
        "parsed": len(parsed) / len(scores),
        "group_deviation": fmean(deviations),
        "flat_groups": fmean(deviation < FLAT for deviation in deviations),
    }
    if parsed:
        numbers["reward_if_parsed"] = fmean(score for score, _ in parsed)
        for name in ("steps", "cfg_scale", "seconds"):
            numbers[name] = fmean(own["proposal"][name] for _, own in parsed)
    return numbers | _components(details)


def _components(details: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    values: defaultdict[str, list[float]] = defaultdict(list)
    for own in details:
        for name, component in own["components"].items():
            if component["score"] is not None:
                values[f"component/{name}"].append(component["score"])
    return {name: fmean(own) for name, own in sorted(values.items())}


def log_step(path: Path, step: int, numbers: StepNumbers, rewards: Mapping[str, float], **further: float) -> None:
    """Append a step.

    Args:
        path: The file.
        step: Counted from 1.
        numbers: What the step did.
        rewards: As :func:`reward_numbers`.
        **further: Times, in seconds, and versions.
    """
    line = {"step": step, **rewards, **asdict(numbers), **further}
    rounded = {name: _rounded(value) for name, value in line.items()}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(rounded, allow_nan=False) + "\n")


def read_steps(path: Path) -> list[dict[str, float]]:
    """The log, each step once: of steps done again after a kill, the last."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    steps: dict[int, dict[str, float]] = {}
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue  # half a line of a killed run
        steps[int(entry["step"])] = entry
    return [steps[step] for step in sorted(steps)]


def _rounded(value: float) -> float | None:
    return value if isinstance(value, int) else round(value, 6) if math.isfinite(value) else None
