import json

import pytest

from audioforge.clips import gather_clips
from audioforge.generators import load_generator
from audioforge.rewards.weights import RewardWeights, load_reward_weights
from audioforge.scoring.model_fingerprint import refuse_unready
from audioforge.scoring.presets import PRESETS, build_reward, find_preset, preset_weights
from tests.stand_ins import tone

EVERY_COMPONENT = (
    "clap_alignment",
    "style_consistency",
    "novelty",
    "quality_head",
    "steady_alignment",
    "loop_free",
    "technical_head",
    "reference_fad",
    "prompt_pair_quality",
)


def _written(tmp_path, table):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(table))
    return str(path)


def test_a_file_changes_what_it_names_and_keeps_the_rest_of_its_base(tmp_path):
    preset = find_preset(_written(tmp_path, {"base": "laion", "embedder": "/models/clap"}))
    assert preset.name == "mine"
    assert preset.embedder == "/models/clap"
    assert "/models/clap" in preset.summary
    assert preset.generator == PRESETS["laion"].generator


def test_a_file_brings_its_own_weights(tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "weights.json").write_text(json.dumps({"version": "w", "default": {"technical_head": 1}}))
    preset = find_preset(_written(tmp_path, {"base": "embedded", "weights": "mine/weights.json"}))
    monkeypatch.chdir("/")
    assert preset_weights(preset) == RewardWeights("w", {"technical_head": 1})
    assert preset.summary == "judged by mini (preset mine.json, weights weights.json)"
    assert preset_weights(PRESETS["laion"]) == load_reward_weights()


@pytest.mark.parametrize(
    ("default", "message"),
    [
        ({"technical": 1}, "weights 'w': a component must be one of clap_alignment, .*got 'technical'"),
        ({"clap_alignment": -1}, r"weights\.json: default\.clap_alignment is -1"),
    ],
)
def test_wrong_weights_are_told_before_anything_is_loaded(tmp_path, default, message):
    (tmp_path / "weights.json").write_text(json.dumps({"version": "w", "default": default}))
    with pytest.raises(ValueError, match=message) as caught:
        find_preset(_written(tmp_path, {"base": "embedded", "weights": "weights.json"}))
    assert "mine.json" in str(caught.value)


def test_weights_that_are_not_there_name_the_file(tmp_path):
    with pytest.raises(ValueError, match=r"preset .*mine\.json: .*absent\.json cannot be read"):
        find_preset(_written(tmp_path, {"base": "embedded", "weights": "absent.json"}))


def test_every_reward_can_be_counted():
    reward = build_reward("embedded", weights=RewardWeights("t", dict.fromkeys(EVERY_COMPONENT, 1.0)))
    clips = gather_clips(
        [tone(0.3, seconds) for seconds in (0.5, 0.7, 0.9)],
        "bright tone",
        sample_rate=16_000,
        categories=["sfx"] * 3,
        groups=["g"] * 3,
    )
    scores = reward.judge(clips)
    assert tuple(scores.components) == EVERY_COMPONENT
    assert [str(own) for own in scores.status] == ["ok"] * 3
    refuse_unready(reward, "mini")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"embedder": "mini"}, '"base" must be one of embedded, laion'),
        ({"base": "laion", "embeder": "x"}, "unknown embeder; known are embedder"),
        ({"base": "laion", "embedder": 3}, "expected an object of texts"),
        ([], "expected an object of texts"),
    ],
)
def test_a_file_that_makes_no_sense_says_so(tmp_path, table, message):
    with pytest.raises(ValueError, match=message) as caught:
        find_preset(_written(tmp_path, table))
    assert "mine.json" in str(caught.value)


def test_a_missing_file_and_an_unknown_name_are_told_apart(tmp_path):
    with pytest.raises(ValueError, match="can't be read"):
        find_preset(str(tmp_path / "absent.json"))
    with pytest.raises(ValueError, match="no preset named 'best': give one of embedded, laion"):
        find_preset("best")


def test_a_generators_model_follows_its_name(tmp_path):
    with pytest.raises(ValueError, match=r"needs model_config\.json"):
        load_generator(f"stable-audio-open-small={tmp_path}")
    with pytest.raises(ValueError, match="'sketch' has no models"):
        load_generator("sketch=/models")
    with pytest.raises(ValueError, match="No generator is called 'nothing'; there is musicgen, sketch"):
        load_generator("nothing=/models")
