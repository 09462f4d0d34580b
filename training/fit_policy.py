"""Train the tiny policy: a small Llama-shaped language model that answers an ask with a proposal.

    python training/fit_policy.py                       # writes checkpoints/tiny-policy

1. A byte-level BPE tokenizer is fitted on generated pairs (``training/policy_corpus.py``), digits apart.
2. The model starts with a copying circuit (``training/policy_copying.py``), everything else at random.
3. It is trained with cross-entropy on the answers alone.
4. It is sampled at temperature 1 on requests with words that no training pair holds; the numbers go into the model
card.

What it leaves out: any learning from rewards. The policy knows the form of an answer and repeats the request; which
prompt and parameters sound best is what the environment is there to teach.
"""

import argparse
import copy
import json
import math
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import Tensor
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # runs from a checkout without being installed

from audioforge.policies.ask import user_message
from audioforge.policies.sampling import PolicyModel
from training.policy_card import evaluate_policy, write_card
from training.policy_copying import ROPE_THETA, set_copying_circuit
from training.policy_corpus import Example, make_example

ROOT = Path(__file__).resolve().parent.parent
PAD, USER, ASSISTANT, END = "<|pad|>", "<|user|>", "<|assistant|>", "<|end|>"
VOCABULARY, CONTEXT_TOKENS = 4096, 768
STRANGE_SHARES = (0.0, 0.0, 0.3, 0.6, 1.0)
CIRCUIT_LR = 0.2  # learning rate of the copying circuit's attention, relative to the rest
EMBEDDING_EPSILON = 1e-4
SHARPENING = 1.25  # folded into the last norm: temperature 1 then says what temperature 0.8 said before

# Only the last user message is rendered: the system message teaches larger policies, this one knows its task by heart.
CHAT_TEMPLATE = (
    "{%- set asks = messages | selectattr('role', 'equalto', 'user') | list -%}"
    "{{- '" + USER + "' + asks[-1]['content'] + '" + END + ASSISTANT + "' -}}"
    "{%- if messages[-1]['role'] == 'assistant' -%}{{- messages[-1]['content'] + '" + END + "' -}}{%- endif -%}"
)


def main() -> None:
    """Train, measure, save."""
    options = _options()
    torch.manual_seed(options.seed)
    tokenizer = fit_tokenizer(options.seed)
    model = LlamaForCausalLM(_architecture(options))
    set_copying_circuit(model, seed=options.seed)
    parameters = sum(weight.numel() for weight in model.parameters())
    print(f"{parameters / 1e6:.2f} M parameters, {len(tokenizer)} tokens")
    started = time.monotonic()
    loss = train(model, tokenizer, options)
    minutes = (time.monotonic() - started) / 60
    with torch.no_grad():
        model.model.norm.weight.mul_(SHARPENING)
    save(model, tokenizer, options.output)
    numbers = evaluate_policy(PolicyModel.load(options.output), answers=options.answers, seed=options.seed + 1)
    numbers |= {"parameters": parameters, "final_loss": round(loss, 4), "training_minutes": round(minutes, 1)}
    print(json.dumps(numbers, indent=2))
    write_card(
        options.output, numbers, command=f"python training/fit_policy.py --steps {options.steps} --seed {options.seed}"
    )


def fit_tokenizer(seed: int, *, pairs: int = 20_000) -> PreTrainedTokenizerFast:
    """Byte-level BPE on generated pairs; each digit is a token, so that numbers can be copied."""
    draw = random.Random(seed)
    texts = []
    for _ in range(pairs):
        example = make_example(draw, strange_words=draw.choice((0.0, 0.3)))
        texts.append(user_message(example.ask) + "\n" + example.answer)
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    bpe.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    bpe.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=VOCABULARY,
            special_tokens=[PAD, USER, ASSISTANT, END],
            initial_alphabet=alphabet,
            show_progress=False,
        ),
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=bpe, pad_token=PAD, eos_token=END, additional_special_tokens=[USER, ASSISTANT]
    )
    fast.chat_template = CHAT_TEMPLATE
    fast.model_max_length = CONTEXT_TOKENS
    return fast


