"""The environment while serving: Atropos' real API, a policy server and the environment as processes, all killed.

One story is told once: the trainer gets groups; the policy server dies and comes back; the API dies and comes back; the
environment dies at the worst moment, when the API has taken a group and nobody noted so, and is started again.
"""

import json
import math
import signal
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from audioforge.env.evaluation_log import FILE, earlier_evaluations
from audioforge.rollouts import read_rollouts
from benchmarks.serve_processes import (
    Process,
    Received,
    Trainer,
    api_process,
    env_process,
    free_port,
    policy_process,
    wait_until,
)

GROUP_SIZE = 4


@dataclass(frozen=True)
class Story:
    received: list[Received]
    folder: Path
    died_with: int
    log: str


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    folder = tmp_path_factory.mktemp("serve")
    ports = free_port(), free_port()
    api, policy = api_process(ports[0], folder), policy_process(ports[1], folder)
    options = (
        "--env.group_size", str(GROUP_SIZE), "--env.max_num_workers", "4", "--env.max_answer_tokens", "80",
        "--env.evaluation_targets", "2", "--env.data_dir_to_save_evals", str(folder),
    )  # fmt: skip
    env = env_process(*ports, folder, "tests.serve_stand_ins", *options)
    with Trainer(ports[0], batch_size=GROUP_SIZE) as trainer, api, policy, env:
        api.start()
        policy.start()
        env.start(DIE_ON=str(folder / "die"))
        died_with = tell(api, policy, env, trainer)
        env.stop(signal.SIGTERM)
        trainer_has_the_rest(folder, trainer)
        return Story(list(trainer.received), folder, died_with, env.log.read_text())


def tell(api: Process, policy: Process, env: Process, trainer: Trainer) -> int:
    more_groups(trainer, 2)
    policy.stop()
    wait_until(lambda: env.has_said("waiting for the policy server"), "the environment to notice")
    policy.start()
    more_groups(trainer, 2)
    policy.tell(signal.SIGSTOP)
    wait_until_the_api_is_empty(env.log.parent, trainer)
    api.stop()
    policy.tell(signal.SIGCONT)
    wait_until(lambda: len(outbox(env.log.parent)) > 0, "a group that cannot be sent")
    api.start()
    more_groups(trainer, 2)
    (env.log.parent / "die").touch()
    wait_until(lambda: not env.is_running(), "the environment to kill itself")
    in_doubt, *_ = outbox(env.log.parent)
    env.command += ["--env.steps_per_eval", "2"]  # each of which cancels what is under way
    env.start()
    wait_until((env.log.parent / FILE).is_file, "an evaluation")
    more_groups(trainer, 3)
    return in_doubt


def wait_until_the_api_is_empty(folder: Path, trainer: Trainer) -> None:
    """An API that dies takes along what it holds; this story is about what the environment holds."""
    quiet = 0

    def is_quiet() -> bool:
        nonlocal quiet
        quiet = quiet + 1 if sent_numbers(folder) <= set(trainer.numbers()) and not outbox(folder) else 0
        return quiet >= 10

    wait_until(is_quiet, "all that was sent to arrive")


def more_groups(trainer: Trainer, count: int) -> None:
    wanted = len(trainer.received) + count
    wait_until(lambda: len(trainer.received) >= wanted, f"{wanted} groups")


def trainer_has_the_rest(folder: Path, trainer: Trainer) -> None:
    wait_until(lambda: sent_numbers(folder) <= set(trainer.numbers()), "what was sent to arrive")


def outbox(folder: Path) -> list[int]:
    """Groups waiting to be sent, next one first."""
    return [int(file.stem.partition("-")[2]) for file in sorted((folder / "state.json.outbox").glob("*.json"))]


def sent_numbers(folder: Path) -> set[int]:
    """Groups that are finished, carry a signal and left the outbox."""
    state = json.loads((folder / "state.json").read_text())["schedule"]
    rewards: dict[int, list[float]] = {}
    for record in read_rollouts(folder / "rollouts.jsonl"):
        rewards.setdefault(int(record.group), []).append(record.reward)
    unsent = {number for number, _ in state["open"]} | set(outbox(folder))
    return {number for number, own in rewards.items() if max(own) - min(own) >= 1e-3} - unsent


def test_no_group_arrives_twice(story):
    assert max(Counter((one.run, one.number) for one in story.received).values()) == 1


def test_no_group_is_lost(story):
    assert sent_numbers(story.folder) <= {one.number for one in story.received}


def test_the_group_that_was_in_doubt_arrived_once(story):
    assert [one.number for one in story.received].count(story.died_with) == 1
    assert f"group {story.died_with} had arrived before" in story.log


def test_a_restarted_environment_goes_on_under_the_run_s_name(story):
    assert len({one.run for one in story.received}) == 1
    assert "going on from" in story.log


def test_groups_arrive_whole_with_tokens_masks_logprobs_scores_and_details(story):
    for group in (one.group for one in story.received):
        assert len(group["tokens"]) == GROUP_SIZE
        for tokens, masks, logprobs in zip(group["tokens"], group["masks"], group["inference_logprobs"], strict=True):
            said = [index for index, mask in enumerate(masks) if mask != -100]
            assert len(tokens) == len(masks) == len(logprobs)
            assert said
            assert all(tokens[index] == masks[index] and logprobs[index] <= 0 for index in said)
        assert all(math.isfinite(score) for score in group["scores"])
        assert len(set(group["scores"])) > 1
        assert all({"id", "run", "status", "components"} <= set(details) for details in group["overrides"])


def test_evaluations_in_between_stop_the_rollouts_and_lose_none(story):
    assert earlier_evaluations(story.folder, evaluation_settings(story.folder))


def evaluation_settings(folder: Path) -> dict[str, object]:
    settings: dict[str, object] = json.loads((folder / FILE).read_text().splitlines()[0])["settings"]
    return settings


def test_every_record_is_written_once_and_none_is_cut_off(story):
    records = read_rollouts(story.folder / "rollouts.jsonl")
    assert max(Counter(record.id for record in records).values()) == 1
    assert all(count == GROUP_SIZE for count in Counter(record.group for record in records).values())


def test_a_supervisor_s_stop_ends_it_cleanly(story):
    assert story.log.rstrip().endswith("stopped")
    assert "Traceback" not in story.log


def test_the_log_says_who_was_away_and_when_it_was_back(story):
    for line in ("waiting for the policy server", "the policy server (http", "the API was restarted", "back after"):
        assert line in story.log
