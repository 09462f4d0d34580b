"""What is searched for: targets of one category, their template, and which clips each stage of a search renders."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass

from audioforge.generators.base import ParameterSpace
from audioforge.optimise.settings import Settings
from audioforge.optimise.studio import Take
from audioforge.targets import Target, load_targets
from audioforge.templates import CategoryTemplate, load_templates

STAGES = ("search", "shortlist", "measure")


@dataclass(frozen=True)
class Subject:
    """Targets that shall have one setting between them.

    Attributes:
        name: Id of the target, or the category.
        category: Of all targets.
        targets: At least one.
        template: Of the category.
    """

    name: str
    category: str
    targets: tuple[Target, ...]
    template: CategoryTemplate


def target_subject(target_id: str) -> Subject:
    """One target by its id.

    Raises:
        ValueError: If there is none; the message names ids that look alike.
    """
    known = {target.id: target for target in load_targets()}
    if target_id not in known:
        alike = [name for name in known if any(part in name for part in target_id.split("-"))] or list(known)
        raise ValueError(
            f"there is no target {target_id!r}; there is {', '.join(alike[:5])}, …: see target_styles.json."
        )
    target = known[target_id]
    return Subject(target.id, target.category, (target,), load_templates().categories[target.category])


def category_subject(category: str) -> Subject:
    """The training targets of a category: held-out ones stay unseen.

    Raises:
        ValueError: If the category is unknown.
    """
    targets = load_targets(split="train", category=category)
    return Subject(category, category, targets, load_templates().categories[category])


@dataclass(frozen=True)
class Casting:
    """Which targets and generation seeds a stage uses: the same for every setting, others for every stage.

    Attributes:
        subject: What is asked for.
        parameters: What the generator accepts.
        seed: Of the search.
    """

    subject: Subject
    parameters: ParameterSpace
    seed: int

    def takes(self, settings: Settings, stage: str, clips: int) -> list[Take]:
        """So many takes of the settings.

        Targets come in an order shuffled once, each stage further on in it, so that a choice is checked on targets it
        was not made on where there are enough.
        """
        order = list(self.subject.targets)
        random.Random(f"{self.seed}/{self.subject.name}").shuffle(order)
        start = STAGES.index(stage) * max(1, len(order) // len(STAGES))
        return [self._take(settings, order[(start + n) % len(order)], f"{stage}/{n}") for n in range(clips)]

    def _take(self, settings: Settings, target: Target, place: str) -> Take:
        seed = stable_seed(self.seed, self.subject.name, place)
        return Take(target, settings.proposal(target, self.subject.template, self.parameters, seed), seed)


def stable_seed(*parts: object) -> int:
    """A seed below 2**31 from anything printable, the same on every machine."""
    return int.from_bytes(hashlib.sha256("/".join(map(str, parts)).encode()).digest()[:4], "big") >> 1


def targets_named(targets: Sequence[Target]) -> list[str]:
    """Ids, for records."""
    return [target.id for target in targets]
