"""The OpenEnv environment behind OpenEnv's own server, asked by its own client over a WebSocket."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn

pytest.importorskip("openenv", reason="openenv isn't installed: pip install 'openenv>=0.10,<0.11'")

import httpx
from openenv.core.generic_client import GenericEnvClient

from audioforge.adapters.openenv import AnswerAction, AudioForgeEnvironment, app
from audioforge.status import ScoringError
from audioforge.targets import load_targets
from tests.adapter_stand_ins import make_judge, words

TRAIN = load_targets(split="train")
JUDGE = make_judge(breaks_above=0.55)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app(lambda: JUDGE), log_level="error"))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture
def client(url: str) -> Iterator:
    with GenericEnvClient(base_url=url).sync() as own:
        yield own


def test_an_episode_is_one_request_and_one_answer(client):
    first = client.reset(split="train", index=3)
    assert (first.observation["request"], first.observation["category"]) == (
        TRAIN[3].target_description,
        TRAIN[3].category,
    )
    assert first.observation["parameters"]["samplers"] == ["pingpong", "euler"]
    assert (first.done, first.reward) == (False, None)
    result = client.step({"answer": words(3)})
    assert (result.done, result.observation["status"]) == (True, "ok")
    assert result.reward == pytest.approx(0.3, abs=0.01)
    assert result.observation["components"] == {"peak": pytest.approx(0.3, abs=0.01)}


def test_an_answer_at_fault_earns_the_floor_and_says_why(client):
    client.reset(seed=1)
    result = client.step({"answer": "no proposal"})
    assert (result.reward, result.observation["status"]) == (0.0, "malformed")
    assert "expected a JSON object" in result.observation["reason"]


def test_a_failure_to_judge_is_an_error_and_no_reward(client):
    client.reset(seed=1)
    with pytest.raises(RuntimeError, match="could not be scored"):
        client.step({"answer": words(6)})
    client.reset(seed=1)
    assert client.step({"answer": words(2)}).reward == pytest.approx(0.2, abs=0.01)


def test_a_second_answer_needs_a_reset(client):
    client.reset(seed=2)
    client.step({"answer": words(1)})
    with pytest.raises(RuntimeError, match="call reset"):
        client.step({"answer": words(1)})


def test_sessions_do_not_share_their_episodes(url):
    with GenericEnvClient(base_url=url).sync() as one, GenericEnvClient(base_url=url).sync() as two:
        requests = [own.reset(split="train", index=i).observation["request"] for i, own in enumerate((one, two))]
        rewards = [own.step({"answer": words(i + 1)}).reward for i, own in enumerate((one, two))]
    assert requests == [target.target_description for target in TRAIN[:2]]
    assert rewards == pytest.approx([0.1, 0.2], abs=0.01)


def test_tasks_are_listed_by_the_server(url):
    with httpx.Client(base_url=url) as http:
        splits = http.get("/audioforge/splits").json()
    assert "train" in str(splits)
    assert "held_out" in str(splits)
    own = AudioForgeEnvironment(lambda: JUDGE)
    assert own.num_tasks("train") == len(TRAIN)
    assert own.get_task("train", 2)["request"] == TRAIN[2].target_description
    assert [task["id"] for task in own.get_task_range("train", 1, 3)] == [target.id for target in TRAIN[1:3]]
    with pytest.raises(IndexError, match="has tasks 0 to"):
        own.get_task("train", 10_000)
    with pytest.raises(ValueError, match="no split named 'test'"):
        own.list_tasks("test")
    with pytest.raises(ScoringError, match="no episode is under way"):
        own.step(AnswerAction(answer="a"))
