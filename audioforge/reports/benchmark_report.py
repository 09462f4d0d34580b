"""What a benchmark found, as plain data: the same numbers behind the page, the JSON and the Markdown.

Every mean is of requests: the clips of one request (several seeds) are averaged first. Nothing here depends on the
time or place of the run, so equal inputs give equal bytes.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

FORMAT = 1
ALL = "all"
TOTAL = "total"
SECOND = "second_judge"


@dataclass(frozen=True)
class ClipRow:
    """One clip.

    Attributes:
        system: Whose.
        id: Of the request.
        seed: Sets several answers apart; None where the manifest has none.
        request: What was asked for.
        category: As given or guessed; None where neither.
        category_guessed: True where it was guessed from the request.
        file: Relative to its folder or manifest.
        sha256: Of the file; empty where it can't be read.
        seconds: Length.
        status: Code of the status.
        reason: In words, empty where all is well.
        total: In [0, 1]; None where unscored.
        gate: Factor in [0, 1] that the gates took off the total.
        components: Component → score; None where unscored.
        raw: Component → raw number.
        second_judge: Score in [0, 1] of the judge that is no part of the total.
    """

    system: str
    id: str
    seed: int | None
    request: str
    category: str | None
    category_guessed: bool
    file: str
    sha256: str
    seconds: float
    status: str
    reason: str
    total: float | None
    gate: float | None
    components: Mapping[str, float | None]
    raw: Mapping[str, float | None]
    second_judge: float | None

    def measure(self, name: str) -> float | None:
        """The total, the second judge's score or a component's."""
        if name == TOTAL:
            return self.total
        return self.second_judge if name == SECOND else self.components.get(name)

    @property
    def key(self) -> str:
        """Names the clip in a report."""
        return f"{self.system}/{self.id}" + ("" if self.seed is None else f"/{self.seed}")


@dataclass(frozen=True)
class Standing:
    """A system's mean of one measure in one category.

    Attributes:
        system: Which.
        category: One of the four, or ``all``.
        measure: ``total``, ``second_judge`` or a component.
        mean: Over requests; None where nothing was scored.
        low: Of the 95 % interval over requests; None with fewer than 8 requests.
        high: Likewise.
        requests: That have a score.
        clips: That have a score.
        clips_given: All of them.
    """

    system: str
    category: str
    measure: str
    mean: float | None
    low: float | None
    high: float | None
    requests: int
    clips: int
    clips_given: int


@dataclass(frozen=True)
class PairedRow:
    """Second system minus first on the requests that both have a score for.

    Attributes:
        first: System.
        second: System.
        category: One of the four, or ``all``.
        measure: As in ``Standing``.
        difference: Mean over requests; None where requests are too few.
        low: Of the 95 % interval.
        high: Likewise.
        p_value: Two-sided, by random swaps.
        p_adjusted: After Holm over all pairs of systems of this measure and category.
        requests: Compared.
        reason: Why there is no comparison.
    """

    first: str
    second: str
    category: str
    measure: str
    difference: float | None
    low: float | None
    high: float | None
    p_value: float | None
    p_adjusted: float | None
    requests: int
    reason: str = ""


@dataclass(frozen=True)
class SetRow:
    """One metric of one system's clips against references.

    Attributes:
        system: Which.
        category: One of the four, or ``all``.
        embedder: Whose embeddings.
        metric: Such as ``kad``.
        value: None where it can't be had.
        low: Of the interval over clips.
        high: Likewise.
        n_reference: Reference clips; 0 for a metric without.
        n_candidate: The system's clips.
        reason: Why there is no value.
    """

    system: str
    category: str
    embedder: str
    metric: str
    value: float | None
    low: float | None
    high: float | None
    n_reference: int
    n_candidate: int
    reason: str = ""


@dataclass(frozen=True)
class FadFit:
    """FAD over 1/n and what it comes to for infinitely many clips; ``reason`` says why there is none."""

    system: str
    embedder: str
    value: float | None
    standard_error: float | None
    r_squared: float | None
    n_reference: int
    n_candidate: int
    sizes: tuple[int, ...] = ()
    distances: tuple[float, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class ReliabilityBin:
    """Clips whose predicted probability of a match lies in one range."""

    predicted: float
    observed: float
    n: int


@dataclass(frozen=True)
class Reliability:
    """Does the alignment's probability hold on these clips? Each is asked about its own request and another's.

    Attributes:
        system: Which.
        bins: Of equal width; empty ones left out.
        expected_error: Mean distance of prediction and share, weighted by n.
        own_beats_other: Share of clips that fit their own request better than another's; 0.5 is chance.
        n: Questions asked, half of them with another's request.
        reason: Why there is none.
    """

    system: str
    bins: tuple[ReliabilityBin, ...]
    expected_error: float | None
    own_beats_other: float | None
    n: int
    reason: str = ""


@dataclass(frozen=True)
class Highlight:
    """A clip worth hearing: ``best``, ``worst`` or ``disputed``, and how far the judges' ranks lie apart."""

    kind: str
    clip: str
    rank_gap: float | None


@dataclass(frozen=True)
class MismatchRow:
    """A request without a clip, or a file without a request."""

    system: str
    name: str
    problem: str


@dataclass(frozen=True)
class BenchmarkReport:
    """All that a benchmark found.

    Attributes:
        systems: Best mean total first.
        categories: Those that occur, in alphabetical order.
        components: In the reward's order.
        standings: Per system, category and measure.
        pairs: Per pair of systems, category and measure.
        sets: Set metrics.
        fits: FAD-inf.
        reliability: Of the alignment component, per system.
        agreement: System → Spearman's rank correlation of total and second judge over its clips, or None.
        highlights: Clips worth hearing.
        clips: Sorted by system, id and seed.
        mismatches: What found no partner.
        manifest: All that the numbers depend on: fingerprints, versions, seeds, hashes.
    """

    systems: tuple[str, ...]
    categories: tuple[str, ...]
    components: tuple[str, ...]
    standings: tuple[Standing, ...]
    pairs: tuple[PairedRow, ...]
    sets: tuple[SetRow, ...]
    fits: tuple[FadFit, ...]
    reliability: tuple[Reliability, ...]
    agreement: Mapping[str, float | None]
    highlights: tuple[Highlight, ...]
    clips: tuple[ClipRow, ...]
    mismatches: tuple[MismatchRow, ...]
    manifest: Mapping[str, Any]

    def asked(self, category: str = ALL) -> int:
        """How many requests there are, in all or in a category."""
        return len({own.id for own in self.clips if category in (ALL, own.category)})

    def standing(self, system: str, measure: str = TOTAL, category: str = ALL) -> Standing:
        """One entry of the standings.

        Raises:
            KeyError: If there is none.
        """
        for own in self.standings:
            if (own.system, own.measure, own.category) == (system, measure, category):
                return own
        raise KeyError((system, measure, category))

    def to_json(self) -> str:
        """JSON text, keys sorted: equal reports give equal bytes."""
        fields = {"format": FORMAT, **asdict(self)}
        return json.dumps(fields, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
