"""Behaviour of training/policy_learning/grpo.py: the loss, against closed forms."""

import math

import pytest
import torch

from training.policy_learning.grpo import TokenTerms, grpo_loss

CLIP = (0.2, 0.28)


def alike(tokens):
    return torch.full((tokens,), 1 / tokens)


def loss_at(ratio, advantage, *, kl_weight=0.0):
    sampled = torch.tensor([-1.0])
    new = (sampled + math.log(ratio)).requires_grad_()
    loss = grpo_loss(
        new, TokenTerms(sampled, sampled, torch.tensor([advantage]), torch.ones(1)), clip=CLIP, kl_weight=kl_weight
    )
    loss.total.backward()
    return loss, float(new.grad)


@pytest.mark.parametrize("advantage", [2.0, -2.0])
def test_at_the_policy_that_sampled_it_is_plain_policy_gradient(advantage):
    loss, gradient = loss_at(1.0, advantage)
    assert float(loss.total.detach()) == pytest.approx(-advantage)
    assert gradient == pytest.approx(-advantage)


@pytest.mark.parametrize(("ratio", "advantage"), [(1.29, 1.0), (0.79, -1.0)])
def test_what_has_moved_far_enough_the_right_way_is_pulled_no_more(ratio, advantage):
    loss, gradient = loss_at(ratio, advantage)
    assert gradient == 0
    assert float(loss.clipped) == 1


@pytest.mark.parametrize(("ratio", "advantage"), [(1.27, 1.0), (0.5, 1.0), (3.0, -1.0)])
def test_what_has_moved_the_wrong_way_or_not_far_is_pulled(ratio, advantage):
    loss, gradient = loss_at(ratio, advantage)
    assert gradient == pytest.approx(-ratio * advantage, rel=1e-5)
    assert float(loss.clipped) == 0


def test_the_divergence_is_nothing_at_the_start_and_pulls_back_from_elsewhere():
    _, at_start = loss_at(1.0, 0.0, kl_weight=1.0)
    further, away = loss_at(1.5, 0.0, kl_weight=1.0)
    assert at_start == pytest.approx(0)
    assert away > 0
    assert float(further.kl) == pytest.approx(1 / 1.5 + math.log(1.5) - 1, rel=1e-5)


def test_the_divergence_s_estimate_is_right_on_average():
    generator = torch.Generator().manual_seed(0)
    new, start = (torch.randn(6, generator=generator).log_softmax(dim=0) for _ in range(2))
    drawn = torch.multinomial(new.exp(), 200_000, replacement=True, generator=generator)
    terms = TokenTerms(new[drawn], start[drawn], torch.zeros(len(drawn)), alike(len(drawn)))
    loss = grpo_loss(new[drawn], terms, clip=CLIP, kl_weight=1.0)
    assert float(loss.kl) == pytest.approx(float((new.exp() * (new - start)).sum()), rel=0.02)


def test_one_token_that_was_all_but_given_up_does_not_outweigh_its_batch():
    new, start = torch.full((2000,), -1.0), torch.full((2000,), -1.0)
    new[0] = -9.0
    loss = grpo_loss(new, TokenTerms(new, start, torch.zeros(2000), alike(2000)), clip=CLIP, kl_weight=1.0)
    assert float(loss.kl) < 0.02