def train(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, options: argparse.Namespace) -> float:
    """Train in place and return the mean loss of the last tenth of the steps."""
    optimiser = torch.optim.AdamW(_parameter_groups(model, options.lr), betas=(0.9, 0.98), weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _warm_cosine(step, options.steps))
    losses = []
    started = time.monotonic()
    for step, (tokens, labels) in enumerate(batches(tokenizer, options)):
        loss = answer_loss(model, tokens, labels)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        schedule.step()
        losses.append(float(loss.detach()))
        if step % 25 == 24:
            print(f"step {step + 1} loss {sum(losses[-25:]) / 25:.3f} {time.monotonic() - started:.0f} s", flush=True)
        if step % 100 == 99:
            save(model, tokenizer, options.output)
    tail = losses[-max(1, options.steps // 10) :]
    return sum(tail) / len(tail)


def _parameter_groups(model: LlamaForCausalLM, lr: float) -> list[dict[str, object]]:
    """The copying circuit's attention learns slowly; embeddings hardly move unless their token is really used.

    Adam makes a full step of the faintest gradient, and the softmax gives every token that is never said a faint one:
    rare tokens would drift where copying no longer recognises them. A large epsilon leaves them where they were drawn.
    """
    embeddings = model.model.embed_tokens.weight
    circuit = [weight for layer in model.model.layers[:2] for weight in layer.self_attn.parameters()]
    known = {id(weight) for weight in (embeddings, *circuit)}
    rest = [weight for weight in model.parameters() if id(weight) not in known]
    return [
        {"params": rest, "lr": lr},
        {"params": circuit, "lr": lr * CIRCUIT_LR},
        {"params": [embeddings], "lr": lr, "eps": EMBEDDING_EPSILON, "weight_decay": 0.0},
    ]


def answer_loss(model: LlamaForCausalLM, tokens: Tensor, labels: Tensor) -> Tensor:
    """Mean cross-entropy in nats of the answers' tokens.

    Padding stands on the right, so causal attention needs no mask, and the vocabulary's logits are made only where they
    count.
    """
    with torch.autocast("cpu", torch.bfloat16):
        hidden = model.model(input_ids=tokens).last_hidden_state[:, :-1]
        counted = labels[:, 1:] != -100
        logits = model.lm_head(hidden[counted])
    return torch.nn.functional.cross_entropy(logits.float(), labels[:, 1:][counted])


def batches(tokenizer: PreTrainedTokenizerFast, options: argparse.Namespace) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield ``(tokens, labels)`` padded on the right; the ask and the padding are masked with -100."""
    draw = random.Random(options.seed)
    for _ in range(options.steps):
        pairs = [make_example(draw, strange_words=draw.choice(STRANGE_SHARES)) for _ in range(options.batch)]
        yield _collate([_encode(tokenizer, pair) for pair in pairs], tokenizer.pad_token_id)


def _encode(tokenizer: PreTrainedTokenizerFast, example: Example) -> tuple[list[int], list[int]]:
    ask = tokenizer.encode(f"{USER}{user_message(example.ask)}{END}{ASSISTANT}", add_special_tokens=False)
    return ask, tokenizer.encode(f"{example.answer}{END}", add_special_tokens=False)


def _collate(pairs: list[tuple[list[int], list[int]]], pad: int) -> tuple[Tensor, Tensor]:
    longest = max(len(ask) + len(answer) for ask, answer in pairs)
    tokens = torch.full((len(pairs), longest), pad)
    labels = torch.full((len(pairs), longest), -100)
    for row, (ask, answer) in enumerate(pairs):
        tokens[row, : len(ask) + len(answer)] = torch.tensor(ask + answer)
        labels[row, len(ask) : len(ask) + len(answer)] = torch.tensor(answer)
    return tokens, labels


def save(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write what ``AutoModelForCausalLM`` and ``AutoTokenizer`` load."""
    folder.mkdir(parents=True, exist_ok=True)
    copy.deepcopy(model).half().save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _architecture(options: argparse.Namespace) -> LlamaConfig:
    return LlamaConfig(
        vocab_size=VOCABULARY,
        hidden_size=options.width,
        intermediate_size=options.width * 8 // 3,
        num_hidden_layers=options.layers,
        num_attention_heads=options.width // 32,
        max_position_embeddings=CONTEXT_TOKENS,
        tie_word_embeddings=True,
        rope_theta=ROPE_THETA,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=3,
    )


def _warm_cosine(step: int, steps: int, *, warm: int = 50) -> float:
    return min(1.0, (step + 1) / warm) * (0.05 + 0.95 * (1 + math.cos(math.pi * step / steps)) / 2)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train the tiny policy.")
    parser.add_argument("--output", type=Path, default=ROOT / "checkpoints" / "tiny-policy")
    parser.add_argument("--steps", type=int, default=1200)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--width", type=int, default=192)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--answers", type=int, default=400, help="answers sampled for the model card")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
