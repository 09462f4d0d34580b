"""Behaviour of training/policy_corpus.py and policy_copying.py."""

import random
from collections import Counter

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from audioforge.policies.ask import user_message
from audioforge.proposal_parsing import parse_proposal
from audioforge.proposals import ProposalError
from audioforge.targets import load_targets
from training.policy_copying import ROPE_THETA, set_copying_circuit
from training.policy_corpus import MALFORMED_SHARE, make_example
from training.policy_words import HELD_OUT


def examples(count=2000, **options):
    draw = random.Random(4)
    return [make_example(draw, **({"strange_words": 0.2} | options)) for _ in range(count)]


def failure(answer):
    try:
        parse_proposal(answer)
    except ProposalError as error:
        return error.kind
    return None


def test_the_stated_share_of_answers_is_malformed_in_many_ways():
    kinds = Counter(failure(example.answer) for example in examples())
    malformed = 1 - kinds[None] / 2000
    assert malformed == pytest.approx(MALFORMED_SHARE, abs=0.03)
    assert len(kinds) > 6


def test_the_same_draws_give_the_same_examples():
    assert examples(20) == examples(20)


def test_held_out_words_and_targets_stay_out_of_training():
    asks = [example.ask.request.lower() for example in examples()]
    assert not {word for ask in asks for word in ask.split()} & set(HELD_OUT)
    assert not {target.target_description.lower() for target in load_targets()} & set(asks)


def test_every_ask_fits_the_form_a_policy_is_given():
    assert all(user_message(example.ask).endswith(f'"{example.ask.request}"') for example in examples(200))


def test_the_circuit_copies_random_tokens_before_any_training():
    torch.manual_seed(0)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=512,
            hidden_size=192,
            intermediate_size=128,
            num_hidden_layers=2,
            num_attention_heads=6,
            max_position_embeddings=256,
            tie_word_embeddings=True,
            rope_theta=ROPE_THETA,
        )
    )
    tokens = torch.randint(0, 512, (8, 30))
    repeated = torch.cat([tokens, tokens], dim=1)

    def copied():
        with torch.no_grad():
            said = model(repeated).logits[:, 30:-1].argmax(dim=-1)
        return float((said == repeated[:, 31:]).float().mean())

    assert copied() < 0.1
    set_copying_circuit(model, seed=1)
    assert copied() > 0.8
