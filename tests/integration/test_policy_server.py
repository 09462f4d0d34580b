"""The policy server over real HTTP on loopback, and through Atropos' own client."""

import asyncio
import gc
import socket
import threading
from concurrent.futures import wait
from contextlib import contextmanager

import httpx
import pytest
import uvicorn
from atroposlib.envs.server_handling.server_manager import APIServerConfig, ServerManager
from openai import OpenAI
from transformers import AutoTokenizer

from audioforge.policies.app import make_app
from audioforge.policies.ask import Ask, user_message
from audioforge.policies.batching import BatchingSampler
from audioforge.policies.sampling import PolicyModel
from audioforge.policies.server import PolicyServerError, serve_policy
from audioforge.policies.weights import model_weights, publish_weights
from reward_models.checkpoints import checkpoint_path

CHAT = [{"role": "user", "content": user_message(Ask("soft rain on leaves", "ambient", 6, ("pingpong", "euler")))}]


@pytest.fixture(scope="module")
def server():
    with serve_policy() as running:
        yield running


@pytest.fixture(scope="module")
def client(server):
    with OpenAI(base_url=server.base_url, api_key="none") as running:
        yield running


def test_it_listens_on_loopback_alone_and_says_it_is_well(server):
    assert server.base_url.startswith("http://127.0.0.1:")
    assert httpx.get(server.base_url.replace("/v1", "/health")).json()["status"] == "ok"


def test_openai_s_client_gets_chat_completions_with_logprobs(server, client):
    assert [model.id for model in client.models.list()] == ["tiny-policy"]
    reply = client.chat.completions.create(
        model=server.model_name, messages=CHAT, n=3, seed=1, max_tokens=30, logprobs=True
    )
    assert len({choice.message.content for choice in reply.choices}) > 1
    assert all(token.logprob <= 0 for token in reply.choices[0].logprobs.content)
    again = client.chat.completions.create(model=server.model_name, messages=CHAT, n=3, seed=1, max_tokens=30)
    assert [choice.message.content for choice in again.choices] == [choice.message.content for choice in reply.choices]


def test_openai_s_client_gets_text_completions(server, client):
    reply = client.completions.create(model=server.model_name, prompt=["a", "b"], max_tokens=4, logprobs=1, seed=1)
    assert len(reply.choices) == 2
    assert len(reply.choices[0].logprobs.token_logprobs) == len(reply.choices[0].logprobs.tokens)


@pytest.mark.parametrize("server_type", ["vllm", "sglang"])
def test_atropos_gets_true_tokens_and_logprobs_in_both_dialects(server, server_type):
    tokenizer = AutoTokenizer.from_pretrained(server.folder)
    config = APIServerConfig(
        model_name=server.model_name,
        base_url=server.base_url,
        api_key="none",
        server_type=server_type,
        tokenizer_name=str(server.folder),
        health_check=False,
    )

    async def ask():
        manager = ServerManager([config])
        async with manager.managed_server(tokenizer=tokenizer) as managed:
            reply = await managed.chat_completion(messages=CHAT, n=2, max_tokens=60, temperature=1.0)
            return reply, managed.get_state()["nodes"]

    reply, nodes = asyncio.run(ask())
    assert len(nodes) == 2
    for choice, node in zip(reply.choices, nodes, strict=True):
        said = [token for token in node.masked_tokens if token != -100]
        assert tokenizer.decode(said, skip_special_tokens=True) == choice.message.content
        assert node.tokens[-len(said) :] == said
        assert len(node.logprobs) == len(node.tokens)
        assert all(logprob <= 0 for logprob in node.logprobs[-len(said) :])


@pytest.mark.parametrize(
    ("path", "body", "message"),
    [
        ("/v1/chat/completions", {"messages": [{"role": "system", "content": "x"}]}, "role user"),
        ("/v1/chat/completions", {"messages": CHAT, "n": 0}, "n lies between"),
        ("/v1/completions", {"prompt": "x " * 3000}, "shorten the request"),
        ("/v1/completions", {"prompt": "x", "temperature": -1}, "temperature"),
        ("/generate", {}, "expected input_ids, text, or prompt"),
    ],
)
def test_a_bad_request_is_answered_with_what_is_legal(server, path, body, message):
    reply = httpx.post(server.base_url.replace("/v1", "") + path, json=body)
    assert reply.status_code == 400
    assert message in reply.json()["error"]["message"]


def test_a_taken_port_says_so(server):
    port = int(server.base_url.split(":")[2].split("/")[0])
    with pytest.raises(PolicyServerError, match=f"port {port}"), serve_policy(port=port):
        pass


def test_it_is_gone_after_the_block():
    with serve_policy() as running:
        url = running.base_url
    with pytest.raises(httpx.ConnectError):
        httpx.get(url + "/models")


def test_a_client_that_hangs_up_is_no_longer_sampled_for(caplog):
    with BatchingSampler(PolicyModel.load(checkpoint_path("tiny-policy")), max_batch=1) as sampler:
        futures, submit = [], sampler.submit

        def noted(prompt, settings):
            futures.append(submit(prompt, settings))
            return futures[-1]

        sampler.submit = noted
        body, patience = {"messages": CHAT, "n": 30, "max_tokens": 200}, httpx.Timeout(5.0, read=0.3)
        with running(make_app(sampler, model_name="tiny-policy")) as url, pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{url}/v1/chat/completions", json=body, timeout=patience)
        wait(futures, timeout=30)
    assert sum(future.cancelled() for future in futures) > 15
    gc.collect()
    assert not [record for record in caplog.records if record.name == "asyncio"]  # it complains of ends unlooked at


@contextmanager
def running(app):
    listener = socket.create_server(("127.0.0.1", 0))
    served = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=served.run, args=([listener],))
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    served.should_exit = True
    thread.join()
    listener.close()


def test_a_server_follows_published_weights_and_says_which_it_sampled_with(tmp_path):
    start = PolicyModel.load(checkpoint_path("tiny-policy"))
    body = {"input_ids": start.chat_tokens(CHAT), "sampling_params": {"max_new_tokens": 12, "temperature": 0}}
    other = {name: weight * 0.5 for name, weight in model_weights(start.model).items()}
    with serve_policy(weights=tmp_path) as running:
        url = running.base_url.replace("/v1", "")
        before = httpx.post(f"{url}/generate", json=body).json()
        publish_weights(tmp_path, other, 7)
        after = httpx.post(f"{url}/generate", json=body).json()
        assert httpx.get(f"{url}/health").json()["weight_version"] == 7
    assert [reply["meta_info"]["weight_version"] for reply in (before, after)] == ["0", "7"]
    assert before["output_ids"] != after["output_ids"]
