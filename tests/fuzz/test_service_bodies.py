"""Bodies of any form sent to the service: an answer or a refusal with the mend, never a 500."""

import asyncio
import base64
import json
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audioforge.rewards import CombinedReward
from audioforge.rewards.weights import RewardWeights
from audioforge.scoring import Scorer
from audioforge.service.app import make_app
from audioforge.service.settings import ServiceSettings
from tests.fuzz_budget import fuzz
from tests.garbling import AUDIO_FILES, JSON_VALUES, audio_bytes, garbled
from tests.stand_ins import PeakReward

TYPES = ("application/json", "multipart/form-data; boundary=b", "multipart/form-data", "text/plain", "", "multipart/é")


@pytest.fixture(scope="module")
def post() -> Iterator:
    reward = CombinedReward([PeakReward()], weights=RewardWeights("t", {"peak": 1}))
    with Scorer(reward, queue_calls=64, max_wait_seconds=0) as engine, asyncio.Runner() as runner:
        settings = ServiceSettings(max_seconds=5, max_samples=400_000, max_bytes=100_000, max_clips=4)
        transport = httpx.ASGITransport(make_app(engine, settings, guess_categories=lambda texts: [None] * len(texts)))
        http = httpx.AsyncClient(transport=transport, base_url="http://service")
        yield lambda **call: runner.run(http.post("/v1/score", **call))
        runner.run(http.aclose())


def check(reply: httpx.Response) -> None:
    body = reply.json()
    assert reply.headers["x-request-id"] == body["request_id"]
    if reply.status_code != 200:
        assert reply.status_code in (413, 415, 422), body
        assert len(body["error"]["message"]) > 10
        return
    rows = sorted([*body["results"], *body["errors"]], key=lambda own: own["index"])
    assert [own["index"] for own in rows] == list(range(len(rows)))
    assert all(0 <= own["total"] <= 1 for own in body["results"])
    assert all(own["status"]["code"] != "ok" and own["status"]["reason"] for own in body["errors"])


CLIP = st.one_of(AUDIO_FILES.map(lambda data: base64.b64encode(data).decode()), st.text(max_size=20), JSON_VALUES)
BODY = st.one_of(
    JSON_VALUES,
    st.fixed_dictionaries(
        {"clips": st.lists(CLIP, max_size=5), "requests": st.just("a tone") | JSON_VALUES},
        optional={"categories": st.sampled_from([None, "drums", ["sfx"]]) | JSON_VALUES, "path": JSON_VALUES},
    ),
)


@fuzz(0.12)
@given(body=BODY, deadline=st.sampled_from([None, "5", "nan", "-1", "soon", "1e400"]))
def test_any_json_is_answered_or_refused(post, body, deadline):
    headers = {"Content-Type": "application/json"} | ({} if deadline is None else {"X-Deadline-Seconds": deadline})
    check(post(content=json.dumps(body).encode(errors="surrogatepass"), headers=headers))


FORM = httpx.Request(
    "POST",
    "http://service",
    files=[("files", ("../../etc/passwd", audio_bytes("OGG")))],
    data={"requests": '["a tone"]', "categories": "sfx"},
)
FORM_BYTES, FORM_TYPE = FORM.read(), FORM.headers["content-type"]


@fuzz(0.12)
@given(body=garbled(st.just(FORM_BYTES)), kind=st.sampled_from([FORM_TYPE] * 6 + list(TYPES)))
def test_any_form_is_answered_or_refused(post, body, kind):
    check(post(content=body, headers={"Content-Type": kind.encode()}))
