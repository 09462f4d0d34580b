"""The user message a policy answers: one request with its length and the samplers it may name.

Kept short and in one fixed form, since small policies are trained on exactly this text. The request stands in quotes,
as the prompt does in an answer, so that its first word is the same token in both: a model that copies finds its start.
"""

from collections.abc import Sequence
from dataclasses import dataclass

MAX_REQUEST_CHARACTERS = 500


@dataclass(frozen=True)
class Ask:
    """What a policy is asked for.

    Attributes:
        request: The sound wanted, in words.
        category: ``drums``, ``instruments``, ``sfx`` or ``ambient``.
        seconds: Length wanted, in seconds.
        samplers: Names the generator accepts.
    """

    request: str
    category: str
    seconds: float
    samplers: Sequence[str]


def user_message(ask: Ask) -> str:
    """The ask as text.

    Raises:
        ValueError: If the request is empty or too long to put to a policy.
    """
    request = " ".join(ask.request.split())
    if not 0 < len(request) <= MAX_REQUEST_CHARACTERS:
        raise ValueError(
            f"a request has 1 to {MAX_REQUEST_CHARACTERS} characters, this one has {len(request)}: "
            "say in one sentence what should be heard."
        )
    return (
        f'Category: {ask.category}\nSeconds: {ask.seconds:g}\nSamplers: {", ".join(ask.samplers)}\nRequest: "{request}"'
    )
