"""What of a policy's answer a generator can use: the one reading that the environment and every adapter share."""

from dataclasses import dataclass, replace

from audioforge.generators.base import ParameterSpace
from audioforge.prompt_words import cut_words
from audioforge.proposal_parsing import parse_proposal
from audioforge.proposals import ParseFailure, Proposal, ProposalError
from audioforge.status import OK, ClipStatus, Status


@dataclass(frozen=True)
class Reading:
    """An answer after parsing.

    Attributes:
        proposal: As it is rendered; ``None`` if the answer is malformed.
        words_cut: How many words of the prompt lay past the generator's limit.
        status: ``malformed`` with the reason, or ok.
        failure: Which way it is malformed.
    """

    proposal: Proposal | None
    words_cut: int = 0
    status: ClipStatus = OK
    failure: ParseFailure | None = None


def read_answer(text: str, parameters: ParameterSpace) -> Reading:
    """Parse an answer, check it against what the generator accepts, and cut its prompt; never raises."""
    try:
        proposal, words_cut = cut_prompt(parse_proposal(text, parameters), parameters.prompt_tokens)
    except ProposalError as error:
        return Reading(None, status=ClipStatus(Status.MALFORMED, str(error)), failure=error.kind)
    return Reading(proposal, words_cut)


def cut_prompt(proposal: Proposal, limit: int | None) -> tuple[Proposal, int]:
    """Drop the prompt's words past the generator's limit, so that nothing is judged as asked that was never heard.

    A word is at least one token of any tokenizer, so words past the limit are invisible for certain; a generator with
    its own tokenizer may read fewer.

    Returns:
        The proposal as it is rendered, and how many words were dropped.
    """
    if limit is None:
        return proposal, 0
    prompt, words_cut = cut_words(proposal.prompt, limit)
    return replace(proposal, prompt=prompt), words_cut
