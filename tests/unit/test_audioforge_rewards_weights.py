import json
from pathlib import Path

import pytest

from audioforge.rewards.weights import RewardWeights, WeightsError, load_reward_weights


def test_the_shipped_table_covers_all_categories():
    weights = load_reward_weights()
    assert set(weights.categories) == {"drums", "instruments", "sfx", "ambient"}
    assert "clap_alignment" in weights.components


def test_an_unlisted_category_takes_the_default():
    weights = RewardWeights("t", {"a": 1}, {"drums": {"b": 1}})
    assert weights.of("sfx") == weights.of(None) == {"a": 1}
    assert weights.components == ("a", "b")


@pytest.mark.parametrize(
    ("table", "match"),
    [
        ({"version": "t", "default": {"a": -1}}, "default.a is -1"),
        ({"version": "t", "default": {"a": 0}}, "no weight above 0"),
        ({"version": "t", "default": {"a": 1}, "gates": {"a": 2}}, "gates.a is 2"),
        ({"version": "t", "default": {"a": 1}, "wieghts": {}}, "wieghts"),
    ],
)
def test_a_wrong_table_is_named_with_its_entry(tmp_path: Path, table, match):
    path = tmp_path / "weights.json"
    path.write_text(json.dumps(table))
    with pytest.raises(WeightsError, match=match):
        load_reward_weights(path)
