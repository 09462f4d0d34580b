"""Behaviour of training/policy_learning/learner.py on the shipped tiny policy."""

from dataclasses import replace

import pytest
import torch

from audioforge.policies.ask import Ask, user_message
from audioforge.policies.sampling import PolicyModel
from reward_models.checkpoints import checkpoint_path
from training.policy_learning.groups import token_batch
from training.policy_learning.grpo import score_tokens
from training.policy_learning.learner import CheckpointError, Learner
from training.policy_learning.settings import LearnSettings

POLICY = checkpoint_path("tiny-policy")
SETTINGS = LearnSettings(batch_size=2, group_size=2, warm_up_steps=0)
GOOD = '{"prompt": "soft rain", "steps": 16, "seconds": 4}'
BAD = '{"prompt": "some ambient sound", "steps": 2, "seconds": 4}'


@pytest.fixture(scope="module")
def group():
    policy = PolicyModel.load(POLICY)
    asked = policy.chat_tokens([{"role": "user", "content": user_message(Ask("soft rain", "ambient", 4, ("euler",)))}])
    said = [[*policy.encode(text), policy.tokenizer.eos_token_id] for text in (GOOD, BAD)]
    own = {
        "tokens": [asked + answer for answer in said],
        "masks": [[-100] * len(asked) + answer for answer in said],
        "inference_logprobs": [[0.0] * (len(asked) + len(answer)) for answer in said],
        "scores": [0.8, 0.1],
    }
    return own | {"inference_logprobs": inference_logprobs(policy.model, own)}


def inference_logprobs(model, group):
    said = answer_logprobs(model, group, whole=False)
    return [[1.0] * (len(tokens) - len(part)) + part for tokens, part in zip(group["tokens"], said, strict=True)]


def answer_logprobs(model, group, *, whole=True):
    batch = token_batch([group], pad=0, least_deviation=0.02)
    with torch.no_grad():
        parts = score_tokens(model, batch).logprobs.split(batch.said.sum(dim=1).tolist())
    return [float(part.sum()) if whole else part.tolist() for part in parts]


def test_a_step_makes_the_better_answer_likelier_and_the_worse_less(group):
    learner = Learner(POLICY, SETTINGS)
    good, bad = answer_logprobs(learner.model, group)
    for _ in range(2):
        learner.learn([group])
    better, worse = answer_logprobs(learner.model, group)
    assert better > good
    assert worse < bad


def test_answers_sampled_by_the_same_weights_have_not_drifted_and_a_step_leaves_the_start(group):
    learner = Learner(POLICY, SETTINGS)
    first, second = learner.learn([group]), learner.learn([group])
    assert first.drift < 1e-4 < second.drift
    assert second.kl > 0
    assert first.tokens == sum(mask != -100 for masks in group["masks"] for mask in masks)


def test_answers_count_alike_however_long(group):
    longer = dict(group)
    for name in ("tokens", "masks", "inference_logprobs"):
        longer[name] = [group[name][0] + group[name][0][-1:] * 100, group[name][1]]
    learner = Learner(POLICY, replace(SETTINGS, passes=1, kl_weight=0.0))
    longer["inference_logprobs"] = inference_logprobs(learner.model, longer)
    assert learner.learn([longer]).loss == pytest.approx(0, abs=1e-4)  # as the advantages, they cancel


def test_the_size_of_parts_does_not_change_what_is_learned(group):
    groups = [group, group | {"scores": [0.1, 0.9]}]
    together, apart = (Learner(POLICY, replace(SETTINGS, sequences_at_once=size)) for size in (4, 1))
    assert together.learn(groups).loss == pytest.approx(apart.learn(groups).loss, abs=1e-5)
    assert together.learn(groups).kl == pytest.approx(apart.learn(groups).kl, rel=0.02)


def test_what_is_frozen_stays_where_it_is(group):
    for frozen in ("embed_tokens", "layers.0"):
        learner = Learner(POLICY, replace(SETTINGS, frozen=frozen))
        learner.learn([group])
        before, now = (model.get_input_embeddings().weight for model in (learner.start, learner.model))
        assert torch.equal(before, now) is (frozen == "embed_tokens")


def test_a_resumed_learner_goes_on_as_if_it_had_never_stopped(group, tmp_path):
    one = Learner(POLICY, SETTINGS)
    one.learn([group])
    one.save_checkpoint(tmp_path / "learner.safetensors")
    other = Learner(POLICY, SETTINGS)
    other.resume(tmp_path / "learner.safetensors")
    assert other.step == 1
    assert one.learn([group]) == other.learn([group])
    assert all(torch.equal(weight, other.weights()[name]) for name, weight in one.weights().items())


def test_a_checkpoint_of_another_model_is_refused(tmp_path):
    learner = Learner(POLICY, SETTINGS)
    learner.save_checkpoint(tmp_path / "learner.safetensors")
    other = Learner(POLICY, SETTINGS)
    other.model.model.extra = torch.nn.Linear(2, 2)
    with pytest.raises(CheckpointError, match="another model"):
        other.resume(tmp_path / "learner.safetensors")


def test_the_learned_policy_is_a_folder_that_can_be_served(group, tmp_path):
    learner = Learner(POLICY, SETTINGS)
    learner.learn([group])
    learner.save_policy(tmp_path)
    served = PolicyModel.load(tmp_path)
    assert answer_logprobs(served.model, group) == pytest.approx(answer_logprobs(learner.model, group), abs=1e-3)
