"""One system on one request: takes are rendered until its evaluations are spent, judged, and judged a second time."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from audioforge.component_score import finite_or_none
from audioforge.optimise.studio import Outcome, Studio, Take
from audioforge.proposals import Proposal
from audioforge.rewards.base import Reward
from audioforge.targets import Target
from benchmarks.baselines_parts.systems import Stage, System
from reward_models.audio import AudioBatch

MALFORMED = "malformed: the policy's answer was no proposal"


@dataclass(frozen=True)
class Round:
    """A system's takes for one request, in order of their seeds.

    Attributes:
        system: Its name.
        target_id: What was asked for.
        totals: Reward of each take; ``None`` where it failed.
        statuses: ``ok``, or why a take failed.
        evaluations: Network evaluations spent.
        first_second: What the second judge says of the first take that was scored.
        best_second: What it says of the take that the reward likes best.
        components: Of the first take that was scored.
    """

    system: str
    target_id: str
    totals: tuple[float | None, ...]
    statuses: tuple[str, ...]
    evaluations: int
    first_second: float | None
    best_second: float | None
    components: dict[str, float]

    @property
    def scored(self) -> list[float]:
        """Rewards of the takes that have one."""
        return [total for total in self.totals if total is not None]


@dataclass(frozen=True)
class Bench:
    """Where rounds take place.

    Attributes:
        stage: What systems share.
        studio: Renders and judges.
        second: Judges the first and the best take; takes no part in choosing.
        folder: Where the first takes are kept.
        keep: How many.
    """

    stage: Stage
    studio: Studio
    second: Reward
    folder: Path
    keep: int

    def round(self, system: System, target: Target) -> tuple[Round, list[dict[str, object]]]:
        """The round, and a row of the manifest for every clip kept."""
        planned = self._planned(system, target)
        made = [(take, proposal) for take, (proposal, _) in enumerate(planned) if proposal is not None]
        takes = [Take(target, proposal, self.stage.take_seed(target, take)) for take, proposal in made]
        recorded = dict(zip([take for take, _ in made], self.studio.record(takes), strict=True))
        outcomes = [recorded[take][0] if take in recorded else None for take in range(len(planned))]
        clips = {take: audio for take, (_, audio) in recorded.items() if audio is not None}
        totals = tuple(None if own is None else own.total for own in outcomes)
        first, best = _first(totals), _best(totals)
        seconds = self._second([clips[take] for take in (first, best) if take is not None], target)
        played = Round(
            system=system.name,
            target_id=target.id,
            totals=totals,
            statuses=tuple(MALFORMED if own is None else own.status for own in outcomes),
            evaluations=sum(cost for _, cost in planned),
            first_second=seconds[0] if seconds else None,
            best_second=seconds[-1] if seconds else None,
            components=_components(outcomes, first),
        )
        return played, self._kept(system, target, clips)

    def _planned(self, system: System, target: Target) -> list[tuple[Proposal | None, int]]:
        """As many takes as the evaluations pay for, one at least; a malformed answer costs what the default costs."""
        planned: list[tuple[Proposal | None, int]] = []
        left = system.evaluations
        while True:
            proposal = system.propose(target, len(planned))
            cost = self._cost(proposal, target)
            if planned and cost > left:
                return planned
            planned.append((proposal, cost))
            left -= cost

    def _cost(self, proposal: Proposal | None, target: Target) -> int:
        if proposal is None:
            return self.stage.default(target.category).evaluations
        return proposal.evaluations

    def _second(self, clips: Sequence[AudioBatch], target: Target) -> list[float | None]:
        if not clips:
            return []
        result = self.second(AudioBatch.concatenate(clips), categories=[target.category] * len(clips))
        return [finite_or_none(float(score)) for score in result.score]

    def _kept(self, system: System, target: Target, clips: dict[int, AudioBatch]) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = []
        for take, audio in sorted(clips.items())[: self.keep]:
            path = self.folder / "clips" / system.name.replace(" ", "-") / f"{target.id}-{take}.flac"
            path.parent.mkdir(parents=True, exist_ok=True)
            audio.save([path])
            file = path.relative_to(self.folder).as_posix()
            asked = {"id": target.id, "request": target.target_description, "category": target.category}
            rows.append({"system": system.name, **asked, "file": file, "seed": self.stage.take_seed(target, take)})
        return rows


def _first(totals: Sequence[float | None]) -> int | None:
    return next((take for take, total in enumerate(totals) if total is not None), None)


def _best(totals: Sequence[float | None]) -> int | None:
    scored = [(total, -take) for take, total in enumerate(totals) if total is not None]
    return -max(scored)[1] if scored else None


def _components(outcomes: Sequence[Outcome | None], first: int | None) -> dict[str, float]:
    outcome = None if first is None else outcomes[first]
    return {} if outcome is None else dict(outcome.components)
