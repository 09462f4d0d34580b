"""The HTTP service: its answers and refusals through ASGI, and its client over real HTTP on loopback."""

import asyncio
import base64
import io
import json
import socket
import threading
import time
from contextlib import asynccontextmanager, contextmanager

import httpx
import numpy as np
import pytest
import soundfile
import uvicorn

from audioforge.rewards import CombinedReward
from audioforge.rewards.weights import RewardWeights
from audioforge.scoring import Scorer
from audioforge.service.app import make_app
from audioforge.service.client import AudioForgeClient, ServiceCallError
from audioforge.service.settings import ServiceSettings
from audioforge.status import Status
from tests.stand_ins import PeakReward, tone


def scorer(reward: PeakReward | None = None) -> Scorer:
    weights = RewardWeights("t", {"peak": 1})
    return Scorer(CombinedReward([reward or PeakReward()], weights=weights), queue_calls=2048)


def encoded(gain: float, *, seconds: float = 0.5, rate: int = 16_000, form: str = "WAV") -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, tone(gain, seconds, rate).numpy(), rate, format=form)
    return buffer.getvalue()


def parts(*files: bytes, **fields: object) -> dict:
    data = {name: value if isinstance(value, str) else json.dumps(value) for name, value in fields.items()}
    return {"files": [("files", ("/etc/passwd", own)) for own in files], "data": data}


def cut_form() -> dict:
    """A whole file, and one that stops before its end."""
    whole = httpx.Request("POST", "http://service", **parts(encoded(0.5), encoded(0.4), requests="a"))
    return {"content": whole.read()[:-200], "headers": {"Content-Type": whole.headers["content-type"]}}


