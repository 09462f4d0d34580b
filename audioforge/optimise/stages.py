"""What comes after the search: its best are rendered again on new seeds, the better ones for longer; one is chosen.

A search tries many settings on few clips, so its order is mostly luck near the top. Successive halving spends the
clips of the choice where it is close: many get a few, the best of these and the default the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from audioforge.optimise.budget import SHORTLIST, Budget
from audioforge.optimise.measured import Measured, measured_totals
from audioforge.optimise.settings import Settings
from audioforge.optimise.storage import OptimiseError
from audioforge.optimise.studio import Outcome, Studio
from audioforge.optimise.subject import Casting

if TYPE_CHECKING:
    import optuna

LEAST_WIDE = 2
"""Clips below which a wide round tells nothing, and the shortlist is narrow from the start."""


@dataclass(frozen=True)
class Candidate:
    """Settings with what was measured of them at one stage."""

    settings: Settings
    outcomes: tuple[Outcome, ...]
    total: Measured


@dataclass(frozen=True)
class Stage:
    """Renders candidates after the search; what was rendered already is read from the study.

    Attributes:
        study: Where it is kept.
        studio: Renders and judges.
        casting: Targets and seeds.
        after: What the study held when the search ended: a longer search measures anew.
    """

    study: "optuna.Study"
    studio: Studio
    casting: Casting
    after: str

    def run(self, name: str, candidates: Sequence[Settings], clips: int) -> list[Candidate]:
        """So many clips of each.

        Raises:
            OptimiseError: If that is none.
        """
        if clips < 1:
            raise OptimiseError(f"the budget leaves no clip for the {name} of {len(candidates)} settings: raise it.")
        return [self._candidate(name, settings, clips, ()) for settings in candidates]

    def go_on(self, name: str, candidates: Sequence[Candidate], more: int) -> list[Candidate]:
        """So many further clips of each, on the seeds that follow."""
        clips = len(candidates[0].outcomes) + more
        return [self._candidate(name, own.settings, clips, own.outcomes) for own in candidates]

    def _candidate(self, name: str, settings: Settings, clips: int, known: tuple[Outcome, ...]) -> Candidate:
        key = f"{name} after {self.after}: {settings.to_json()} x {clips}"
        stored = self.study.user_attrs.get(key)
        if stored is None:
            takes = self.casting.takes(settings, name, clips)[len(known) :]
            outcomes = [*known, *self.studio.measure(takes)]
            self.study.set_user_attr(key, [own.to_json() for own in outcomes])
        else:
            outcomes = [Outcome(**own) for own in stored]
        return Candidate(settings, tuple(outcomes), measured_totals(outcomes, seed=self.casting.seed))


def narrowed(stage: Stage, candidates: Sequence[Settings], budget: Budget) -> list[Candidate]:
    """Two rounds: all candidates for half of the share, then the default and the best few for the rest.

    Args:
        stage: Renders.
        candidates: The default first, then the search's best in order.
        budget: Its ``shortlist`` share is spent; a small one leaves one round of the best few.

    Returns:
        The default and the best few, which have had most clips, then those that went out.
    """
    few, half = list(candidates[: SHORTLIST + 1]), budget.shortlist // 2
    clips = budget.clips_each(half, candidates)
    if len(candidates) == len(few) or clips < LEAST_WIDE:
        return stage.run("shortlist", few, budget.clips_each(budget.shortlist, few))
    first, *others = stage.run("shortlist", candidates, clips)
    others.sort(key=_order, reverse=True)
    kept, out = [first, *others[:SHORTLIST]], others[SHORTLIST:]
    spent = sum(budget.cost(own.settings, clips) for own in (*kept, *out))
    more = budget.clips_each(budget.shortlist - spent, [own.settings for own in kept])
    return [*stage.go_on("shortlist", kept, more), *out]


def best_of(shortlist: Sequence[Candidate]) -> Candidate:
    """The best of those that were still in at the end; the first of equals."""
    most = max(len(own.outcomes) for own in shortlist)
    return max((own for own in shortlist if len(own.outcomes) == most), key=_order)


def _order(candidate: Candidate) -> tuple[int, float]:
    """Fewest failures first, then the highest mean; NaN (nothing judged) is last by its failures."""
    return -candidate.total.failed, candidate.total.mean
