"""What is benchmarked: clips with their requests, paired by id and never by the order of a folder.

A request has an id; a system's clip names the id that it answers. What doesn't fit (a request without a clip, a file
without a request) is no error: it is listed, so that nobody takes 38 of 40 for all.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


class BenchmarkError(ValueError):
    """A benchmark that can't be run; the message names the file or id and the mend."""


@dataclass(frozen=True)
class Request:
    """What was asked for.

    Attributes:
        id: Unique; pairs the systems' answers.
        text: In words.
        category: ``drums``, ``instruments``, ``sfx``, ``ambient``, or None to guess it from the text.
    """

    id: str
    text: str
    category: str | None = None


@dataclass(frozen=True)
class BenchmarkClip:
    """One answer of one system.

    Attributes:
        system: Whose.
        request: What it answers.
        path: Where the audio is.
        file: How reports name it: its path relative to the folder or manifest it came from.
        seed: Sets several answers to one request apart.
    """

    system: str
    request: Request
    path: Path
    file: str
    seed: int | None = None

    @property
    def order(self) -> tuple[str, str, int, str]:
        """Sorts clips: by system, id, seed."""
        return (self.system, self.request.id, -1 if self.seed is None else self.seed, self.file)


@dataclass(frozen=True)
class Mismatch:
    """Something that has no counterpart.

    Attributes:
        system: Whose.
        name: Id of a request, or name of a file.
        problem: What is wrong with it.
    """

    system: str
    name: str
    problem: str


@dataclass(frozen=True)
class Pairing:
    """Clips with their requests, sorted, and what found no partner, sorted."""

    clips: tuple[BenchmarkClip, ...]
    mismatches: tuple[Mismatch, ...]


def gather(clips: Sequence[BenchmarkClip], mismatches: Sequence[Mismatch], requests: Mapping[str, Request]) -> Pairing:
    """Sorts clips, refuses doubles, and lists requests that a system did not answer.

    Args:
        clips: Of all systems.
        mismatches: Found while they were read.
        requests: All requests by id; where empty, those that some system answered.

    Raises:
        BenchmarkError: If nothing is left, a clip comes twice, or one id stands for two requests.
    """
    if not clips:
        raise BenchmarkError(
            "no clip has a request: a folder's files are named after the ids of the requests (kick-01.wav for the id "
            f"kick-01).{_hint(mismatches)}"
        )
    _refuse_doubles(clips)
    asked = dict(requests) or _asked(clips)
    answered = {(own.system, own.request.id) for own in clips}
    silent = [
        Mismatch(system, name, "no clip for this request")
        for system in {own.system for own in clips}
        for name in asked
        if (system, name) not in answered
    ]
    order = sorted([*mismatches, *silent], key=lambda own: (own.system, own.problem, own.name))
    return Pairing(tuple(sorted(clips, key=lambda own: own.order)), tuple(order))


def _hint(mismatches: Sequence[Mismatch]) -> str:
    names = ", ".join(own.name for own in mismatches[:3])
    return f" Without a request: {names}." if names else ""


def _refuse_doubles(clips: Sequence[BenchmarkClip]) -> None:
    for (system, name, seed), count in Counter((own.system, own.request.id, own.seed) for own in clips).items():
        if count > 1:
            which = f"{count} clips of {system!r} answer {name!r}" + ("" if seed is None else f" with seed {seed}")
            raise BenchmarkError(f'{which}: set them apart by "seed" in a manifest.')


def _asked(clips: Sequence[BenchmarkClip]) -> dict[str, Request]:
    asked: dict[str, Request] = {}
    for own in clips:
        known = asked.setdefault(own.request.id, own.request)
        if known != own.request:
            raise BenchmarkError(
                f"the id {known.id!r} stands for {known.text!r} ({known.category}) and for {own.request.text!r} "
                f"({own.request.category}) of {own.system!r}: give each request its own id."
            )
    return asked
