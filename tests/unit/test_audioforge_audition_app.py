import io

import pytest
import soundfile
from fastapi.testclient import TestClient

from audioforge.audition.answer_table import ratings_table
from audioforge.audition.app import make_app
from audioforge.audition.clip_list import list_clips
from audioforge.audition.session import Audition
from tests.unit.test_audioforge_audition_clip_list import put_tone


@pytest.fixture
def audition(tmp_path):
    for name in ("secret one", "secret two"):
        put_tone(tmp_path / f"{name}.wav")
    return Audition(list_clips([tmp_path]), ratings_table(tmp_path / "ratings.csv"), question="<b>Good</b>?")


@pytest.fixture
def client(audition):
    return TestClient(make_app(audition), base_url="http://127.0.0.1")


def test_a_rater_gets_trials_sounds_and_results_and_no_name_before(client, audition):
    reply = client.get("/api/trials", params={"rater": "ann"})
    trials = reply.json()["trials"]
    assert "secret" not in reply.text
    for trial in trials:
        sound = client.get(f"/api/clips/{trial['clips'][0]}")
        assert soundfile.info(io.BytesIO(sound.content)).samplerate == 16_000
        assert "secret" not in str(sound.headers)
        said = {"rater": "ann", "trial": trial["id"], "answer": "4"}
        assert client.post("/api/answers", json=said).status_code == 200
    assert "secret one.wav" in client.get("/api/results", params={"rater": "ann"}).text
    assert len(audition.table.rows()) == 2


def test_results_before_the_end_and_bad_answers_are_refused_with_the_reason(client):
    reply = client.get("/api/results", params={"rater": "ann"})
    assert reply.status_code == 422
    assert "2 of 2 are still to do" in reply.json()["detail"]
    reply = client.post("/api/answers", json={"rater": "ann", "trial": "x", "answer": "4"})
    assert "nothing here is called 'x'" in reply.json()["detail"]


@pytest.mark.parametrize("path", ["/api/clips/secret%20one.wav", "/api/clips/..%2F..%2Fetc%2Fpasswd", "/ratings.csv"])
def test_no_path_from_a_client_is_opened(client, path):
    assert client.get(path).status_code == 404


def test_a_page_under_another_host_name_is_refused(audition):
    foreign = TestClient(make_app(audition), base_url="http://evil.example")
    assert foreign.get("/api/trials", params={"rater": "ann"}).status_code == 400


def test_a_form_of_another_site_cannot_write(client, audition):
    """A cross-site form may send text/plain without asking; JSON needs a preflight that is never granted."""
    text = f'{{"rater": "ann", "trial": "{audition.clips[0].id}", "answer": "1"}}'
    assert client.post("/api/answers", content=text, headers={"Content-Type": "text/plain"}).status_code == 422
    assert "access-control-allow-origin" not in client.options("/api/answers").headers
    assert audition.table.rows() == []


def test_the_page_stands_alone_and_runs_only_its_own_script(client):
    reply = client.get("/")
    policy = reply.headers["content-security-policy"]
    nonce = policy.split("nonce-")[1].split("'")[0]
    assert f'<script nonce="{nonce}">' in reply.text
    assert "default-src 'none'" in policy
    assert "{{" not in reply.text
    assert "&lt;b&gt;Good&lt;/b&gt;?" in reply.text
    assert nonce not in client.get("/").text


def test_a_clip_that_breaks_while_it_is_played_is_left_out_without_its_name(client, audition, caplog):
    audition.clips[0].path.write_bytes(b"RIFF....")
    reply = client.get(f"/api/clips/{audition.clips[0].id}")
    assert reply.status_code == 422
    assert "secret" not in reply.text
    assert "secret" in caplog.text
    assert len(client.get("/api/trials", params={"rater": "ann"}).json()["trials"]) == 1
