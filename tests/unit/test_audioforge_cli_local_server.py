import socket
import threading
import urllib.request

import pytest
import uvicorn
from fastapi import FastAPI
from typer.testing import CliRunner

from audioforge.cli.local_server import address_of, is_loopback, serve_until_interrupted
from audioforge.cli.main import app
from audioforge.ports import bind_port
from audioforge.rollouts import write_rollouts
from tests.rollout_makers import malformed
from tests.unit.test_audioforge_audition_clip_list import put_tone


@pytest.fixture
def busy_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield str(taken.getsockname()[1])


@pytest.mark.parametrize("command", ["audition", "dashboard", "service"])
def test_a_busy_port_is_told_with_the_mend_before_any_address(tmp_path, busy_port, command):
    put_tone(tmp_path / "kick.wav")
    write_rollouts(tmp_path / "r.jsonl", [malformed(tmp_path, "0-0")])
    words = {
        "audition": [str(tmp_path / "kick.wav"), "--out", str(tmp_path / "ratings.csv")],
        "dashboard": [str(tmp_path / "r.jsonl"), "--follow"],
        "service": [],
    }
    result = CliRunner().invoke(app, [command, *words[command], "--port", busy_port])
    assert isinstance(result.exception, ValueError)
    assert f"can't listen on 127.0.0.1, port {busy_port} (Address already in use)" in str(result.exception)
    assert "choose another port (0 for any)" in str(result.exception)
    assert "http://" not in result.output


def test_the_address_told_is_that_of_the_port_got():
    with bind_port("127.0.0.1", 0) as listener:
        assert address_of(listener, "127.0.0.1") == f"http://127.0.0.1:{listener.getsockname()[1]}/"
    assert is_loopback("localhost")
    assert not is_loopback("0.0.0.0")


def test_callers_are_answered_from_the_announcement_on_and_an_interrupt_ends_it(monkeypatch, capsys):
    page, listener = FastAPI(), bind_port("127.0.0.1", 0)
    page.get("/")(lambda: "here")
    serve, answers = uvicorn.Server.run, []

    def interrupted(server: uvicorn.Server, sockets: list[socket.socket]) -> None:
        def ask() -> None:
            with urllib.request.urlopen(address_of(listener, "127.0.0.1")) as reply:
                answers.append(reply.read())
            server.should_exit = True

        caller = threading.Thread(target=ask)
        caller.start()
        serve(server, sockets)
        caller.join()
        raise KeyboardInterrupt

    monkeypatch.setattr(uvicorn.Server, "run", interrupted)
    serve_until_interrupted(page, listener, "Open me")
    assert answers == [b'"here"']
    assert capsys.readouterr() == ("Open me\n", "Stopped.\n")
    assert listener.fileno() == -1
