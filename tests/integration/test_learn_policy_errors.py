"""What ``training/learn_policy.py`` says where the processes beside it are the user's own and don't fit."""

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "training" / "learn_policy.py"
SILENT_GROUP = {"tokens": [[1, 20]], "masks": [[-100, 20]], "inference_logprobs": None, "scores": [0.5]}
ANSWERS = {"/register": {"uuid": 0}, "/info": {"batch_size": 32}, "/batch": {"batch": [SILENT_GROUP]}}


class _Api(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(ANSWERS[self.path]).encode()
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture
def api():
    with ThreadingHTTPServer(("127.0.0.1", 0), _Api) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_groups_without_log_probabilities_are_told_in_one_line(api, tmp_path):
    command = [sys.executable, str(SCRIPT), "--out", str(tmp_path / "run"), "--trainer-only", "--api", api]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert "came without log-probabilities" in done.stderr
    assert "Traceback" not in done.stderr
