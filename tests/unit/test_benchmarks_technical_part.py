import pytest
import torch

from audioforge.rewards import TechnicalHead
from audioforge.rewards.weights import load_reward_weights
from benchmarks.technical_part import click_track, tables, with_weight, wrong_tempo


def test_a_wrong_tempo_is_no_octave_of_the_asked_one():
    wrong = wrong_tempo("128 BPM techno drum loop with 4 hits")
    assert wrong == "96 BPM techno drum loop with 4 hits"
    track = torch.from_numpy(click_track(128, 4.0, 32_000))
    right, other = TechnicalHead()([track, track], ["128 BPM techno", wrong], sample_rate=32_000).score
    assert right > 0.8 > 0.2 > other


def test_the_technical_part_takes_its_share_from_the_others_alike():
    shipped = load_reward_weights()
    table = with_weight(shipped, 0.2)
    for category, own in shipped.categories.items():
        found = table.of(category)
        assert sum(found.values()) == pytest.approx(1)
        assert {name: found[name] / 0.8 for name in own} == pytest.approx(dict(own))


def test_the_tables_differ_in_the_technical_part_alone():
    found = tables()
    assert found["shipped"] == load_reward_weights()
    assert {name: own.gates.get("technical_head") for name, own in found.items()} == {
        "shipped": 0.1, "without": None, "weight 0.1": None, "weight 0.2": None, "gate 0.1": 0.1, "gate 0.2": 0.2
    }  # fmt: skip
