"""What a policy is taught and shown: ``data/prompt_templates.json``.

The system prompt teaches the form of an answer and the legal values; each category has formats that turn a target
into a prompt, examples for few-shot prompting, and recommended parameters. The user message itself is not here: see
``audioforge.policies.ask``.

Texts hold ``{fields}``. Formats may use description, subcategory, tones (all, with commas), tone (one), bpm and
seconds; the system prompt uses samplers, steps, cfg_scale, seconds and prompt_tokens.
"""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from string import Formatter
from typing import Protocol

from audioforge.data_entries import Entry
from audioforge.data_files import DataError, data_path, read_json
from audioforge.proposals import Proposal
from audioforge.targets import CATEGORIES, CFG_SCALE, SECONDS, STEPS, Target

FORMAT_FIELDS = ("description", "subcategory", "tones", "tone", "bpm", "seconds")
SYSTEM_FIELDS = ("samplers", "steps", "cfg_scale", "seconds", "prompt_tokens")
_PROPOSAL_KEYS = ("prompt", "negative_prompt", "steps", "cfg_scale", "sampler", "seconds")


class ActionSpace(Protocol):
    """The part of a generator's ``ParameterSpace`` that the system prompt tells."""

    @property
    def samplers(self) -> tuple[str, ...]:
        """Names of the samplers."""

    @property
    def steps(self) -> tuple[int, int]:
        """Fewest and most steps."""

    @property
    def cfg_scale(self) -> tuple[float, float]:
        """Smallest and largest guidance scale."""

    @property
    def seconds(self) -> tuple[float, float]:
        """Shortest and longest clip."""

    @property
    def prompt_tokens(self) -> int | None:
        """How many tokens of a prompt are read; ``None`` for all."""


@dataclass(frozen=True)
class Example:
    """A request with a good answer, for few-shot prompting.

    Attributes:
        request: What was asked for.
        proposal: The answer.
    """

    request: str
    proposal: Proposal

    @property
    def answer(self) -> str:
        """The answer as a policy should write it."""
        return proposal_json(self.proposal)


@dataclass(frozen=True)
class CategoryTemplate:
    """How prompts of one category are built.

    Attributes:
        category: One of the four.
        formats: Texts with ``{fields}`` of a target.
        negative_prompts: What to keep out.
        advice: A sentence for the policy about this category.
        recommended: Parameters to start from; its prompt is empty.
        examples: Requests with good answers.
    """

    category: str
    formats: tuple[str, ...]
    negative_prompts: tuple[str, ...]
    advice: str
    recommended: Proposal
    examples: tuple[Example, ...]

    def render(self, target: Target, seed: int) -> str:
        """A prompt for the target, from one of the formats it has all fields for."""
        fields = _target_fields(target, random.Random(seed))
        fitting = [text for text in self.formats if _fields_of(text) <= fields.keys()]
        return random.Random(f"{target.id}/{seed}").choice(fitting).format(**fields)

    def propose(self, target: Target, seed: int) -> Proposal:
        """The template's whole answer: its prompt with the target's length and the recommended parameters."""
        return Proposal(
            prompt=self.render(target, seed),
            negative_prompt=random.Random(f"{target.id}/{seed}").choice(self.negative_prompts),
            steps=self.recommended.steps,
            cfg_scale=self.recommended.cfg_scale,
            sampler=self.recommended.sampler,
            seconds=target.parameters.seconds_total,
        )


@dataclass(frozen=True)
class PromptTemplates:
    """Everything of the file.

    Attributes:
        system_prompt: Text with the fields of ``SYSTEM_FIELDS``.
        categories: Template of each category.
    """

    system_prompt: str
    categories: Mapping[str, CategoryTemplate]

    def system_message(self, space: ActionSpace, category: str) -> str:
        """The system prompt for a generator, with the category's advice.

        Args:
            space: The generator's legal values.
            category: Of the request that follows.
        """
        limit = "all" if space.prompt_tokens is None else f"the first {space.prompt_tokens}"
        text = self.system_prompt.format(
            samplers=", ".join(f'"{name}"' for name in space.samplers),
            steps=_range(space.steps),
            cfg_scale=_range(space.cfg_scale),
            seconds=_range(space.seconds),
            prompt_tokens=limit,
        )
        return f"{text}\n\n{self.categories[category].advice}"

    def render(self, target: Target, seed: int) -> str:
        """A prompt for the target by its category's template; the same seed gives the same text."""
        return self.categories[target.category].render(target, seed)

    def propose(self, target: Target, seed: int) -> Proposal:
        """A proposal for the target by its category's template."""
        return self.categories[target.category].propose(target, seed)

    def few_shot(self, category: str, seed: int, shots: int = 2) -> tuple[Example, ...]:
        """Up to ``shots`` examples of a category, in an order the seed decides."""
        examples = self.categories[category].examples
        return tuple(random.Random(f"{category}/{seed}").sample(examples, min(shots, len(examples))))


