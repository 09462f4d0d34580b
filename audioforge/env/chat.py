"""A target as the chat a policy is given: what is legal, perhaps some examples, then the ask."""

from audioforge.generators.base import ParameterSpace
from audioforge.policies.ask import Ask, user_message
from audioforge.rollouts import Message
from audioforge.targets import Target
from audioforge.templates import PromptTemplates, proposal_json


def chat_for(
    target: Target, templates: PromptTemplates, space: ParameterSpace, *, few_shot: int = 0, seed: int = 0
) -> tuple[Message, ...]:
    """The messages, system message first.

    Args:
        target: What is asked for.
        templates: Where the system message and the examples come from.
        space: What the generator accepts.
        few_shot: How many examples are shown as earlier turns.
        seed: Which examples, and in which order.
    """
    messages = [Message(role="system", content=templates.system_message(space, target.category))]
    for example in templates.few_shot(target.category, seed, few_shot):
        shown = space.fitted(example.proposal)  # written for diffusion: another generator has other legal values
        ask = Ask(example.request, target.category, shown.seconds, space.samplers)
        messages.append(Message(role="user", content=user_message(ask)))
        messages.append(Message(role="assistant", content=proposal_json(shown)))
    seconds = target.parameters.seconds_total
    ask = Ask(target.target_description, target.category, seconds, space.samplers)
    return (*messages, Message(role="user", content=user_message(ask)))
