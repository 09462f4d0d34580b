"""The policy server over real HTTP on loopback, and through Atropos' own client."""

import asyncio

import httpx
import pytest
from atroposlib.envs.server_handling.server_manager import APIServerConfig, ServerManager
from openai import OpenAI
from transformers import AutoTokenizer

from audioforge.policies.ask import Ask, user_message
from audioforge.policies.server import PolicyServerError, serve_policy

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