def asked(*calls: dict, settings: ServiceSettings | None = None, reward=None, **options) -> list[httpx.Response]:
    """Each call's reply, one after another, from one application."""

    async def run() -> list[httpx.Response]:
        with scorer(reward) as engine:
            transport = httpx.ASGITransport(make_app(engine, settings, **options), raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://service") as http:
                return [await http.request(**{"method": "POST", "url": "/v1/score", **call}) for call in calls]

    return asyncio.run(run())


def refusal(reply: httpx.Response) -> tuple[int, str]:
    body = reply.json()
    assert reply.headers["x-request-id"] == body["request_id"]
    return reply.status_code, body["error"]["message"]


class Blocked(PeakReward):
    """Waits until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.started, self.go = threading.Event(), threading.Event()

    def score(self, clips):
        self.started.set()
        assert self.go.wait(10)
        return super().score(clips)


@contextmanager
def served(engine: Scorer, settings: ServiceSettings | None = None):
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(make_app(engine, settings), log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def test_every_format_is_scored_and_a_bad_clip_is_an_error_beside_the_results():
    files = [encoded(0.5, form=form) for form in ("WAV", "FLAC", "OGG", "MP3")]
    call = parts(*files[:2], b"no audio", *files[2:], encoded(0.0), requests="a tone", categories="sfx")
    (reply,) = asked({**call, "headers": {"X-Request-ID": "mine-1"}})
    answer = reply.json()
    assert reply.status_code == 200
    assert answer["request_id"] == reply.headers["x-request-id"] == "mine-1"
    assert [own["index"] for own in answer["results"]] == [0, 1, 3, 4]
    assert [own["total"] for own in answer["results"]] == pytest.approx([0.5] * 4, abs=0.1)
    assert answer["results"][0]["components"]["peak"]["score"] == pytest.approx(0.5, abs=1e-3)
    assert [(own["index"], own["status"]["code"]) for own in answer["errors"]] == [(2, "unreadable"), (5, "silent")]
    assert answer["errors"][1]["status"]["reason"].startswith("clip 5 is silent")
    assert "0x" not in answer["errors"][0]["status"]["reason"]
    assert answer["provenance"]["peak.version"] == "1"


def test_json_with_base64_gives_the_same_scores_as_multipart():
    file = encoded(0.3)
    body = {"clips": [base64.b64encode(file).decode()], "requests": ["a tone"], "categories": [None]}
    form, text = asked(parts(file, requests=["a tone"]), {"json": body})
    assert form.json()["results"] == text.json()["results"]
    assert form.json()["results"][0]["total"] == pytest.approx(0.3, abs=1e-3)


def test_clips_of_any_rates_keep_their_order():
    gains = [0.1, 0.9, 0.3, 0.7]
    files = [encoded(g, rate=rate) for g, rate in zip(gains, (16_000, 8_000, 16_000, 44_100), strict=True)]
    (reply,) = asked(parts(*files, requests=["a", "b", "c", "d"]))
    assert [own["total"] for own in reply.json()["results"]] == pytest.approx(gains, abs=0.01)


def test_open_categories_are_guessed_once_a_request():
    guessed = []

    def guess(requests):
        guessed.extend(requests)
        return ["ambient"] * len(requests)

    call = parts(encoded(0.3), encoded(0.4), requests="rain", categories=[None, "drums"])
    replies = asked(call, call, guess_categories=guess)
    assert [own["category"] for own in replies[1].json()["results"]] == ["ambient", "drums"]
    assert guessed == ["rain"]


@pytest.mark.parametrize(
    ("call", "mend"),
    [
        (parts(encoded(0.5), requests=["a", "b"]), "got 2 for 1 clips"),
        (parts(encoded(0.5)), "requests: Field required"),
        (
            parts(encoded(0.5), requests="a", categories="music"),
            "one of drums, instruments, sfx, ambient, got 'music'. Known",
        ),
        (parts(encoded(0.5), requests="a", path="/etc/passwd"), "path: Extra inputs are not permitted"),
        (parts(encoded(0.5), requests="[oops"), "starts like JSON"),
        (parts(encoded(0.5), requests=["a" * 5_000]), "at most 4000 characters"),
        ({"data": {"requests": "a"}, "files": {"other": b"x"}}, "parts named 'files'"),
        ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, "no readable multipart"),
        (cut_form(), "ends in the middle of a file"),
        ({"json": {"clips": [], "requests": []}}, "no clips came"),
        ({"json": {"clips": ["%"], "requests": "a"}}, "clip 0 is no base64"),
        ({"json": {"clips": ["/etc/passwd"], "requests": 3}}, "requests.0: Input should be a valid string"),
        ({"json": [1]}, "expected an object"),
        ({"content": b"[" * 100_000, "headers": {"Content-Type": "application/json"}}, "no JSON"),
        ({**parts(encoded(0.5), requests="a"), "headers": {"X-Deadline-Seconds": "soon"}}, "expected seconds above 0"),
    ],
)
def test_a_request_that_does_not_fit_together_is_refused_with_the_mend(call, mend):
    (reply,) = asked(call)
    status, message = refusal(reply)
    assert (status, mend in message) == (422, True), message


def test_what_passes_a_limit_is_refused_before_it_is_decoded():
    settings = ServiceSettings(max_seconds=1, max_bytes=100_000, max_clips=3, max_samples=20_000)
    long = encoded(0.0, seconds=600, form="FLAC")  # a few kilobytes
    replies = asked(
        parts(bytes(100_001), requests="a"),
        parts(long, requests="a"),
        parts(*[encoded(0.5)] * 4, requests="a"),
        parts(*[encoded(0.5, seconds=0.7)] * 2, requests="a"),
        settings=settings,
    )
    assert [reply.status_code for reply in replies] == [413] * 4
    mends = ["send fewer clips", "clip 0 lasts 600.0 s by its header", "4 clips came", "too many samples together"]
    assert all(mend in refusal(reply)[1] for mend, reply in zip(mends, replies, strict=True))


def test_a_body_that_streams_without_a_length_is_cut_off_at_the_limit():
    sent = []

    async def endless():
        while True:
            sent.append(1)
            yield bytes(1_000)

    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    (reply,) = asked({"content": endless(), "headers": kind}, settings=ServiceSettings(max_bytes=10_000))
    assert reply.status_code == 413
    assert len(sent) < 20


def test_broken_bytes_never_break_the_service():
    rng = np.random.default_rng(0)
    seeds = [encoded(0.5, form=form) for form in ("WAV", "FLAC", "OGG", "MP3", "AIFF", "AU", "CAF")]
    calls = []
    for case in range(300):
        data = bytearray(seeds[case % len(seeds)])
        for place in rng.integers(0, min(len(data), int(rng.choice([64, 400, 10**6]))), 8):
            data[place] = rng.integers(256)
        calls.append(parts(bytes(data[: rng.integers(1, len(data) + 1)]), requests="a"))
    replies = asked(*calls)
    assert {reply.status_code for reply in replies} <= {200, 413}
    rows = [own for reply in replies if reply.status_code == 200 for own in reply.json()["results"]]
    assert all(0 <= row["total"] <= 1 for row in rows)


def test_broken_forms_are_refused_or_answered():
    rng = np.random.default_rng(1)
    built = httpx.Request("POST", "http://service", **parts(encoded(0.5, seconds=0.1), requests="a"))
    whole, kind = built.read(), built.headers["content-type"]
    calls = []
    for _ in range(200):
        data = bytearray(whole)
        for place in rng.integers(0, 200, 3):
            data[place] = rng.integers(256)
        calls.append({"content": bytes(data), "headers": {"Content-Type": kind}})
    assert {reply.status_code for reply in asked(*calls)} <= {200, 422}


def test_the_token_guards_scores_and_metrics_but_not_the_probes():
    settings = ServiceSettings(token="s3cret")
    call = parts(encoded(0.5), requests="a")
    get = [{"method": "GET", "url": url} for url in ("/metrics", "/healthz", "/readyz")]
    right, wrong = ({"headers": {"Authorization": f"Bearer {token}"}} for token in ("s3cret", "sécret"))
    wrong["headers"]["Authorization"] = wrong["headers"]["Authorization"].encode("latin-1")
    replies = asked(call, {**call, **wrong}, {**call, **right}, *get, settings=settings)
    assert [reply.status_code for reply in replies] == [401, 401, 200, 401, 200, 200]
    assert replies[0].headers["www-authenticate"] == "Bearer"


@asynccontextmanager
async def busy(reward, settings):
    """A service at work on its first request, half a second long: a client, and that request's task."""
    with scorer(reward) as engine:
        app = make_app(engine, settings)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as http:
            first = asyncio.create_task(http.post("/v1/score", **parts(encoded(0.5), requests="a")))
            await asyncio.to_thread(reward.started.wait, 10)
            yield http, first


def test_a_full_queue_sends_callers_away_and_the_metrics_say_so():
    reward = Blocked()

    async def run():
        async with busy(reward, ServiceSettings(max_requests=1, retry_seconds=7)) as (http, first):
            away = await http.post("/v1/score", **parts(encoded(0.5), requests="a"))
            probes = [await http.get(url) for url in ("/readyz", "/healthz")]
            reward.go.set()
            return await first, away, probes, (await http.get("/readyz")), (await http.get("/metrics")).text

    first, away, probes, later, metrics = asyncio.run(run())
    assert (first.status_code, away.status_code, away.headers["retry-after"]) == (200, 503, "7")
    assert ([probe.status_code for probe in probes], later.status_code) == ([503, 200], 200)
    for line in ('requests_total{http_status="503"} 1.0', 'clips_total{status="ok"} 1.0', "scorer_batches_total 1.0"):
        assert f"audioforge_{line}" in metrics


def test_requests_that_would_hold_too_many_samples_together_are_sent_away_until_there_is_room():
    reward = Blocked()

    async def run():
        async with busy(reward, ServiceSettings(max_samples=8_000, max_samples_in_work=12_000)) as (http, first):
            away = await http.post("/v1/score", **parts(encoded(0.4), requests="a"))
            reward.go.set()
            return await first, away, await http.post("/v1/score", **parts(encoded(0.4), requests="a"))

    first, away, later = asyncio.run(run())
    assert (first.status_code, away.status_code, later.status_code) == (200, 503, 200)
    assert "hold 8000 samples" in away.json()["error"]["message"]
    assert "retry-after" in away.headers


def test_one_caller_gets_no_more_than_its_share_of_the_places():
    reward = Blocked()

    async def run():
        with scorer(reward) as engine:
            app = make_app(engine, ServiceSettings(max_requests=3, max_requests_per_caller=1, retry_seconds=5))
            one, two = (
                httpx.AsyncClient(transport=httpx.ASGITransport(app, client=(host, 1)), base_url="http://service")
                for host in ("10.0.0.1", "10.0.0.2")
            )
            call = parts(encoded(0.5), requests="a")
            first = asyncio.create_task(one.post("/v1/score", **call))
            await asyncio.to_thread(reward.started.wait, 10)
            refused = await one.post("/v1/score", **call)
            other = asyncio.create_task(two.post("/v1/score", **parts(encoded(0.4), requests="a")))
            reward.go.set()
            replies = [await first, refused, await other, await one.post("/v1/score", **call)]
            await one.aclose()
            await two.aclose()
            return replies

    replies = asyncio.run(run())
    assert [reply.status_code for reply in replies] == [200, 429, 200, 200]
    assert replies[1].headers["retry-after"] == "5"
    assert "1 requests of yours are in work" in refusal(replies[1])[1]


def test_a_request_past_its_deadline_is_answered_and_its_clips_are_dropped():
    reward = Blocked()

    async def run():
        with scorer(reward) as engine:
            transport = httpx.ASGITransport(make_app(engine))
            async with httpx.AsyncClient(transport=transport, base_url="http://service") as http:
                first = asyncio.create_task(http.post("/v1/score", **parts(encoded(0.5), requests="a")))
                await asyncio.to_thread(reward.started.wait, 10)
                short = {"X-Deadline-Seconds": "0.3"}
                late = await http.post("/v1/score", headers=short, **parts(encoded(0.2), requests="a"))
                reward.go.set()
                await first
            return late, engine

    late, engine = asyncio.run(run())
    assert (refusal(late)[0], "not done within 0.3 s" in refusal(late)[1]) == (504, True)
    assert (reward.batches, engine.stats.cancelled) == ([1], 1)


def test_a_caller_who_leaves_in_the_middle_of_a_body_costs_a_place_no_longer_than_that():
    with scorer() as engine, served(engine, ServiceSettings(max_requests=1)) as url:
        address = url.removeprefix("http://").split(":")
        with socket.create_connection((address[0], int(address[1]))) as caller:
            head = (
                "POST /v1/score HTTP/1.1",
                "Host: x",
                "Content-Type: application/json",
                "Content-Length: 1000",
                "",
                "{",
            )
            caller.sendall("\r\n".join(head).encode())
            wait_until(lambda: httpx.get(f"{url}/readyz").status_code == 503)
        wait_until(lambda: httpx.get(f"{url}/readyz").status_code == 200)
        assert 'audioforge_requests_total{http_status="400"} 1.0' in httpx.get(f"{url}/metrics").text


def wait_until(holds) -> None:
    for _ in range(1_000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("it never came true")


def test_an_error_of_ours_is_a_500_with_the_request_id_and_nothing_of_its_inside():
    def broken(requests):
        raise RuntimeError("inside")

    (reply,) = asked(parts(encoded(0.5), requests="a"), guess_categories=broken)
    assert reply.json()["error"]["code"] == "failed"
    assert "inside" not in reply.text
    assert len(reply.json()["request_id"]) == 16


def test_unknown_addresses_and_bodies_are_refused_in_the_same_form():
    replies = asked({"method": "GET", "url": "/nope"}, {"method": "GET"}, {"content": b"x"})
    assert [refusal(reply)[0] for reply in replies] == [404, 405, 415]


def test_openapi_describes_both_bodies():
    (reply,) = asked({"method": "GET", "url": "/openapi.json"})
    post = reply.json()["paths"]["/v1/score"]["post"]
    assert set(post["requestBody"]["content"]) == {"multipart/form-data", "application/json"}
    assert {"200", "401", "413", "422", "429", "503", "504"} <= set(post["responses"])


def test_the_client_gets_scores_in_order_over_real_http(tmp_path):
    path = tmp_path / "bad.wav"
    path.write_bytes(b"no audio")
    gains = [round(0.05 * step, 2) for step in range(1, 18)]
    with scorer() as engine, served(engine, ServiceSettings(max_requests=1, retry_seconds=1, token="t")) as url:
        with AudioForgeClient(url, "t", clips_per_request=3, retries=20) as client:
            scores = client.score([tone(gain) for gain in gains], "a tone", sample_rate=16_000)
            bad = client.score([path], ["a tone"], categories=["sfx"])
        with AudioForgeClient(url) as stranger, pytest.raises(ServiceCallError, match="401: send the service's token"):
            stranger.score([path], "a")
    assert [own.total for own in scores.clips] == pytest.approx(gains, abs=1e-3)
    assert scores.clips[0].components["peak"].score == pytest.approx(0.05, abs=1e-3)
    assert (len(set(scores.request_ids)), scores.provenance["peak.version"]) == (6, "1")
    assert (bad.clips[0].total, bad.clips[0].status.code, bad.clips[0].category) == (None, Status.UNREADABLE, "sfx")


def test_the_command_serves_this_machine_alone_by_default(monkeypatch):
    from typer.testing import CliRunner

    from audioforge.cli import service as command
    from audioforge.cli.main import app

    seen = {}
    monkeypatch.setattr(command, "serve", lambda settings, **options: seen.update(options, settings=settings))
    monkeypatch.setenv("SCORE_TOKEN", "abc")
    result = CliRunner().invoke(app, ["service", "--token-env", "SCORE_TOKEN", "--max-clips", "3"])
    assert result.exit_code == 0, result.output
    assert (seen["host"], seen["port"], seen["settings"].token, seen["settings"].max_clips) == (
        "127.0.0.1", 8100, "abc", 3
    )  # fmt: skip
    missing = CliRunner().invoke(app, ["service", "--token-env", "NOT_SET"])
    assert "names NOT_SET, which is not set" in str(missing.exception)
