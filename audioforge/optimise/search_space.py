"""Which settings may be tried for some targets and a generator, and how Optuna is asked for one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

from audioforge.generators.base import ParameterSpace
from audioforge.optimise.settings import AS_ASKED, Settings
from audioforge.targets import Target
from audioforge.templates import CategoryTemplate

MOST_STEPS = 32
MOST_GUIDANCE = 10.0
PARAMETERS = ("form", "negative_prompt", "steps", "cfg_scale", "sampler")


class Suggests(Protocol):
    """The part of an Optuna trial that is needed."""

    def suggest_categorical(self, name: str, choices: Sequence[str]) -> str:
        """One of the choices."""

    def suggest_int(self, name: str, low: int, high: int, *, log: bool) -> int:
        """A whole number in the range."""

    def suggest_float(self, name: str, low: float, high: float) -> float:
        """A number in the range."""


@dataclass(frozen=True)
class SearchSpace:
    """Everything that may be tried.

    Attributes:
        forms: Prompt forms that every target has the fields for.
        negative_prompts: What may be kept out.
        samplers: Names.
        steps: Fewest and most.
        cfg_scale: Smallest and largest.
    """

    forms: tuple[str, ...]
    negative_prompts: tuple[str, ...]
    samplers: tuple[str, ...]
    steps: tuple[int, int]
    cfg_scale: tuple[float, float]

    def suggest(self, trial: Suggests) -> Settings:
        """Settings of a trial."""
        return Settings(
            form=trial.suggest_categorical("form", self.forms),
            negative_prompt=trial.suggest_categorical("negative_prompt", self.negative_prompts),
            steps=trial.suggest_int("steps", *self.steps, log=True),
            cfg_scale=round(trial.suggest_float("cfg_scale", *self.cfg_scale), 2),
            sampler=trial.suggest_categorical("sampler", self.samplers),
        )

    def holds(self, settings: Settings) -> bool:
        """Whether settings lie inside."""
        return (
            settings.form in self.forms
            and settings.negative_prompt in self.negative_prompts
            and settings.sampler in self.samplers
            and self.steps[0] <= settings.steps <= self.steps[1]
            and self.cfg_scale[0] <= settings.cfg_scale <= self.cfg_scale[1]
        )

    def to_json(self) -> Mapping[str, object]:
        """As plain JSON values."""
        return {name: list(value) for name, value in asdict(self).items()}


def search_space(
    parameters: ParameterSpace, template: CategoryTemplate, targets: Sequence[Target], *, most_steps: int = MOST_STEPS
) -> SearchSpace:
    """What the generator accepts and the category's templates offer.

    Args:
        parameters: The generator's legal values.
        template: Of the targets' category.
        targets: Those the search is about.
        most_steps: Upper end of the steps searched, where the generator accepts as many.

    Raises:
        ValueError: If ``most_steps`` is below what the generator needs.
    """
    fewest, most = parameters.steps
    if most_steps < fewest:
        raise ValueError(f"the generator needs at least {fewest} steps: search up to at least that, not {most_steps}.")
    has_tempo = all(target.parameters.target_bpm is not None for target in targets)
    forms = [form for form in template.formats if has_tempo or "{bpm}" not in form]
    low, high = parameters.cfg_scale
    return SearchSpace(
        forms=tuple(dict.fromkeys((AS_ASKED, *forms))),
        negative_prompts=tuple(dict.fromkeys(("", *template.negative_prompts))),
        samplers=parameters.samplers,
        steps=(fewest, min(most, most_steps)),
        cfg_scale=(low, max(low, min(high, MOST_GUIDANCE))),
    )
