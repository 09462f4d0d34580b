"""The client's retries, against scripted replies."""

import httpx
import pytest

from audioforge.service import client as module
from audioforge.service.client import AudioForgeClient, ServiceCallError
from tests.stand_ins import tone

ROW = {"index": 0, "category": None, "status": {"code": "ok", "reason": ""}, "components": {}, "total": 0.5}
DONE = httpx.Response(200, json={"request_id": "r", "results": [ROW], "errors": [], "provenance": {}})
BUSY = httpx.Response(503, headers={"Retry-After": "3"}, json={"request_id": "r", "error": {"message": "busy"}})


@pytest.fixture
def pauses(monkeypatch) -> list[float]:
    seen: list[float] = []
    monkeypatch.setattr(module.time, "sleep", seen.append)
    monkeypatch.setattr(module.random, "uniform", lambda low, high: low)
    return seen


def scripted(*replies: httpx.Response | Exception, retries: int = 5) -> AudioForgeClient:
    left = list(replies)

    def answer(_: httpx.Request) -> httpx.Response:
        reply = left.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    http = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://service")
    return AudioForgeClient(http=http, retries=retries)


def test_a_busy_or_absent_service_is_asked_again_after_the_pause_it_names(pauses):
    with scripted(BUSY, httpx.ConnectError("away"), DONE) as client:
        assert client.score([tone(0.5)], "a", sample_rate=16_000).clips[0].total == 0.5
    assert pauses == [3.0, 0.2]


def test_retries_end(pauses):
    with scripted(BUSY, BUSY, retries=1) as client, pytest.raises(ServiceCallError, match="503: busy") as caught:
        client.score([tone(0.5)], "a", sample_rate=16_000)
    assert (caught.value.http_status, pauses) == (503, [3.0])
    away = [httpx.ConnectError("away")] * 2
    with scripted(*away, retries=1) as client, pytest.raises(ServiceCallError, match="is it running there"):
        client.score([tone(0.5)], "a", sample_rate=16_000)


@pytest.mark.parametrize("status", [413, 422, 500, 504])
def test_what_asking_again_would_not_mend_is_not_asked_again(pauses, status):
    with scripted(httpx.Response(status, text="no")) as client, pytest.raises(ServiceCallError, match=f"{status}: no"):
        client.score([tone(0.5)], "a", sample_rate=16_000)
    assert pauses == []


def test_an_answer_for_other_clips_is_no_answer(pauses):
    reply = httpx.Response(200, json={"request_id": "r", "results": [], "errors": [], "provenance": {}})
    with scripted(reply) as client, pytest.raises(ServiceCallError, match=r"answered for clips \[\] of 1"):
        client.score([tone(0.5)], "a", sample_rate=16_000)


def test_columns_and_rates_are_checked_before_anything_is_sent():
    with scripted() as client:
        with pytest.raises(ValueError, match="got 1 requests and 2 categories for 2 clips"):
            client.score([tone(0.5)] * 2, ["a"], sample_rate=16_000, categories=["sfx", None])
        with pytest.raises(ValueError, match="give sample_rate="):
            client.score([tone(0.5)], "a")


def test_a_request_holds_no_more_clips_and_bytes_than_the_service_takes():
    assert module._cuts([1] * 5, 2, 100) == [slice(0, 2), slice(2, 4), slice(4, 5)]
    assert module._cuts([60, 50, 40, 200, 10], 9, 100) == [slice(0, 1), slice(1, 3), slice(3, 4), slice(4, 5)]
    assert module._cuts([], 2, 100) == []
