"""What happened to one answer of a policy, and the JSON-lines file such records are kept in.

A rollout is data whatever went wrong with it: a malformed answer or a failed clip is a record with a status, never a
missing one. Each line of the file is one record; an unscored number is ``null``; ``audio`` is a path relative to the
file's own folder.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self, TypedDict

from audioforge.component_score import (
    ComponentScore,
    component_from_json,
    component_to_json,
    finite_or_none,
    status_from_json,
    status_to_json,
)
from audioforge.proposals import Proposal
from audioforge.status import ClipStatus


class RolloutFileError(ValueError):
    """A rollout file that cannot be read; the message names the file, the line and the mend."""


class Message(TypedDict):
    """One chat message."""

    role: str
    content: str


@dataclass(frozen=True)
class RolloutRecord:
    """One answer, its clip and its judgement.

    Attributes:
        id: Unique in a run, ``<group>-<index>``.
        group: The answers to one request sampled together share it.
        target_id: Which target of ``target_styles.json`` was asked for.
        category: ``drums``, ``instruments``, ``sfx`` or ``ambient``.
        split: ``train`` or ``held_out``.
        request: What was asked for.
        messages: The chat given to the policy, without its answer.
        completion: The policy's whole answer.
        proposal: The parsed answer; ``None`` if malformed.
        prompt_words_cut: How many words of the prompt lay past the generator's limit and were not rendered.
        seed: Seed the clip was generated with.
        status: Whether the clip was scored, else why not.
        parse_failure: Name of the malformed kind, such as ``bad_json``; ``None`` if the answer parsed.
        components: Every reward component by name.
        total: Combined score in [0, 1]; ``None`` where unscored.
        reward: What the trainer is given: the total less its charges, or the documented floor.
        seconds_taken: Wall time by stage (``policy``, ``generate``, ``score``) of the whole group, in seconds.
        tokens: Length of the answer in the policy's tokens.
        audio: The clip's file, relative to the record file's folder; ``None`` if there is none.
        provenance: What made and judged it: preset, generator, policy, embedder and calibration fingerprints.
        charges: Shares of the total that the answer pays, by reason; empty where it pays none.
        step: The trainer's step when the policy was asked; without a trainer, how many groups were done.
        second_judge: What a judge says that is no part of the reward, in [0, 1]; ``None`` where none was asked.
    """

    id: str
    group: str
    target_id: str
    category: str
    split: str
    request: str
    messages: tuple[Message, ...]
    completion: str
    proposal: Proposal | None
    prompt_words_cut: int
    seed: int
    status: ClipStatus
    parse_failure: str | None
    components: Mapping[str, ComponentScore]
    total: float | None
    reward: float
    seconds_taken: Mapping[str, float]
    tokens: int
    audio: str | None
    provenance: Mapping[str, str]
    charges: Mapping[str, float] = field(default_factory=dict)
    step: int = 0
    second_judge: float | None = None


class RolloutSink(Protocol):
    """Anything that takes records as they are made."""

    def write(self, record: RolloutRecord) -> None:
        """Take one record."""


class RolloutWriter:
    """Appends records to a JSON-lines file; each is on disk when ``write`` returns.

    Args:
        path: The file; its folder is made. An existing file is emptied unless ``append``.
        append: Go on with an existing file.
    """

    def __init__(self, path: str | Path, *, append: bool = False) -> None:
        self.path = Path(path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("a" if append else "w", encoding="utf-8")

    def write(self, record: RolloutRecord) -> None:
        """Append one record."""
        self._file.write(json.dumps(record_to_json(record), ensure_ascii=False, allow_nan=False) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file; further writes fail."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def drop_unfinished(path: str | Path, is_finished: Callable[[str], bool]) -> int:
    """Prepare the file of a killed run to be gone on with: drop half a line, and groups that will be rolled out again.

    Args:
        path: The file; nothing is done if there is none.
        is_finished: Whether the group of that name is done with.

    Returns:
        How many lines were dropped.
    """
    file = Path(path)
    if not file.is_file():
        return 0
    fresh, dropped = file.with_name(file.name + ".new"), 0
    with file.open(encoding="utf-8") as old, fresh.open("w", encoding="utf-8") as new:
        for line in old:
            if line.endswith("\n") and is_finished(_group_of(line)):
                new.write(line)
            else:
                dropped += 1
    fresh.replace(file)
    return dropped


def _group_of(line: str) -> str:
    try:
        return str(json.loads(line)["group"])
    except (ValueError, KeyError, TypeError):
        return ""


def write_rollouts(path: str | Path, records: Iterable[RolloutRecord]) -> None:
    """Write a whole file of records, replacing it."""
    with RolloutWriter(path) as writer:
        for record in records:
            writer.write(record)


def read_rollouts(path: str | Path) -> list[RolloutRecord]:
    """Read every record of a file.

    Raises:
        RolloutFileError: If the file is missing or a line is no record.
    """
    return list(_read_lines(Path(path)))


def _read_lines(path: Path) -> Iterator[RolloutRecord]:
    if not path.is_file():
        raise RolloutFileError(f"no rollout file at {path}: run `audioforge demo` or the environment to make one.")
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                yield record_from_json(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise RolloutFileError(
                    f"{path}, line {number} is no rollout record ({error!r}): delete the line, or make the file again."
                ) from error


def record_to_json(record: RolloutRecord) -> dict[str, object]:
    """The record as plain JSON values; non-finite numbers become ``None``."""
    plain = {name: getattr(record, name) for name in RolloutRecord.__dataclass_fields__}
    return plain | {
        "messages": [dict(message) for message in record.messages],
        "proposal": None if record.proposal is None else dict(vars(record.proposal)),
        "status": status_to_json(record.status),
        "components": {name: component_to_json(component) for name, component in record.components.items()},
        "total": finite_or_none(record.total),
        "seconds_taken": dict(record.seconds_taken),
        "provenance": dict(record.provenance),
        "charges": dict(record.charges),
    }


def record_from_json(fields: Mapping[str, object]) -> RolloutRecord:
    """Inverse of :func:`record_to_json`.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: If a field is missing, unknown or of the wrong kind.
    """
    known: dict[str, object] = dict(fields)
    proposal, components, messages = known["proposal"], known["components"], known["messages"]
    known["proposal"] = None if proposal is None else Proposal(**proposal)  # type: ignore[arg-type]
    known["components"] = {name: component_from_json(part) for name, part in components.items()}  # type: ignore[attr-defined]
    known["messages"] = tuple(Message(role=m["role"], content=m["content"]) for m in messages)  # type: ignore[attr-defined]
    known["status"] = status_from_json(known["status"])  # type: ignore[arg-type]
    return RolloutRecord(**known)  # type: ignore[arg-type]
