"""Behaviour of audioforge/policies/sampling.py and batching.py, on the shipped tiny policy."""

import pytest
import torch

from audioforge.policies.ask import MAX_REQUEST_CHARACTERS, Ask, user_message
from audioforge.policies.batching import BatchingSampler
from audioforge.policies.sampling import PolicyModel, SamplingError, SamplingSettings
from reward_models.checkpoints import checkpoint_path

ASK = Ask("90 BPM funk beat with dry snare", "drums", 4.0, ("pingpong", "euler"))


@pytest.fixture(scope="module")
def policy():
    return PolicyModel.load(checkpoint_path("tiny-policy"))


@pytest.fixture(scope="module")
def prompt(policy):
    return policy.chat_tokens([{"role": "user", "content": user_message(ASK)}])


def test_the_same_seed_gives_the_same_answer_and_others_differ(policy, prompt):
    settings = [SamplingSettings(seed=seed, max_tokens=40) for seed in (1, 1, 2, 3)]
    first, same, *others = policy.sample([prompt] * 4, settings)
    assert first.tokens == same.tokens
    assert any(other.tokens != first.tokens for other in others)


def test_an_answer_does_not_depend_on_its_neighbours(policy, prompt):
    settings = SamplingSettings(seed=5, max_tokens=30)
    longer = policy.chat_tokens([{"role": "user", "content": user_message(ASK) + " and a very long tail of words"}])
    alone = policy.sample([prompt], [settings])[0]
    beside = policy.sample([longer, prompt], [SamplingSettings(seed=9, max_tokens=45), settings])[1]
    assert beside.tokens == alone.tokens
    assert beside.logprobs == pytest.approx(alone.logprobs, abs=1e-3)


def test_logprobs_are_the_model_s_own(policy, prompt):
    answer = policy.sample([prompt], [SamplingSettings(seed=4, temperature=0.7, max_tokens=20)])[0]
    whole = torch.tensor([[*prompt, *answer.tokens]])
    with torch.no_grad():
        logprobs = policy.model(whole).logits[0, len(prompt) - 1 : -1].log_softmax(dim=-1)
    expected = logprobs.gather(1, whole[0, len(prompt) :, None])[:, 0]
    assert answer.logprobs == pytest.approx(expected.tolist(), abs=1e-3)


def test_temperature_zero_takes_the_likeliest_token(policy, prompt):
    answers = policy.sample([prompt] * 2, [SamplingSettings(seed=s, temperature=0, max_tokens=20) for s in (1, 2)])
    assert answers[0].tokens == answers[1].tokens


def test_a_tiny_nucleus_is_greedy(policy, prompt):
    greedy = SamplingSettings(temperature=0, max_tokens=20)
    narrow = SamplingSettings(seed=8, top_p=1e-6, max_tokens=20)
    answers = policy.sample([prompt] * 2, [greedy, narrow])
    assert answers[0].tokens == answers[1].tokens


def test_an_answer_ends_at_its_closing_token_or_its_limit(policy, prompt):
    short, whole = policy.sample(
        [prompt] * 2, [SamplingSettings(seed=1, max_tokens=3), SamplingSettings(temperature=0, max_tokens=300)]
    )
    assert (len(short.tokens), short.finish_reason) == (3, "length")
    assert (whole.tokens[-1], whole.finish_reason) == (policy.tokenizer.eos_token_id, "stop")
    assert "<|" not in whole.text


def test_text_is_cut_before_a_stop_text(policy, prompt):
    settings = SamplingSettings(temperature=0, max_tokens=60, stop=('"prompt"',))
    answer = policy.sample([prompt], [settings])[0]
    assert answer.finish_reason == "stop"
    assert '"prompt"' not in answer.text


@pytest.mark.parametrize(
    ("tokens", "message"), [([], "1 to"), ([5] * 5000, "shorten the request"), ([10**6], "token ids lie")]
)
def test_a_prompt_the_model_cannot_take_is_refused(policy, tokens, message):
    with pytest.raises(SamplingError, match=message):
        policy.sample([tokens], [SamplingSettings()])


@pytest.mark.parametrize("wrong", [{"temperature": -1}, {"top_p": 0}, {"max_tokens": 0}])
def test_settings_out_of_range_name_the_range(wrong):
    with pytest.raises(SamplingError, match=next(iter(wrong))):
        SamplingSettings(**wrong)


def test_requests_that_wait_together_are_answered_together(policy, prompt):
    batches = []

    class Counting:
        def sample(self, prompts, settings):
            batches.append(len(prompts))
            return policy.sample(prompts, settings)

    with BatchingSampler(Counting(), max_batch=3) as sampler:
        futures = [sampler.submit(prompt, SamplingSettings(seed=seed, max_tokens=4)) for seed in range(8)]
        answers = [future.result() for future in futures]
    assert sum(batches) == 8
    assert max(batches) == 3
    alone = policy.sample([prompt], [SamplingSettings(seed=7, max_tokens=4)])[0]
    assert answers[7].tokens == alone.tokens


def test_one_bad_request_does_not_spoil_its_neighbours(policy, prompt):
    with BatchingSampler(policy) as sampler:
        jobs = [sampler.submit(tokens, SamplingSettings(max_tokens=2)) for tokens in (prompt, [], prompt)]
        assert len(jobs[0].result().tokens) == len(jobs[2].result().tokens) == 2
        with pytest.raises(SamplingError):
            jobs[1].result()


@pytest.mark.parametrize("request_text", ["", "  ", "x" * (MAX_REQUEST_CHARACTERS + 1)])
def test_a_request_without_words_or_with_too_many_is_refused(request_text):
    with pytest.raises(ValueError, match="a request has 1 to"):
        user_message(Ask(request_text, "sfx", 2, ("euler",)))


def test_the_chat_template_closes_an_answer(policy):
    chat = [{"role": "system", "content": "unread"}, {"role": "user", "content": "a"}]
    asked = policy.tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
    answered = policy.tokenizer.apply_chat_template([*chat, {"role": "assistant", "content": "b"}], tokenize=False)
    assert answered == asked + "b<|end|>"
    assert "unread" not in asked
