"""Behaviour of audioforge/adapters/slime.py, called as slime's rm_hub calls it."""

import asyncio
import inspect
from dataclasses import dataclass, field

import pytest

from audioforge.adapters.slime import components_rm, reward_model, rm
from audioforge.status import ScoringError
from tests.adapter_stand_ins import make_judge, words


@dataclass
class Sample:
    response: str
    label: str | None = "a tone"
    group_index: int | None = 4
    metadata: dict = field(default_factory=dict)


def call(sample, judge=None, **options):
    judge = judge or make_judge()
    return asyncio.run(reward_model(lambda: judge, **options)(None, sample))


def test_a_sample_has_one_number():
    assert call(Sample(words(2))) == pytest.approx(0.2, abs=1e-3)


def test_a_group_of_samples_is_rendered_together():
    judge = make_judge()
    rewards = call([Sample(words(1)), Sample("no idea"), Sample(words(3))], judge)
    assert rewards == pytest.approx([0.1, 0.0, 0.3], abs=1e-3)
    assert len(judge.generator.batches) == 1


def test_components_come_by_name_beside_the_total():
    assert call(Sample(words(2)), components=True) == pytest.approx({"total": 0.2, "peak": 0.2}, abs=1e-3)


def test_a_sample_s_seed_reaches_the_generator():
    judge = make_judge()
    call(Sample(words(1), metadata={"seed": 9, "category": "sfx"}), judge)
    assert judge.generator.seeds == [[9]]


@pytest.mark.parametrize("components", [False, True])
def test_a_failure_to_judge_raises(components):
    with pytest.raises(ScoringError, match="total could not be scored: failed"):
        call(Sample(words(3)), make_judge(breaks_above=0.25), components=components)


def test_a_sample_without_a_request_is_refused_with_the_mend():
    with pytest.raises(ScoringError, match="set --label-key"):
        call(Sample(words(1), label=None))


def test_the_shipped_functions_have_slime_s_signature():
    for function in (rm, components_rm):
        assert inspect.iscoroutinefunction(function)
        assert list(inspect.signature(function).parameters)[:2] == ["args", "sample"]
