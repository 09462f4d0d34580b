import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from audioforge.env.chat import chat_for
from audioforge.optimise.settings import AS_ASKED, Settings
from audioforge.policies.sampling import PolicyModel
from audioforge.proposals import Proposal
from audioforge.rewards.base import Reward, RewardResult
from audioforge.status import OK
from audioforge.templates import load_templates
from benchmarks.baselines import claim_folder
from benchmarks.baselines_parts.figures import figures, markdown, to_json
from benchmarks.baselines_parts.grid import grid_cells, grid_search
from benchmarks.baselines_parts.rounds import MALFORMED, Bench, Round
from benchmarks.baselines_parts.systems import (
    Stage,
    System,
    nearest_example,
    policy_answers,
    random_parameters,
    searched,
    sees_examples,
)
from reward_models.checkpoints import checkpoint_path
from tests.optimise_stand_ins import DEFAULT, LevelGenerator, make_studio, make_subject


class NegatedPeak(Reward):
    name = "negated"

    def score(self, clips) -> RewardResult:
        score = torch.stack([1 - clips.audio.clip(row).abs().max() for row in range(len(clips))])
        return RewardResult(self.name, score, score, (OK,) * len(clips))


def make_bench(folder: Path, generator: LevelGenerator | None = None) -> Bench:
    generator = generator or LevelGenerator()
    stage = Stage("sketch", generator.parameters, load_templates(), 16, 0)
    return Bench(stage, make_studio(generator), NegatedPeak(), folder, keep=2)


def fixed(sampler: str = "euler", steps: int = 10, cfg: float = 1.0):
    return lambda target, take: Proposal("a", steps=steps, cfg_scale=cfg, sampler=sampler, seconds=1.0)


def test_a_system_renders_what_its_evaluations_pay_for(tmp_path):
    target = make_subject().targets[0]
    bench = make_bench(tmp_path)
    plain, _ = bench.round(System("plain", fixed(), 45), target)
    guided, _ = bench.round(System("guided", fixed(cfg=3.0), 45), target)
    dear, _ = bench.round(System("dear", fixed(steps=50), 45), target)
    assert [len(own.totals) for own in (plain, guided, dear)] == [4, 2, 1]
    assert [own.evaluations for own in (plain, guided, dear)] == [40, 40, 50]


def test_takes_of_all_systems_share_their_seeds(tmp_path):
    target, first, second = make_subject().targets[0], LevelGenerator(), LevelGenerator()
    make_bench(tmp_path, first).round(System("one", fixed(), 40), target)
    make_bench(tmp_path, second).round(System("two", fixed("good", steps=20), 40), target)
    assert [seed for _, seed in first.seen][:2] == [seed for _, seed in second.seen]


def test_the_second_judge_hears_the_first_take_and_the_one_the_reward_likes_best(tmp_path):
    played, _ = make_bench(tmp_path).round(System("one", fixed(), 40), make_subject().targets[0])
    assert played.first_second == pytest.approx(1 - played.totals[0], abs=1e-4)
    assert played.best_second == pytest.approx(1 - max(played.totals), abs=1e-4)


def test_a_malformed_answer_is_a_failed_take_that_costs_what_the_default_costs(tmp_path):
    played, rows = make_bench(tmp_path).round(
        System("policy", lambda target, take: None if take == 0 else fixed()(target, take), 40),
        make_subject().targets[0],
    )
    assert played.totals[0] is None
    assert played.statuses[0] == MALFORMED
    assert len(played.totals) == 3  # 20 for the default, then 10 each
    assert len(rows) == 2