def proposal_json(proposal: Proposal) -> str:
    """A proposal in the answer format, on one line."""
    return json.dumps(asdict(proposal), ensure_ascii=False)


def load_templates(path: Path | None = None) -> PromptTemplates:
    """Read and check the templates.

    Args:
        path: A file of the same form; the packaged one by default.

    Raises:
        DataError: Naming file, entry and mend.
    """
    path = path or data_path("prompt_templates.json")
    document = read_json(path)
    if not isinstance(document, dict):
        raise DataError(f"{path.name} must hold a JSON object, got {type(document).__name__}.")
    entry = Entry(path.name, "top level", document)
    entry.expect_keys(("system_prompt", "categories"))
    _check_fields(entry, "system_prompt", (entry.text("system_prompt"),), SYSTEM_FIELDS)
    categories = entry.entry("categories")
    categories.expect_keys(CATEGORIES)
    return PromptTemplates(
        entry.text("system_prompt"), {name: _read_category(categories.entry(name), name) for name in CATEGORIES}
    )


def _read_category(entry: Entry, name: str) -> CategoryTemplate:
    entry.expect_keys(("formats", "negative_prompts", "advice", "recommended", "examples"))
    formats = entry.texts("formats")
    _check_fields(entry, "formats", formats, FORMAT_FIELDS)
    if not any(_fields_of(text) <= set(FORMAT_FIELDS) - {"bpm"} for text in formats):
        entry.fail('every text of "formats" needs {bpm}: add one for targets without a tempo.')
    recommended = entry.entry("recommended")
    recommended.expect_keys(_PROPOSAL_KEYS[2:])
    return CategoryTemplate(
        category=name,
        formats=formats,
        negative_prompts=entry.texts("negative_prompts"),
        advice=entry.text("advice"),
        recommended=_read_proposal(recommended, ""),
        examples=tuple(_read_example(example) for example in entry.entries("examples")),
    )


def _read_example(entry: Entry) -> Example:
    entry.expect_keys(("request", "answer"))
    answer = entry.entry("answer")
    answer.expect_keys(_PROPOSAL_KEYS)
    return Example(entry.text("request"), _read_proposal(answer, answer.text("prompt")))


def _read_proposal(entry: Entry, prompt: str) -> Proposal:
    return Proposal(
        prompt=prompt,
        negative_prompt=entry.text("negative_prompt", empty=True) if "negative_prompt" in entry.fields else "",
        steps=entry.whole("steps", *STEPS),
        cfg_scale=entry.number("cfg_scale", *CFG_SCALE),
        sampler=entry.text("sampler"),
        seconds=entry.number("seconds", *SECONDS),
    )


def _check_fields(entry: Entry, key: str, texts: Sequence[str], allowed: Sequence[str]) -> None:
    for text in texts:
        try:
            unknown = _fields_of(text) - set(allowed)
        except ValueError as error:
            entry.fail(f'"{key}" has unbalanced braces in "{text}" ({error}): write {{{{ and }}}} for plain braces.')
        if unknown:
            entry.fail(f'"{key}" uses the unknown field {{{min(unknown)}}}: known are {", ".join(allowed)}.')


def _fields_of(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def _target_fields(target: Target, draw: random.Random) -> dict[str, str]:
    tones = target.parameters.tone_characteristics
    fields = {
        "description": target.target_description,
        "subcategory": target.subcategory,
        "tones": ", ".join(tones),
        "tone": draw.choice(tones),
        "seconds": f"{target.parameters.seconds_total:g}",
    }
    if target.parameters.target_bpm is not None:
        fields["bpm"] = str(target.parameters.target_bpm)
    return fields


def _range(bounds: tuple[float, float]) -> str:
    return f"{bounds[0]:g} to {bounds[1]:g}"
