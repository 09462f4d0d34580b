import json
from dataclasses import replace

import pytest

from audioforge.component_score import ComponentScore
from audioforge.tracking import compare_rollouts, open_logger
from tests.rollout_makers import malformed, scored


def run(folder, gain: float = 0.0, targets: int = 10, seeds=(1, 2)) -> list:
    return [
        scored(
            folder, f"{n}-{seed}", 0.3 + 0.02 * n + gain, target_id=f"target-{n}", seed=seed,
            components={"clap_alignment": ComponentScore(0.5 + gain, 0.1)},
        )
        for n in range(targets) for seed in seeds
    ]  # fmt: skip


def test_a_constant_gain_is_found_whatever_the_targets_differ_by(tmp_path):
    found = compare_rollouts(run(tmp_path), run(tmp_path, 0.05), names=("old", "new"))
    reward = next(own for own in found.scores if own.name == "reward")
    assert reward.difference == pytest.approx(0.05, abs=1e-6)
    assert reward.low == pytest.approx(0.05, abs=1e-6)
    assert reward.p_value < 0.01
    assert reward.targets == 10
    assert {own.name for own in found.scores} == {"reward", "total", "clap_alignment"}


def test_what_has_no_partner_is_left_out_and_counted(tmp_path):
    found = compare_rollouts(run(tmp_path), run(tmp_path, 0.05, targets=8, seeds=(2, 3)))
    assert (found.pairs, found.unpaired) == (8, 20)


def test_a_failed_answer_counts_with_its_reward_but_not_as_a_score(tmp_path):
    second = run(tmp_path)
    second[0] = malformed(tmp_path, "0-1", target_id="target-0", seed=1)
    second[1] = malformed(tmp_path, "0-2", target_id="target-0", seed=2)
    found = compare_rollouts(run(tmp_path), second)
    scores = {own.name: own for own in found.scores}
    assert scores["total"].targets == 9
    assert scores["total"].difference == 0
    assert scores["reward"].targets == 10
    assert scores["reward"].difference == pytest.approx(-0.03)
    assert found.valid == (1.0, 0.9)


def test_too_few_shared_targets_are_refused(tmp_path):
    with pytest.raises(ValueError, match="share 3 targets on the same seeds, a comparison needs 8"):
        compare_rollouts(run(tmp_path, targets=3), run(tmp_path))


def test_the_second_judge_is_compared_where_it_was_asked(tmp_path):
    runs = [[replace(own, second_judge=0.2 + gain) for own in run(tmp_path)] for gain in (0.0, 0.1)]
    scores = {own.name: own.difference for own in compare_rollouts(*runs).scores}
    assert scores["second_judge"] == pytest.approx(0.1, abs=1e-6)


def test_what_judged_otherwise_is_named_and_what_is_compared_is_not(tmp_path):
    first = [replace(own, provenance={"policy": "a", "charges": "none"}) for own in run(tmp_path)]
    second = [replace(own, provenance={"policy": "b", "charges": "many"}) for own in run(tmp_path)]
    assert compare_rollouts(first, second).judged_differently == ("charges none and many",)
    partly = [*first[:1], *second[1:]]
    assert compare_rollouts(partly, second).judged_differently == ()


def test_a_comparison_is_kept_in_files(tmp_path):
    with open_logger("files", tmp_path / "track") as logger:
        logger.comparison(7, compare_rollouts(run(tmp_path), run(tmp_path, 0.05)))
    kept = json.loads((tmp_path / "track" / "compared.jsonl").read_text())
    assert kept["step"] == 7
    assert kept["scores"][0]["name"] == "reward"
