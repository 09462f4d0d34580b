"""The environment in process mode: Atropos' own loop, a real policy server, stand-ins for audio and scores."""

import asyncio
import json
import math
import sys

import pytest

from audioforge.env.__main__ import run as run_command_line
from audioforge.env.__main__ import with_defaults
from audioforge.env.answers import Answer
from audioforge.env.backends import Backends
from audioforge.env.chat import chat_for
from audioforge.env.config import AudioForgeEnvConfig, default_config, default_server
from audioforge.env.environment import AudioForgeEnv, EnvironmentFailureError
from audioforge.env.process import run_process
from audioforge.generators.base import ParameterSpace
from audioforge.policies.server import serve_policy
from audioforge.proposal_parsing import parse_proposal
from audioforge.proposals import ProposalError
from audioforge.rollouts import read_rollouts
from audioforge.scoring.calls import Priority
from audioforge.status import Status
from audioforge.templates import load_templates
from tests.env_stand_ins import PeakScorer, make_judge


def stand_ins(**options) -> Backends:
    return Backends(make_judge(**options), "tiny", lambda: None)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    return run_process(4, 6, output=folder, backends=stand_ins(audio_folder=folder / "audio"), temperature=1.2)


def test_every_answer_is_a_record_and_every_group_is_whole(run):
    records = read_rollouts(run.rollouts_path)
    assert tuple(records) == run.records
    assert [record.group for record in records] == [str(group) for group in range(4) for _ in range(6)]
    assert {record.category for record in records} == {"drums", "instruments", "sfx", "ambient"}


def test_a_run_is_repeated_by_its_seed_and_another_seed_differs(tmp_path):
    runs = [
        run_process(1, 4, output=tmp_path / str(number), backends=stand_ins(), environment_seed=seed)
        for number, seed in enumerate((1, 1, 2))
    ]
    first, same, other = ([record.completion for record in run.records] for run in runs)
    assert first == same
    assert first != other


def test_malformed_answers_are_rollouts_with_a_name_and_the_floor(run):
    malformed = [record for record in run.records if record.status.code is Status.MALFORMED]
    assert malformed
    assert all(record.parse_failure and record.reward == 0.0 for record in malformed)
    assert len(malformed) < len(run.records)


def test_groups_hold_true_tokens_masks_logprobs_and_finite_scores(run):
    groups = [json.loads(line) for line in run.groups_path.read_text().splitlines()]
    assert [len(group["tokens"]) for group in groups] == [6] * 4
    for group in groups:
        for tokens, masks, logprobs in zip(group["tokens"], group["masks"], group["inference_logprobs"], strict=True):
            said = [index for index, mask in enumerate(masks) if mask != -100]
            assert len(tokens) == len(masks) == len(logprobs)
            assert all(tokens[index] == masks[index] and logprobs[index] <= 0 for index in said)
            assert len(said) > 3
        assert all(math.isfinite(score) for score in group["scores"])
        assert group["group_overrides"] == {}
        assert [details["id"].partition("-")[2] for details in group["overrides"]] == list("012345")


def test_clips_of_scored_answers_lie_beside_the_records(run):
    scored = [record for record in run.records if record.total is not None]
    assert all((run.rollouts_path.parent / record.audio).is_file() for record in scored)


def test_metrics_count_failures_by_kind(run):
    shares = [value for name, value in run.metrics.items() if name.startswith("parse_failure/")]
    assert sum(shares) == pytest.approx(1 - run.metrics["valid"])


def test_a_group_that_fails_is_tried_again(tmp_path):
    backends = stand_ins(scorer=PeakScorer(failures=1))
    again = run_process(1, 4, output=tmp_path, backends=backends)
    assert {record.group for record in again.records} == {"0"}
    assert len(again.records) == 4


