"""Behaviour of audioforge/env/guarded.py and policy_watch.py that needs no processes."""

import asyncio
import logging
import time

import pytest

from audioforge.env import patience
from audioforge.env.backends import Backends
from audioforge.env.config import AudioForgeEnvConfig, default_config, default_server
from audioforge.env.environment import AudioForgeEnv, EnvironmentFailureError
from audioforge.env.outbox import Outbox
from audioforge.env.policy_watch import PolicyAwayError, PolicyWatch
from audioforge.env.trainer_api import ApiAwayError, ApiForgotError, ApiWaitsError
from tests.env_stand_ins import make_judge

STATUS = {"current_step": 0, "queue_size": 0, "self_queue_size": 0, "env_weight": 1.0, "unallocated_fraction": 1.0}
REGISTERED = {
    "status": "success", "env_id": 4, "wandb_name": "audioforge_0", "starting_step": 0, "checkpoint_dir": "",
    "checkpoint_interval": -1, "num_steps": 9,
}  # fmt: skip


class ScriptedApi:
    """Gives out answers, or raises errors, in the order told."""

    def __init__(self, *script):
        self.script = list(script)
        self.calls = []

    async def _next(self, name):
        self.calls.append(name)
        answer = self.script.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def register(self, registration):
        return await self._next("register")

    async def status(self, env_id):
        return await self._next("status")


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(patience, "SHORTEST_PAUSE", 0.001)


def make_env(api=None, **settings):
    config = AudioForgeEnvConfig(**(default_config().model_dump() | {"policy": "server", "batch_size": 8} | settings))
    env = AudioForgeEnv(config, [default_server()], backends=Backends(make_judge(), "server", lambda: None))
    env.open_delivery(Outbox())
    if api is not None:
        env.delivery.api = api
    return env


async def no_info():
    return None


def test_registering_waits_for_the_api_and_for_the_trainer_and_takes_its_steps(caplog):
    env = make_env(ScriptedApi(ApiAwayError("gone"), ApiWaitsError("no trainer"), REGISTERED), total_steps=-1)
    with caplog.at_level(logging.WARNING):
        asyncio.run(env.register_env())
    assert (env.env_id, env.config.total_steps, env.delivery.env_id) == (4, 9, 4)
    assert [record.message for record in caplog.records if "waiting for" in record.message] == [
        "waiting for the trainer: gone"
    ]
    assert "back after" in caplog.text


def test_a_run_of_unknown_length_is_refused():
    with pytest.raises(ValueError, match="how many steps"):
        asyncio.run(make_env(ScriptedApi(REGISTERED | {"num_steps": -1}), total_steps=-1).register_env())


@pytest.mark.parametrize("sign", [ApiForgotError("who?"), STATUS | {"current_step": -1}])
def test_an_api_that_forgot_us_or_began_anew_is_registered_with_again(sign):
    api = ScriptedApi(sign, REGISTERED, STATUS)
    env = make_env(api)
    env.env_id, env.get_server_info = 0, no_info
    asyncio.run(env.get_status())
    assert api.calls == ["status", "register", "status"]
    assert env.env_id == 4


def test_a_worker_that_takes_too_long_is_cancelled_and_its_group_comes_again():
    async def run():
        env = make_env(worker_timeout=5)
        env.ask_policy = lambda *_, **__: asyncio.sleep(60)
        item = await env.get_next_item()
        worker = asyncio.create_task(env.collect_trajectories(item))
        await asyncio.sleep(0)
        env.running_items = {"one": {"item": item, "worker": worker, "start_time": time.time() - 6}}
        env.workers = {worker}
        env._cancel_overdue()
        await asyncio.gather(worker, return_exceptions=True)
        return item, await env.get_next_item(), env.running_items

    item, again, running = asyncio.run(run())
    assert again == item
    assert running == {}


def test_an_item_that_atropos_hands_out_a_second_time_is_not_rolled_out_again():
    async def run():
        env = make_env()
        item = await env.get_next_item()
        assert env.schedule.claim(item)
        return await env.collect_trajectories(item)

    assert asyncio.run(run()) == (None, [])


def test_a_checkpoint_folder_that_cannot_be_written_does_not_end_the_run(tmp_path, caplog):
    env = make_env()
    (tmp_path / "file").touch()
    env.checkpoint_dir, env.wandb_prepend = str(tmp_path / "file"), "x"
    env.save_checkpoint(3)
    assert "the run goes on" in caplog.text


def test_an_evaluation_that_fails_is_told_and_does_not_end_the_run(monkeypatch, caplog):
    async def fail(self, *args, **kwargs):
        raise RuntimeError("no held-out targets today")

    async def check():
        env = make_env(steps_per_eval=2)
        monkeypatch.setattr(AudioForgeEnv, "evaluate", fail)
        env.eval_runner, env.curr_step, env.status_dict = None, 1, {"current_step": 2}
        await env.env_step_checks()
        await asyncio.gather(env.eval_runner, return_exceptions=True)
        await asyncio.sleep(0)

    asyncio.run(check())
    assert "given up, the run goes on: RuntimeError('no held-out targets today')" in caplog.text


def test_a_limit_that_leaves_no_room_for_an_answer_says_what_to_raise():
    env = make_env()
    env.max_token_len = 30
    with pytest.raises(EnvironmentFailureError, match="max_token_length"):
        asyncio.run(env.ask_policy(env.get_prompt(env.schedule.targets[0]), 2, 1.0))


def test_groups_wait_together_for_a_policy_server_that_is_away(monkeypatch):
    asked = []

    async def ask(self):
        asked.append(1)
        if len(asked) < 3:
            raise PolicyAwayError("gone")

    monkeypatch.setattr(PolicyWatch, "_ask", ask)

    async def run():
        watch = PolicyWatch(["http://127.0.0.1:1/v1"])
        assert await watch.is_away()
        await asyncio.gather(*(watch.wait() for _ in range(8)))

    asyncio.run(run())
    assert len(asked) == 3


def test_a_port_nobody_listens_on_is_away():
    assert asyncio.run(PolicyWatch(["http://127.0.0.1:1/v1"]).is_away())
