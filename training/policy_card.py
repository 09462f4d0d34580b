"""Measure the tiny policy on requests it never saw and write its model card.

python -m training.policy_card      # the shipped policy on the requests of data/target_styles.json
"""

import json
import random
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from audioforge.policies.ask import Ask, user_message
from audioforge.policies.sampling import PolicyModel, SamplingSettings
from audioforge.proposal_parsing import parse_proposal
from audioforge.proposals import ProposalError
from audioforge.targets import load_targets
from reward_models.checkpoints import checkpoint_path
from training.policy_corpus import SAMPLERS, make_example
from training.policy_words import HELD_OUT

ANSWERS_EACH, BATCH = 4, 64
FILLER = frozenset(["a", "an", "and", "the", "with", "of", "in", "on", "at", "over", "then", "to", "by", "for"])


def evaluate_policy(policy: PolicyModel, *, answers: int, seed: int) -> dict[str, object]:
    """Measure on generated requests, of whose words about a third are in no training pair; see ``measure``."""
    draw = random.Random(seed)
    asks = [make_example(draw, strange_words=0.35, vocabulary=HELD_OUT).ask for _ in range(answers // ANSWERS_EACH)]
    return measure(policy, asks, seed)


def measure(policy: PolicyModel, asks: Sequence[Ask], seed: int) -> dict[str, object]:
    """Sample at temperature 1, four answers a request.

    Returns:
        Shares in [0, 1]: ``valid`` (the form parses; no generator is asked), ``words_copied`` (content words of the
        request found in the prompt, over valid answers), ``held_out_words_copied`` (the same of words no training pair
        holds), ``distinct`` (different answers among the four to one request, over four), and the count of each
        failure.
    """
    texts = sample_answers(policy, asks, seed)
    prompts = [(ask, _prompt_of(text)) for ask, group in zip(asks, texts, strict=True) for text in group]
    failures = Counter(prompt for _, (prompt, valid) in prompts if not valid)
    valid = [(ask, prompt) for ask, (prompt, valid) in prompts if valid]
    return {
        "answers": len(prompts),
        "valid": round(len(valid) / len(prompts), 3),
        "words_copied": _mean([_copied(ask.request, prompt, None) for ask, prompt in valid]),
        "held_out_words_copied": _mean([_copied(ask.request, prompt, HELD_OUT) for ask, prompt in valid]),
        "distinct": _mean([len(set(group)) / len(group) for group in texts]),
        "failures": dict(failures.most_common()),
    }


def sample_answers(policy: PolicyModel, asks: Sequence[Ask], seed: int) -> list[list[str]]:
    """``ANSWERS_EACH`` answers an ask, at temperature 1."""
    prompts = [policy.chat_tokens([{"role": "user", "content": user_message(ask)}]) for ask in asks]
    prompts = [prompt for prompt in prompts for _ in range(ANSWERS_EACH)]
    settings = [SamplingSettings(seed=seed * 1_000_003 + number) for number in range(len(prompts))]
    texts: list[str] = []
    for start in range(0, len(prompts), BATCH):
        batch = slice(start, start + BATCH)
        texts += [answer.text for answer in policy.sample(prompts[batch], settings[batch])]
    return [texts[start : start + ANSWERS_EACH] for start in range(0, len(texts), ANSWERS_EACH)]


def _prompt_of(text: str) -> tuple[str, bool]:
    try:
        return parse_proposal(text).prompt, True
    except ProposalError as error:
        return error.kind.value, False


def _copied(request: str, prompt: str, only: Sequence[str] | None) -> float | None:
    wanted = [word for word in _words(request) if word not in FILLER and (only is None or word in only)]
    there = set(_words(prompt))
    return sum(word in there for word in wanted) / len(wanted) if wanted else None


def _words(text: str) -> list[str]:
    return re.findall(r"[\w#&'-]+", text.lower())


def _mean(values: Sequence[float | None]) -> float:
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known), 3) if known else float("nan")


def write_card(folder: Path, numbers: dict[str, object], *, command: str) -> None:
    """Write ``README.md`` beside the weights."""
    size = (folder / "model.safetensors").stat().st_size / 1e6
    failures = ", ".join(f"{kind} {count}" for kind, count in numbers["failures"].items())  # type: ignore[attr-defined]
    (folder / "README.md").write_text(
        f"""# tiny-policy

A language model of {int(numbers["parameters"]) / 1e6:.1f} M parameters (Llama architecture, own byte-level BPE
tokenizer of 4096 tokens, {size:.1f} MB in float16) that answers an ask with a proposal: a JSON object with a prompt and
generation parameters. It stands in for a large model wherever there is none: in the demo, in tests, on a laptop.

**What it is not.** It was trained on generated pairs alone and never saw a reward. It repeats the request, adds stock
phrases and draws parameters from a fixed distribution, so its choices carry no knowledge of sound. Its chat template
renders the last user message only: system messages and earlier turns are not read. It knows one task and one language.
Its last norm is multiplied by 1.25 after training: temperature 1 says what temperature 0.8 said before.

## Made by

    {command}

in {numbers["training_minutes"]} minutes on one core (bfloat16 autocast); last training loss {numbers["final_loss"]}.
Data: generated by `training/policy_corpus.py` from word lists in `training/policy_words.py`, our own, under this
project's licence. By design {8} % of the training answers are malformed.

## Numbers

{numbers["answers"]} answers at temperature 1 to requests of the same grammar in which about a third of the words are
ones that no training pair holds (`HELD_OUT` in `training/policy_words.py`):

| measure | value |
|---|---|
| answers that parse | {numbers["valid"]} |
| content words of the request found in the prompt (answers that parse) | {numbers["words_copied"]} |
| the same, held-out words only | {numbers["held_out_words_copied"]} |
| different answers among four to one request, over four | {numbers["distinct"]} |

Malformed kinds: {failures}.
""",
        encoding="utf-8",
    )


def main() -> None:
    """Print the shipped policy's numbers on the targets, none of which it was trained on."""
    asks = [
        Ask(target.target_description, target.category, target.parameters.seconds_total, SAMPLERS[:4])
        for target in load_targets()
    ]
    policy = PolicyModel.load(checkpoint_path("tiny-policy"))
    print(json.dumps(measure(policy, asks, seed=5), indent=2))


if __name__ == "__main__":
    main()
