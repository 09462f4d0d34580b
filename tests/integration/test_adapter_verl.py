"""verl's own reward managers on our ``compute_score``: loaded by path from its configuration, called on token ids."""

import asyncio
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

pytest.importorskip("verl.protocol", reason="verl isn't installed: see docs/adapters.md", exc_type=ImportError)

from omegaconf import OmegaConf
from transformers import AutoTokenizer

with warnings.catch_warnings():  # of Ray's, while verl is imported
    warnings.simplefilter("ignore")
    from verl import DataProto
    from verl.experimental.reward_loop.reward_manager.naive import NaiveRewardManager
    from verl.trainer.ppo.reward import get_custom_reward_fn
    from verl.workers.reward_manager import get_reward_manager_cls

from audioforge.adapters import verl as adapter
from audioforge.adapters.verl import score_function
from audioforge.status import ScoringError
from reward_models.checkpoints import checkpoint_path
from tests.adapter_stand_ins import make_judge, words

pytestmark = pytest.mark.filterwarnings("ignore")
PROMPT = 4
"""Tokens before an answer."""


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(checkpoint_path("tiny-policy"))


def batch_of(tokenizer, answers) -> DataProto:
    """Answers as verl's rollout hands them on: padded token ids with a mask, and the rows of the data set."""
    ids = [tokenizer(answer, return_tensors="pt").input_ids[0] for answer in answers]
    longest = max(len(own) for own in ids)
    responses = torch.zeros(len(ids), longest, dtype=torch.long)
    mask = torch.zeros(len(ids), PROMPT + longest, dtype=torch.long)
    mask[:, :PROMPT] = 1
    for row, own in enumerate(ids):
        responses[row, : len(own)] = own
        mask[row, PROMPT : PROMPT + len(own)] = 1
    tensors = {
        "prompts": torch.ones(len(ids), PROMPT, dtype=torch.long),
        "responses": responses,
        "attention_mask": mask,
    }
    columns = {
        "reward_model": [{"ground_truth": "a tone"} for _ in ids],
        "data_source": ["audioforge"] * len(ids),
        "extra_info": [{"category": "sfx", "seed": seed} for seed in range(len(ids))],
    }
    return DataProto.from_dict(tensors, {name: np.array(own, dtype=object) for name, own in columns.items()})


def test_the_naive_manager_puts_each_answer_s_score_on_its_last_token(tokenizer):
    judge = make_judge()
    data = batch_of(tokenizer, [words(3), "no idea", words(1)])
    answer = get_reward_manager_cls("naive")(tokenizer, 0, score_function(judge))(data, return_dict=True)
    rewards, mask = answer["reward_tensor"], data.batch["attention_mask"][:, PROMPT:]
    assert rewards.sum(1).tolist() == pytest.approx([0.3, 0.0, 0.1], abs=1e-3)
    assert rewards[0, int(mask[0].sum()) - 1] == pytest.approx(0.3, abs=1e-3)
    assert answer["reward_extra_info"]["malformed"] == [0.0, 1.0, 0.0]
    assert answer["reward_extra_info"]["peak"] == pytest.approx([0.3, 0.0, 0.1], abs=1e-3)
    assert judge.generator.seeds == [[0], [2]]


def test_a_failure_to_judge_is_no_score_there(tokenizer):
    manager = get_reward_manager_cls("naive")(tokenizer, 0, score_function(make_judge(breaks_above=0.25)))
    with pytest.raises(ScoringError, match="total could not be scored"):
        manager(batch_of(tokenizer, [words(3)]))


def test_the_reward_loop_runs_the_function_that_its_configuration_names_by_path(tokenizer, monkeypatch):
    judge = make_judge()
    named = {"path": str(Path(adapter.__file__)), "name": "compute_score", "reward_kwargs": {}}
    config = OmegaConf.create({"reward": {"custom_reward_function": named}})
    compute_score = get_custom_reward_fn(config)
    monkeypatch.setattr("audioforge.adapters.judging.LazyJudge.__call__", lambda self: judge)

    async def run():
        manager = NaiveRewardManager(config, tokenizer, compute_score)
        return await manager.run_single(batch_of(tokenizer, [words(2)]))

    result = asyncio.run(run())
    assert result["reward_score"] == pytest.approx(0.2, abs=1e-3)
    assert result["reward_extra_info"]["peak"] == pytest.approx(0.2, abs=1e-3)
