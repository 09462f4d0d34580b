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
        ({"version": "t", "default": {"a": 1}, "wieghts": {}}, "unknown wieghts; known are version, default"),
        ({"version": "t", "default": {"a": 1}, "gates": {"a": "0.3"}}, "gates.a is '0.3', expected a score"),
        ({"version": "t", "default": {"a": 1}, "gates": 0.3}, "gates is 0.3, expected an object"),
        ({"version": "t", "default": {"a": 1}, "risk": "high"}, "risk is 'high'"),
        ({"version": "t", "default": ["a"]}, r"default is \['a'\], expected an object"),
        ({"version": "t", "default": {"a": 1}, "categories": {"drums": 1}}, "drums is 1, expected an object"),
        ({"version": "t", "default": {"a": 1}, "categories": {"drum": {"a": 1}}}, "must be one of drums, .*got 'drum'"),
        ({"version": 3, "default": {"a": 1}}, "version is 3, expected a text"),
        ({"default": {"a": 1}}, "version must be given"),
        ([1], "expected an object with version, default, .*got a list"),
    ],
)
def test_a_wrong_table_is_named_with_its_entry(tmp_path: Path, table, match):
    path = tmp_path / "weights.json"
    path.write_text(json.dumps(table))
    with pytest.raises(WeightsError, match=match) as caught:
        load_reward_weights(path)
    assert str(path) in str(caught.value)


def test_a_table_that_is_not_there_or_no_json_is_named(tmp_path: Path):
    with pytest.raises(WeightsError, match=r"absent\.json cannot be read"):
        load_reward_weights(tmp_path / "absent.json")
    (tmp_path / "weights.json").write_text("{")
    with pytest.raises(WeightsError, match=r"weights\.json is no JSON: .* line 1"):
        load_reward_weights(tmp_path / "weights.json")
