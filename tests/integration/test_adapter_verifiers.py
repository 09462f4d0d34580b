"""verifiers' own rollout on our rewards: its agent asks a model server, records the reply, and scores the task."""

import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

pytest.importorskip("verifiers.v1", reason="verifiers isn't installed: pip install verifiers")

import httpx
import verifiers.v1 as vf
from verifiers.v1.clients import EvalClientConfig
from verifiers.v1.runtimes import ProgramResult, SubprocessConfig

from audioforge.adapters.verifiers import reward_method
from tests.adapter_stand_ins import make_judge, words

pytestmark = pytest.mark.filterwarnings("ignore")


class Row(vf.TaskData):
    request: str | None = None
    category: str = "sfx"


class OneQuestion(vf.Harness):
    """A harness without a program: one question to the model, in this process."""

    NEEDS_CONTAINER, EXECUTES_CODE = False, False

    async def launch(self, ctx, trace, runtime, endpoint, secret, mcp_urls, data, tool_interception_url=None):
        body = {"model": ctx.model, "messages": [{"role": "user", "content": data.prompt}]}
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {secret}"}) as client:
            reply = await client.post(f"{endpoint.rstrip('/')}/chat/completions", json=body)
        return ProgramResult(int(reply.status_code != 200), reply.text, "")


@pytest.fixture
def model_url(monkeypatch):
    """A model server that answers with the question."""

    class Echo(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            message = {"role": "assistant", "content": asked["messages"][-1]["content"]}
            choice = {"index": 0, "finish_reason": "stop", "message": message}
            usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
            about = {"id": "1", "object": "chat.completion", "created": 0, "model": "echo", "usage": usage}
            data = json.dumps({**about, "choices": [choice]}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args):
            pass

    monkeypatch.setenv("ECHO_KEY", "unused")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()
    thread.join()


def rollout(url, judge, answer, request="a tone"):
    class AudioTask(vf.Task[Row]):
        total = vf.reward(weight=1.0)(reward_method(judge))
        peak = vf.reward(weight=0.5)(reward_method(judge, "peak"))

    client = EvalClientConfig(base_url=url, api_key_var="ECHO_KEY")
    agent = vf.Agent(vf.AgentConfig(model="echo", runtime=SubprocessConfig(), client=client))
    agent.harness = OneQuestion(vf.HarnessConfig(id="one-question"))
    return asyncio.run(agent.run(AudioTask(Row(idx=0, prompt=answer, request=request))))


def test_a_rollout_is_scored_by_the_total_and_a_component_and_rendered_once(model_url):
    judge = make_judge()
    trace = rollout(model_url, judge, words(3))
    assert trace.ok
    assert {name: own.score for name, own in trace.rewards.items()} == pytest.approx(
        {"audioforge_total": 0.3, "audioforge_peak": 0.3}, abs=1e-3
    )
    assert trace.rewards["audioforge_peak"].weight == 0.5
    assert len(judge.generator.batches) == 1


def test_an_answer_at_fault_earns_the_floor(model_url):
    trace = rollout(model_url, make_judge(floor=0.05), "no idea")
    assert trace.ok
    assert trace.rewards["audioforge_total"].score == 0.05


def test_a_failure_to_judge_fails_the_rollout_and_leaves_no_reward(model_url):
    trace = rollout(model_url, make_judge(breaks_above=0.25), words(3))
    assert not trace.ok
    assert trace.rewards["audioforge_total"] is None
    assert "could not be scored: failed" in str(trace.errors)