def test_kept_clips_are_rows_that_the_benchmark_reads(tmp_path):
    from audioforge.benchmark.manifests import read_benchmark

    target, bench = make_subject().targets[0], make_bench(tmp_path)
    rows = [row for name in ("one", "two") for row in bench.round(System(name, fixed(), 40), target)[1]]
    (tmp_path / "manifest.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    pairing = read_benchmark([str(tmp_path / "manifest.jsonl")])
    assert len(pairing.clips) == 4
    assert all(clip.path.is_file() and clip.request.id == target.id for clip in pairing.clips)
    assert not pairing.mismatches


def test_random_parameters_are_legal_and_differ_from_take_to_take(tmp_path):
    stage, target = make_bench(tmp_path).stage, make_subject().targets[0]
    proposals = [random_parameters(stage)(target, take) for take in range(20)]
    for proposal in proposals:
        stage.parameters.check(proposal)
    assert len({(own.steps, own.cfg_scale) for own in proposals}) > 15
    assert max(own.steps for own in proposals) <= 16


def test_the_grid_finds_the_best_cell_and_passes_over_those_that_fail():
    generator = LevelGenerator(samplers=("good", "mute"))
    cells = grid_cells(generator.parameters, DEFAULT, 16)
    best, spent = grid_search(make_subject(3), make_studio(generator), cells, 600, 0)
    assert (best.sampler, best.steps) == ("good", 16)
    assert spent == 2 * sum(cell.evaluations for cell in cells)


def test_searched_settings_go_by_category(tmp_path):
    stage, target = make_bench(tmp_path).stage, make_subject().targets[0]
    chosen = Settings(AS_ASKED, "", 5, 1.0, "good")
    assert searched(stage, {"drums": chosen})(target, 0).steps == 5


def test_a_request_is_continued_as_the_answer_to_its_nearest_example_is():
    templates, target = load_templates(), make_subject().targets[0]
    examples = templates.categories["drums"].examples
    stage = Stage("sketch", replace(LevelGenerator().parameters, prompt_tokens=None), templates, 16, 0)

    def embed(texts):
        place = {examples[2].request: 0.9, examples[0].request: 0.5, target.target_description: 1.0}
        return torch.tensor([[place.get(text, 0.1), 0.0] for text in texts])

    propose = nearest_example(stage, embed)
    nearest, next_nearest = (propose(target, take) for take in range(2))
    assert nearest.prompt == f"{target.target_description}, short, crisp, dry, close microphone"
    assert nearest.negative_prompt == examples[2].proposal.negative_prompt
    assert next_nearest.prompt.endswith("sparse clicks, no melody")
    assert (nearest.steps, nearest.sampler) == (stage.default("drums").steps, stage.default("drums").sampler)


def test_examples_reach_a_policy_whose_chat_template_renders_earlier_turns():
    policy, target = PolicyModel.load(checkpoint_path("tiny-policy")), make_subject().targets[0]
    stage = Stage("sketch", LevelGenerator().parameters, load_templates(), 16, 0)
    chat = chat_for(target, stage.templates, stage.parameters, few_shot=2)
    assert not sees_examples(policy, chat)
    with pytest.raises(ValueError, match="it sees no examples, so give --shots 0"):
        policy_answers(stage, policy, 2)(target, 0)
    policy.tokenizer.chat_template = (
        "{%- for turn in messages if turn['role'] != 'system' -%}{{- turn['content'] + '<|end|>' -}}{%- endfor -%}"
    )
    assert sees_examples(policy, chat)


def test_a_folder_of_other_models_or_settings_is_refused(tmp_path):
    claim_folder(tmp_path / "out", {"seed": 0, "reward": "a"})
    claim_folder(tmp_path / "out", {"seed": 0, "reward": "a"})
    with pytest.raises(SystemExit, match="was made with another reward, seed: give another --out"):
        claim_folder(tmp_path / "out", {"seed": 1, "reward": "b"})
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "rounds.jsonl").write_text("")
    with pytest.raises(SystemExit, match="doesn't say what it was made with"):
        claim_folder(tmp_path / "old", {"seed": 0})


def played(system: str, target: str, totals: tuple[float | None, ...]) -> Round:
    return Round(system, target, totals, tuple("ok" for _ in totals), 40, 0.5, 0.6, {"clap_alignment": 0.5})


def test_the_table_is_over_requests_that_all_systems_have_answered():
    systems = [System("identity", fixed(), 40), System("other", fixed(), 40, search=100)]
    rounds = [played("identity", f"t{n}", (0.2, 0.4, None)) for n in range(3)]
    rounds += [played("other", f"t{n}", (0.5, 0.7)) for n in range(2)]
    first, second = figures(systems, rounds, seed=0)
    assert (first.requests, second.requests) == (2, 2)
    assert first.one.mean == pytest.approx(0.3)
    assert first.failed == pytest.approx(1 / 3)
    assert second.best.mean == pytest.approx(0.7)
    assert second.best_gain.mean == pytest.approx(0.3)
    assert "| other | 2.0 | 40 | 100 | 0.600 [0.600, 0.600]" in markdown([first, second])


def test_unknown_numbers_are_none_in_json():
    rows = figures([System("identity", fixed(), 40)], [played("identity", "t0", (0.2,))], seed=0)
    text = json.dumps(to_json([replace(rows[0])]), allow_nan=False)
    assert json.loads(text)[0]["one"]["low"] is None
