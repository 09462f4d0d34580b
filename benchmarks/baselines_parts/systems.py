"""What is compared: ways to turn a request into a proposal, from doing nothing to a search.

Every system is a function of a target and the number of the take; the generation seed of a take is the same for all.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from jaxtyping import Float
from torch import Tensor

from audioforge.env.chat import chat_for
from audioforge.generators.base import ParameterSpace
from audioforge.optimise.search_space import SearchSpace, search_space
from audioforge.optimise.settings import AS_ASKED, Settings, preset_settings
from audioforge.optimise.subject import stable_seed
from audioforge.parameter_presets import find_preset, load_presets
from audioforge.policies.sampling import PolicyModel, SamplingSettings
from audioforge.proposals import Proposal
from audioforge.rollouts import Message
from audioforge.scoring.answers import cut_prompt, read_answer
from audioforge.targets import Target
from audioforge.templates import PromptTemplates

ANSWERS_AT_ONCE = 4

Propose = Callable[[Target, int], Proposal | None]
EmbedTexts = Callable[[Sequence[str]], Float[Tensor, "batch dim"]]


@dataclass(frozen=True)
class System:
    """One row of the table.

    Attributes:
        name: Of the row.
        propose: Target and number of the take → what is rendered; ``None`` where an answer was malformed.
        evaluations: Network evaluations it may spend on a request.
        search: Network evaluations it spent beforehand, over all categories.
    """

    name: str
    propose: Propose
    evaluations: int
    search: int = 0


@dataclass(frozen=True)
class Stage:
    """What all systems share.

    Attributes:
        generator: Name of the generator.
        parameters: What it accepts.
        templates: Of all categories.
        most_steps: Upper end of the steps drawn at random or searched.
        seed: Of everything.
    """

    generator: str
    parameters: ParameterSpace
    templates: PromptTemplates
    most_steps: int
    seed: int

    def default(self, category: str, objective: str = "balanced") -> Settings:
        """The shipped preset with the request as prompt."""
        return preset_settings(find_preset(load_presets(), self.generator, objective=objective, category=category))

    def space(self, *targets: Target) -> SearchSpace:
        """What may be searched for targets of one category."""
        template = self.templates.categories[targets[0].category]
        return search_space(self.parameters, template, targets, most_steps=self.most_steps)

    def take_seed(self, target: Target, take: int) -> int:
        """Generation seed of a take: the same for every system."""
        return stable_seed("baselines", self.seed, target.id, take)

    def rendered(self, settings: Settings, target: Target, take: int) -> Proposal:
        """Settings as a proposal."""
        template = self.templates.categories[target.category]
        return settings.proposal(target, template, self.parameters, self.take_seed(target, take))


def identity(stage: Stage, objective: str = "balanced") -> Propose:
    """The request as prompt, with a shipped preset's parameters."""
    return lambda target, take: stage.rendered(stage.default(target.category, objective), target, take)


def template(stage: Stage) -> Propose:
    """A prompt of the category's templates, drawn anew for every take, with the shipped preset's parameters."""

    def propose(target: Target, take: int) -> Proposal:
        space, draw = stage.space(target), random.Random(stage.take_seed(target, take))
        settings = replace(stage.default(target.category), form=draw.choice(space.forms[1:] or space.forms))
        return stage.rendered(settings, target, take)

    return propose


def random_parameters(stage: Stage) -> Propose:
    """The request as prompt, with parameters drawn from the searched space."""

    def propose(target: Target, take: int) -> Proposal:
        space, draw = stage.space(target), random.Random(stage.take_seed(target, take))
        fewest, most = space.steps
        settings = Settings(
            form=AS_ASKED,
            negative_prompt=draw.choice(space.negative_prompts),
            steps=round(fewest * (most / fewest) ** draw.random()),
            cfg_scale=round(draw.uniform(*space.cfg_scale), 2),
            sampler=draw.choice(space.samplers),
        )
        return stage.rendered(settings, target, take)

    return propose


def searched(stage: Stage, found: dict[str, Settings]) -> Propose:
    """The settings that a search found for the category."""
    return lambda target, take: stage.rendered(found[target.category], target, take)


def nearest_example(stage: Stage, embed: EmbedTexts) -> Propose:
    """Few-shot without a policy: the request, continued as the answer to the nearest example is.

    Take *n* follows the *n*-th nearest example of the category: what its prompt says after the first comma, and its
    negative prompt. The parameters are the shipped preset's, so that text alone differs from the request as it is.
    """

    def propose(target: Target, take: int) -> Proposal:
        examples = stage.templates.categories[target.category].examples
        requests = [target.target_description, *(example.request for example in examples)]
        asked, *known = embed(requests)
        nearness = [float(asked @ other) for other in known]
        order = sorted(range(len(examples)), key=lambda place: -nearness[place])
        shown = examples[order[take % len(order)]].proposal
        plain = stage.rendered(stage.default(target.category), target, take)
        _, _, manner = shown.prompt.partition(", ")
        prompt = f"{plain.prompt}, {manner}" if manner else plain.prompt
        continued = replace(plain, prompt=prompt, negative_prompt=shown.negative_prompt)
        return cut_prompt(continued, stage.parameters.prompt_tokens)[0]

    return propose


def sees_examples(policy: PolicyModel, chat: Sequence[Message]) -> bool:
    """Whether the chat's earlier turns are in the text that the policy is given: some templates drop them."""
    given = policy.tokenizer.decode(policy.chat_tokens([dict(message) for message in chat]))
    return all(message["content"] in given for message in chat if message["role"] != "system")


def policy_answers(stage: Stage, policy: PolicyModel, shots: int) -> Propose:
    """A policy at temperature 1, shown some examples as earlier turns."""

    @lru_cache(maxsize=64)
    def answers(target: Target, batch: int) -> tuple[Proposal | None, ...]:
        chat = chat_for(target, stage.templates, stage.parameters, few_shot=shots, seed=stage.seed)
        if shots and not sees_examples(policy, chat):
            raise ValueError("the policy's chat template drops earlier turns: it sees no examples, so give --shots 0.")
        prompt = policy.chat_tokens([dict(message) for message in chat])
        takes = range(batch * ANSWERS_AT_ONCE, (batch + 1) * ANSWERS_AT_ONCE)
        settings = [SamplingSettings(seed=stage.take_seed(target, take)) for take in takes]
        said = policy.sample([prompt] * len(settings), settings)
        return tuple(read_answer(own.text, stage.parameters).proposal for own in said)

    return lambda target, take: answers(target, take // ANSWERS_AT_ONCE)[take % ANSWERS_AT_ONCE]
