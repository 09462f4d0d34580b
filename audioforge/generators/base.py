"""What every text-to-audio generator offers: legal parameters and ``generate``.

A generator renders item *i* from ``(proposals[i], seeds[i])`` alone, so a clip does not change with the batch it is
rendered in, and touches no global random state.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace

from audioforge.proposals import ParseFailure, Proposal, ProposalError, evaluations
from reward_models.audio import AudioBatch


@dataclass(frozen=True)
class ParameterSpace:
    """The values a generator accepts; ranges include both ends.

    Attributes:
        samplers: Names of the samplers.
        steps: Fewest and most sampling steps.
        cfg_scale: Smallest and largest guidance scale.
        seconds: Shortest and longest clip, in seconds.
        prompt_tokens: How many tokens of a prompt the generator reads, ``None`` for all. A longer prompt is legal;
            its rest is not heard.
    """

    samplers: tuple[str, ...]
    steps: tuple[int, int]
    cfg_scale: tuple[float, float]
    seconds: tuple[float, float]
    prompt_tokens: int | None = None

    @property
    def most_evaluations(self) -> int:
        """Network evaluations of the dearest legal clip."""
        steps, guidance = self.steps[1], self.cfg_scale[1]
        return max(evaluations(steps, guidance, sampler) for sampler in self.samplers)

    def check(self, proposal: Proposal) -> None:
        """Accept a proposal that can be rendered.

        Raises:
            ProposalError: If a field lies outside; the message names the field, what is legal and what came.
        """
        if not proposal.prompt.strip():
            raise ProposalError(ParseFailure.EMPTY_PROMPT, "prompt must say what to render, got an empty text.")
        if proposal.sampler not in self.samplers:
            legal = ", ".join(self.samplers)
            raise ProposalError(
                ParseFailure.ILLEGAL_VALUE, f"sampler must be one of {legal}; got {proposal.sampler!r}."
            )
        _check_range("steps", proposal.steps, self.steps)
        _check_range("cfg_scale", proposal.cfg_scale, self.cfg_scale)
        _check_range("seconds", proposal.seconds, self.seconds)

    def fitted(self, proposal: Proposal) -> Proposal:
        """The nearest proposal that is legal here: for a field left out, or an example made for another generator."""
        return replace(
            proposal,
            steps=min(max(proposal.steps, self.steps[0]), self.steps[1]),
            cfg_scale=min(max(proposal.cfg_scale, self.cfg_scale[0]), self.cfg_scale[1]),
            sampler=proposal.sampler if proposal.sampler in self.samplers else self.samplers[0],
            seconds=min(max(proposal.seconds, self.seconds[0]), self.seconds[1]),
        )


def _check_range(field: str, value: float, legal: tuple[float, float]) -> None:
    # The comparison is written so that NaN fails it.
    if not legal[0] <= value <= legal[1]:
        message = f"{field} must lie between {legal[0]:g} and {legal[1]:g}; got {value!r}."
        raise ProposalError(ParseFailure.ILLEGAL_VALUE, message)


class Generator(ABC):
    """Renders proposals to audio.

    Attributes:
        name: Short name, as ``load_generator`` takes it.
        description: One paragraph for reports: what makes the sound, and what it is not.
        sample_rate: Of the rendered clips, in Hz.
        channels: Of the rendered clips.
        parameters: Legal values of a proposal's fields.
        fingerprint: Changes whenever the same proposal and seed would sound different.
    """

    name: str
    description: str
    sample_rate: int
    channels: int
    parameters: ParameterSpace
    fingerprint: str

    def check(self, proposals: Sequence[Proposal], seeds: Sequence[int]) -> None:
        """Accept items that can be rendered.

        Raises:
            ProposalError: If a proposal is outside ``parameters``.
            ValueError: If there are not as many seeds as proposals, or none.
        """
        if not proposals or len(proposals) != len(seeds):
            counts = f"{len(proposals)} proposals and {len(seeds)} seeds"
            raise ValueError(f"{self.name} needs at least one proposal, and one seed for each: got {counts}.")
        for proposal in proposals:
            self.parameters.check(proposal)

    @abstractmethod
    def generate(self, proposals: Sequence[Proposal], seeds: Sequence[int]) -> AudioBatch:
        """Render one clip a proposal.

        Args:
            proposals: What to render.
            seeds: One non-negative seed a proposal.

        Returns:
            Clips of ``round(seconds * sample_rate)`` samples each, full scale [-1, 1].

        Raises:
            ProposalError: If a proposal is outside ``parameters``.
            ValueError: If there are not as many seeds as proposals, or none.
        """
