"""Behaviour of audioforge/env/evaluation.py, evaluation_log.py and second_judge.py."""

import asyncio
from dataclasses import replace

import pytest
import torch

from audioforge.env.evaluation import _metrics, disagreement, metrics_table, parting, taking_turns
from audioforge.env.evaluation_log import FILE, earlier_evaluations, note_evaluation
from audioforge.env.second_judge import SecondJudge, agreement
from audioforge.metrics.student_interval import student_interval
from audioforge.rewards.base import RewardResult
from audioforge.status import OK
from reward_models.audio import AudioBatch
from tests.env_stand_ins import make_record, make_target

EARLIER = {"reward": 0.4, "reward/high": 0.45, "second_judge": 0.6, "second_judge/low": 0.55}


def test_reward_up_and_second_judge_down_is_told():
    warning = parting(EARLIER, {"reward": 0.5, "second_judge": 0.5})
    assert "rose from 0.400 to 0.500" in warning
    assert "fell from 0.600 to 0.500" in warning


@pytest.mark.parametrize("now", [(0.5, 0.58), (0.44, 0.5), (0.3, 0.3), (0.6, 0.7)])
def test_changes_within_the_interval_or_in_one_direction_are_not(now):
    assert parting(EARLIER, {"reward": now[0], "second_judge": now[1]}) is None


def test_without_a_second_judge_nothing_parts():
    assert parting({"reward": 0.4, "reward/high": 0.45}, {"reward": 0.9}) is None
    assert parting(EARLIER, {"reward": 0.9}) is None
    assert disagreement({"reward": 0.9}) is None


def test_opposite_orders_are_told():
    assert "opposite order" in disagreement({"second_judge/agreement": -0.2})
    assert disagreement({"second_judge/agreement": 0.2}) is None


def test_agreement_is_a_rank_correlation_and_missing_where_it_means_nothing():
    ranks = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
    assert agreement(ranks, [value**3 for value in ranks]) == pytest.approx(1.0)
    assert agreement(ranks, ranks[::-1]) == pytest.approx(-1.0)
    assert agreement(ranks[:5], ranks[:5]) is None
    assert agreement(ranks, [0.5] * 8) is None


def test_evaluations_are_kept_and_compared_with_those_of_equal_settings_alone(tmp_path):
    assert earlier_evaluations(tmp_path, {"seed": 1}) == []
    note_evaluation(tmp_path, 0, {"seed": 1}, {"reward": 0.1})
    note_evaluation(tmp_path, 5, {"seed": 2}, {"reward": 0.2})
    note_evaluation(tmp_path, 9, {"seed": 1}, {"reward": 0.3})
    with (tmp_path / FILE).open("a") as file:
        file.write('{"settings": {"seed"')  # killed while writing
    assert earlier_evaluations(tmp_path, {"seed": 1}) == [{"reward": 0.1}, {"reward": 0.3}]


def test_answers_to_one_target_are_one_unit_of_the_interval():
    low, high = student_interval([0.2, 0.6])
    records = [make_record(target_id=name, reward=value) for name, value in (("a", 0.2), ("b", 0.6)) for _ in range(8)]
    metrics = _metrics([replace(record, second_judge=record.reward) for record in records], seed=0)
    assert (metrics["reward/low"], metrics["reward/high"]) == pytest.approx((low, high))
    assert (metrics["second_judge/low"], metrics["second_judge/high"]) == pytest.approx((low, high))
    assert "reward/low" not in _metrics(records[:8], seed=0)


def test_the_table_gives_an_interval_where_there_is_one():
    table = metrics_table({"reward": 0.4, "targets": 8.0, "reward/low": 0.25, "reward/high": 0.55})
    assert table.splitlines() == ["  reward   0.400 [0.250, 0.550]", "  targets  8.000"]


def test_a_prefix_of_the_targets_is_balanced():
    targets = [make_target(number, category) for category in ("drums", "sfx") for number in range(3)]
    assert [target.category for target in taking_turns(targets)[:4]] == ["drums", "sfx", "drums", "sfx"]


def test_the_second_judge_is_loaded_when_first_asked_and_gives_none_where_it_cannot_judge():
    loads = []

    def load():
        loads.append(1)
        return lambda audio, categories: RewardResult(
            "typical", torch.tensor([0.3, torch.nan]), torch.tensor([0.3, torch.nan]), (OK, OK), {}
        )

    judge = SecondJudge(load)
    assert loads == []
    clips = AudioBatch.from_arrays([torch.ones(100), torch.ones(100)], 8000)

    async def twice():
        await judge.judge(clips, "drums")
        return await judge.judge(clips, "drums")

    assert asyncio.run(twice()) == [pytest.approx(0.3), None]
    assert loads == [1]
