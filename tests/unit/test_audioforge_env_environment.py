"""What AudioForgeEnv does about Atropos' traps, where no process is needed to see it."""

import asyncio
import json
from types import SimpleNamespace

import pytest

from audioforge.env.backends import Backends
from audioforge.env.config import AudioForgeEnvConfig, default_config, default_server
from audioforge.env.environment import AudioForgeEnv
from tests.env_stand_ins import make_judge


def make_env(server=None, **settings):
    config = AudioForgeEnvConfig(**(default_config().model_dump() | {"policy": "server"} | settings))
    return AudioForgeEnv(config, [server or default_server()], backends=Backends(make_judge(), "server", lambda: None))


def test_the_servers_come_as_a_list_since_a_bare_configuration_s_address_is_ignored():
    config, servers = AudioForgeEnv.config_init()
    assert isinstance(servers, list)
    env = AudioForgeEnv(config, servers, backends=Backends(make_judge(), "server", lambda: None))
    assert [one.config.base_url for one in env.server.servers] == [servers[0].base_url]
    assert not servers[0].health_check


def test_a_checkpoint_holds_the_whole_state_and_is_kept_where_a_restart_looks(tmp_path):
    env = make_env(state_path=str(tmp_path / "state.json"))
    env.checkpoint_dir, env.wandb_prepend = str(tmp_path / "checkpoints"), "x"
    asyncio.run(env.get_next_item())
    env.save_checkpoint(3)
    (written,) = (tmp_path / "checkpoints").rglob("*.json")
    assert json.loads(written.read_text())["run_state"]["schedule"]["next_number"] == 1
    assert json.loads((tmp_path / "state.json").read_text())["schedule"]["next_number"] == 1


def test_what_atropos_calls_after_every_group_closes_nothing():
    closed = []
    env = make_env()
    env.backends = Backends(make_judge(), "server", lambda: closed.append("scorer"))
    asyncio.run(env.cleanup())
    assert closed == []


@pytest.mark.parametrize(("longest", "tokens"), [(100_000, 256), (None, 50)])
def test_an_answer_has_the_room_that_the_trainer_s_longest_sequence_leaves(longest, tokens):
    env = make_env(max_answer_tokens=256)
    messages = env.get_prompt(env.schedule.targets[0])
    chat = [dict(message) for message in messages]
    text = env.tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
    asked = len(env.tokenizer.encode(text, add_special_tokens=False))
    env.max_token_len = longest or asked + 51
    seen = {}

    async def chat_completion(**options):
        seen.update(options)
        return SimpleNamespace(choices=[])

    class Managed:
        async def __aenter__(self):
            return SimpleNamespace(chat_completion=chat_completion, get_state=lambda: {"nodes": []})

        async def __aexit__(self, *_):
            return None

    env.server = SimpleNamespace(managed_server=lambda tokenizer: Managed())
    asyncio.run(env.ask_policy(messages, 0, 1.0))
    assert seen["max_tokens"] == tokens


def test_an_endpoint_without_log_probabilities_is_refused_instead_of_made_up(monkeypatch):
    monkeypatch.delenv("ATROPOS_ALLOW_DUMMY_MANAGED_SERVER", raising=False)
    server = default_server()
    server.server_type = "openai"
    env = make_env(server)
    with pytest.raises(NotImplementedError, match="log"):
        asyncio.run(env.ask_policy(env.get_prompt(env.schedule.targets[0]), 2, 1.0))
