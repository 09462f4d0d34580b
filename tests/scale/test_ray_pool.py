"""A real local Ray cluster: same scores as without it, and a worker killed in the middle costs nothing but time."""

import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import soundfile

ray = pytest.importorskip("ray", reason="Ray isn't installed: pip install -e '.[scale]'")

from audioforge.scale import read_archive, run_archive  # noqa: E402
from audioforge.scale.ray_pool import RayPool  # noqa: E402
from audioforge.scale.run import LocalWorker  # noqa: E402
from audioforge.scoring.model_fingerprint import model_fingerprint  # noqa: E402
from audioforge.scoring.presets import build_reward  # noqa: E402

pytestmark = [pytest.mark.slow, pytest.mark.ray, pytest.mark.filterwarnings("ignore")]

CLIPS = 24


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    rng = np.random.default_rng(0)
    for index in range(CLIPS - 1):
        time_axis = np.arange(16_000) / 16_000
        tone = np.sin(2 * np.pi * 110 * (index + 1) * time_axis) * np.exp(-3 * time_axis)
        soundfile.write(folder / f"{index:02}.wav", 0.3 * tone + rng.normal(0, 0.01, 16_000), 16_000)
    (folder / "broken.wav").write_bytes(b"no audio")
    return folder


@pytest.fixture(scope="module")
def cluster():
    ray.init(num_cpus=2, log_to_driver=False, include_dashboard=False)
    yield
    ray.shutdown()


def test_a_pool_that_loses_a_worker_gives_the_scores_of_one_process(archive, cluster, tmp_path):
    clips = read_archive(archive, request="a plucked string", category="instruments")
    reward = build_reward("embedded")
    model = model_fingerprint(reward)
    alone = run_archive(clips, tmp_path / "alone", LocalWorker(reward, tmp_path / "alone"), model=model, shard_clips=2)
    pool = RayPool("embedded", tmp_path / "pool", workers=2)
    killed = _kill_a_worker_after_the_first_part(tmp_path / "pool")
    together = run_archive(clips, tmp_path / "pool", pool, model=model, shard_clips=2)
    assert killed, "no worker was killed: the test proves nothing"
    assert together.status == alone.status == {"ok": CLIPS - 1, "unreadable": 1}
    assert pq.read_table(together.table).equals(pq.read_table(alone.table))


def _kill_a_worker_after_the_first_part(out: Path) -> list[int]:
    killed: list[int] = []

    def kill() -> None:
        while not list(out.glob("parts/part-*.parquet")):
            time.sleep(0.01)
        pid = _worker_pids()[0]
        os.kill(pid, signal.SIGKILL)
        killed.append(pid)

    threading.Thread(target=kill, daemon=True).start()
    return killed


def _worker_pids() -> list[int]:
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [pid for pid in pids if b"MapWorker" in _command(pid)]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
