"""One point of the search: how a request becomes a prompt, and with which parameters it is rendered."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from audioforge.generators.base import ParameterSpace
from audioforge.parameter_presets import ParameterPreset
from audioforge.proposals import Proposal, evaluations
from audioforge.scoring.answers import cut_prompt
from audioforge.targets import Target
from audioforge.templates import CategoryTemplate

AS_ASKED = "{description}"
"""The form that gives the generator the request as it is."""


@dataclass(frozen=True)
class Settings:
    """What is searched for.

    Attributes:
        form: Prompt text with ``{fields}`` of a target, as in ``prompt_templates.json``.
        negative_prompt: What to keep out; empty for nothing.
        steps: Sampling steps.
        cfg_scale: Guidance scale; 1 means none.
        sampler: Name of a sampler.
    """

    form: str
    negative_prompt: str
    steps: int
    cfg_scale: float
    sampler: str

    @property
    def evaluations(self) -> int:
        """Network evaluations a clip costs."""
        return evaluations(self.steps, self.cfg_scale, self.sampler)

    def proposal(self, target: Target, template: CategoryTemplate, space: ParameterSpace, seed: int) -> Proposal:
        """These settings for a target, as long as it asks for, in words that the generator reads.

        Args:
            target: What is asked for.
            template: Of its category.
            space: What the generator accepts.
            seed: Decides what the form leaves open.
        """
        shortest, longest = space.seconds
        proposal = Proposal(
            prompt=replace(template, formats=(self.form,)).render(target, seed),
            negative_prompt=self.negative_prompt,
            steps=self.steps,
            cfg_scale=self.cfg_scale,
            sampler=self.sampler,
            seconds=min(longest, max(shortest, target.parameters.seconds_total)),
        )
        return cut_prompt(proposal, space.prompt_tokens)[0]

    def to_json(self) -> dict[str, object]:
        """As plain JSON values."""
        return asdict(self)


def suitable_settings(targets: Sequence[Target]) -> Settings:
    """What most of the targets say suits the published model (their ``metadata``), with the request as prompt."""
    metadata = Counter(target.metadata for target in targets).most_common(1)[0][0]
    return Settings(AS_ASKED, "", metadata.recommended_steps, metadata.typical_cfg_scale, metadata.suitable_sampler)


def preset_settings(preset: ParameterPreset) -> Settings:
    """A preset's parameters with the request as prompt: what there is without a search."""
    return Settings(AS_ASKED, preset.negative_prompt, preset.steps, preset.cfg_scale, preset.sampler)