def test_a_policy_that_stays_away_ends_the_run_with_its_cause(tmp_path, monkeypatch):
    async def no_pause(_):
        return None

    async def refuse(*_, **__):
        raise ConnectionError("connection refused")

    monkeypatch.setattr(asyncio, "sleep", no_pause)
    monkeypatch.setattr(AudioForgeEnv, "ask_policy", refuse)
    with pytest.raises(EnvironmentFailureError, match=r"3 groups failed in a row.*connection refused"):
        run_process(1, 2, output=tmp_path, backends=stand_ins(), policy="server", max_failed_groups=3)


def test_an_unknown_setting_is_named(tmp_path):
    with pytest.raises(ValueError, match="unknown setting 'colour'"):
        run_process(1, 2, output=tmp_path, backends=stand_ins(), colour="red")


def make_env(**settings) -> AudioForgeEnv:
    config = AudioForgeEnvConfig(**(default_config().model_dump() | {"policy": "server"} | settings))
    return AudioForgeEnv(config, [default_server()], backends=stand_ins())


def test_the_plan_s_methods_work_outside_atropos():
    env = make_env()
    target = env.schedule.targets[0]
    system, ask = env.get_prompt(target)
    assert target.target_description in ask["content"]
    assert '"pingpong"' in system["content"]
    assert env.parse_response('{"prompt": "a b"}').prompt == "a b"
    with pytest.raises(ProposalError):
        env.parse_response('{"prompt": "a", "steps": 900}')
    record = asyncio.run(env.score_response(target, '{"prompt": "a b"}'))
    assert record.total == pytest.approx(0.2, abs=0.01)
    assert env.metric_calculations([record])["reward"] == record.reward


def test_examples_are_shown_as_earlier_turns_when_asked_for():
    env = make_env(few_shot=2)
    roles = [message["role"] for message in env.get_prompt(env.schedule.targets[0])]
    assert roles == ["system", "user", "assistant", "user", "assistant", "user"]


def test_examples_are_legal_for_whatever_generator_there_is():
    space = ParameterSpace(("greedy",), (1, 1), (1.0, 15.0), (0.5, 3.0))
    chat = chat_for(make_env().schedule.targets[0], load_templates(), space, few_shot=3)
    answers = [message["content"] for message in chat if message["role"] == "assistant"]
    for answer in answers:
        parse_proposal(answer, space)


def serve_like(env, texts):
    """Let the environment collect one group whose answers are given, as while serving."""

    async def answer(*_, **__):
        return [Answer(text, [1, 2], [-100, 2], [1.0, -0.5]) for text in texts]

    env.ask_policy = answer

    async def collect():
        item = await env.get_next_item()
        return await env.collect_trajectories(item)

    return asyncio.run(collect())


def test_a_group_without_signal_is_not_sent_while_serving():
    env = make_env()
    assert serve_like(env, ['{"prompt": "a"}'] * 4) == (None, [])
    assert env.schedule.state()["open"] == []
    group, _ = serve_like(env, ['{"prompt": "a"}', '{"prompt": "a b"}'])
    assert len(group["scores"]) == 2


def test_a_restart_goes_on_where_the_run_was(tmp_path):
    state = str(tmp_path / "state.json")
    env = make_env(state_path=state)

    async def some_groups():
        await env.setup()
        return [await env.get_next_item() for _ in range(3)]

    items = asyncio.run(some_groups())
    asyncio.run(env.handle_send_to_api(None, items[0]))
    env.close()
    again = make_env(state_path=state)

    async def going_on():
        await again.setup()
        return [(await again.get_next_item()).number for _ in range(3)]

    assert asyncio.run(going_on()) == [1, 2, 3]
    again.close()


