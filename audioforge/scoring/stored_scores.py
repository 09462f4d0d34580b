"""Scores as bytes and back, without pickle and without losing a bit: JSON, where float32 survives the round trip."""

import json
import zlib
from collections.abc import Mapping
from typing import Any

import torch

from audioforge.rewards.base import RewardResult
from audioforge.rewards.scores import Scores
from audioforge.status import ClipStatus, Status


def scores_to_bytes(scores: Scores) -> bytes:
    """Compressed JSON."""
    fields = {
        "total": scores.total.tolist(),
        "gates": scores.gates.tolist(),
        "status": _statuses(scores.status),
        "provenance": dict(scores.provenance),
        "components": {name: _component(result) for name, result in scores.components.items()},
    }
    return zlib.compress(json.dumps(fields).encode(), level=1)


def scores_from_bytes(data: bytes) -> Scores:
    """The scores that ``scores_to_bytes`` was given.

    Raises:
        ValueError: If the bytes are something else.
    """
    try:
        fields = json.loads(zlib.decompress(data))
        return Scores(
            torch.tensor(fields["total"], dtype=torch.float32),
            {name: _result(name, own) for name, own in fields["components"].items()},
            _read_statuses(fields["status"]),
            torch.tensor(fields["gates"], dtype=torch.float32),
            fields["provenance"],
        )
    except (zlib.error, KeyError, TypeError, AttributeError, RuntimeError, AssertionError) as error:
        raise ValueError(f"{len(data)} bytes that are no stored scores ({error}): delete them.") from error


def _component(result: RewardResult) -> dict[str, object]:
    return {
        "raw": result.raw.tolist(),
        "score": result.score.tolist(),
        "uncertainty": None if result.uncertainty is None else result.uncertainty.tolist(),
        "status": _statuses(result.status),
        "provenance": dict(result.provenance),
    }


def _result(name: str, own: Mapping[str, Any]) -> RewardResult:
    raw, score = (torch.tensor(own[key], dtype=torch.float32) for key in ("raw", "score"))
    known = own["uncertainty"]
    uncertainty = None if known is None else torch.tensor(known, dtype=torch.float32)
    return RewardResult(name, raw, score, _read_statuses(own["status"]), own["provenance"], uncertainty)


def _statuses(status: tuple[ClipStatus, ...]) -> list[tuple[str, str]]:
    return [(own.code.value, own.reason) for own in status]


def _read_statuses(rows: list[tuple[str, str]]) -> tuple[ClipStatus, ...]:
    return tuple(ClipStatus(Status(code), reason) for code, reason in rows)