def test_evaluation_asks_for_held_out_targets_and_gives_intervals(tmp_path):
    with serve_policy() as server:
        rollouts = tmp_path / "rollouts.jsonl"
        env = make_env(
            evaluation_targets=4, group_size=2, data_dir_to_save_evals=str(tmp_path), rollouts_path=str(rollouts)
        )
        for one in env.server.servers:
            one.config.base_url = server.base_url
        asyncio.run(env._run_evaluate())
    metrics = json.loads((tmp_path / "metrics.json").read_text())["results"]["all"]
    assert metrics["targets"] == 4
    assert metrics["reward/low"] <= metrics["reward"] <= metrics["reward/high"]
    samples = [json.loads(line) for line in (tmp_path / "samples.jsonl").read_text().splitlines()]
    assert {sample["split"] for sample in samples} == {"held_out"}
    assert len({sample["category"] for sample in samples}) == 4
    assert [own.id for own in read_rollouts(rollouts)] == [sample["id"] for sample in samples]
    assert read_rollouts(tmp_path / "samples.jsonl") == read_rollouts(rollouts)
    assert {call["terms"].priority for call in env.backends.judge.scorer.calls} == {Priority.EVALUATION}


def test_an_evaluation_while_serving_leaves_the_training_rollouts_and_their_clips_alone(tmp_path):
    env = make_env(evaluation_targets=1, group_size=1, rollouts_path=str(tmp_path / "r.jsonl"))
    env.backends = stand_ins(audio_folder=tmp_path / "audio")
    env.curr_step = 7

    async def said(*_, **__):
        return [Answer('{"prompt": "a b"}')]

    env.ask_policy = said

    async def roll_out_and_evaluate():
        await env.setup()
        await env.collect_trajectories(await env.get_next_item())
        clip = (tmp_path / "audio" / "0-0.flac").read_bytes()
        await env.evaluate()
        return clip

    clip = asyncio.run(roll_out_and_evaluate())
    env.close()
    (record,) = read_rollouts(tmp_path / "r.jsonl")
    assert (record.split, record.step) == ("train", 7)
    assert (tmp_path / "audio" / "0-0.flac").read_bytes() == clip
    training, evaluation = (call["terms"].priority for call in env.backends.judge.scorer.calls)
    assert (training, evaluation) == (Priority.TRAINING, Priority.EVALUATION)


@pytest.mark.parametrize("mode", ["process", "evaluate"])
def test_the_command_line_leaves_wandb_off_unless_asked(mode):
    assert "--env.use_wandb=False" in with_defaults([mode])
    assert "--env.use_wandb=False" not in with_defaults([mode, "--env.use_wandb", "True"])
    assert with_defaults([mode, "--config", "run.yaml"]) == [mode, "--config", "run.yaml"]
    assert with_defaults(["serve"]) == ["serve", "--env.total_steps=-1"]


@pytest.mark.parametrize(("words", "code"), [([], 0), (["--help"], 0), (["sreve"], 2), (["--env.seed", "1"], 2)])
def test_without_one_of_the_three_commands_the_command_line_explains_them(capsys, monkeypatch, words, code):
    monkeypatch.setattr(sys, "argv", ["env", *words])
    with pytest.raises(SystemExit) as left:
        run_command_line(AudioForgeEnv)
    assert left.value.code == code
    said = capsys.readouterr()
    for command in ("serve", "process", "evaluate"):
        assert f"python -m audioforge.env {command} --env." in said.out + said.err
    assert ("'sreve' is none of serve, process, evaluate" in said.err) == (words == ["sreve"])


@pytest.mark.filterwarnings("ignore:You are using a local Base URL")
def test_a_setting_that_does_not_exist_here_is_told_in_one_line(monkeypatch, tmp_path):
    monkeypatch.setattr("audioforge.env.__main__.set_up_process", lambda: None)
    monkeypatch.setattr(sys, "argv", ["env", "process", "--env.preset", "nope"])
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match=r"audioforge\.env: no preset named 'nope': give one of"):
        run_command_line(AudioForgeEnv)


def test_the_command_line_offers_the_three_modes(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["env", "process", "--help"])
    with pytest.raises(SystemExit) as left:
        AudioForgeEnv.cli()
    assert left.value.code == 0
    assert "--env.group_size" in capsys.readouterr().out
