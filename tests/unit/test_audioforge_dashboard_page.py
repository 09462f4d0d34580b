import pytest
from fastapi.testclient import TestClient

from audioforge.dashboard.app import make_dashboard_app
from audioforge.dashboard.heard import clips_to_hear
from audioforge.dashboard.page import render_dashboard
from audioforge.dashboard.runs import read_run, read_runs
from audioforge.proposals import Proposal
from audioforge.rollouts import RolloutWriter, write_rollouts
from tests.rollout_makers import malformed, scored
from tests.unit.test_audioforge_dashboard_runs import write_history

HOSTILE = "<script>alert(1)</script>"


def make_run(folder, groups=2, evaluations=True):
    folder.mkdir(exist_ok=True)
    records = [scored(folder, f"{group}-{n}", 0.2 + 0.2 * n) for group in range(groups) for n in range(3)]
    hostile = {"request": HOSTILE, "proposal": Proposal(HOSTILE), "group": "h"}
    records += [scored(folder, "h-0", 0.9, **hostile), scored(folder, "h-1", 0.1, **hostile)]
    write_rollouts(folder / "r.jsonl", [*records, malformed(folder, "1-3")])
    if evaluations:
        write_history(folder, {"reward": 0.3, "second_judge": 0.4}, {"reward": 0.4})
    return folder


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    make_run(folder / "first"), make_run(folder / f"second {HOSTILE[:8]}", groups=3, evaluations=False)
    return render_dashboard(read_runs([folder / "first", folder / f"second {HOSTILE[:8]}"]))


def test_a_page_stands_alone_and_escapes_what_policies_and_users_write(page):
    assert HOSTILE not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "second &lt;script&gt;" in page
    assert not any(word in page for word in ('src="http', 'href="http', "url(http", "fetch("))


def test_both_runs_are_in_every_table_and_failures_are_counted_by_kind(page):
    assert page.count("no json") == 1
    assert page.count('colspan="3"') == 2
    assert page.count("Judges of run") == 2  # its heading and its label; the second run has no evaluation
    for title in ("Clap alignment", "Answers that parse", "Effective number of prompts"):
        assert f"<figcaption>{title}</figcaption>" in page


def test_clips_to_hear_are_the_latest_best_and_worst_each_once(tmp_path):
    run = read_run(make_run(tmp_path))
    heard = clips_to_hear(run, each=2)
    assert len({own.record.id for own in heard}) == len(heard)
    assert {own.record.id for own in heard if own.why == "latest"} == {"h-1", "1-2"}
    assert next(own.record.id for own in heard if own.why == "best") == "h-0"
    assert all(own.audio.startswith("data:audio/mpeg") for own in heard)


def test_a_clip_that_is_gone_or_lies_outside_the_run_is_not_played(tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    outside = scored(tmp_path, "0-1", 0.5, audio="../0-1.flac", request="other")
    write_rollouts(run / "r.jsonl", [scored(run, "0-0", 0.5, audio="gone.flac"), outside])
    assert [own.audio for own in clips_to_hear(read_run(run))] == [None, None]
    assert "gone.flac can’t be read" in render_dashboard([read_run(run)])


def test_a_run_without_anything_yet_has_a_page(tmp_path):
    (tmp_path / "r.jsonl").touch()
    assert "No scored answer with a clip yet" in render_dashboard([read_run(tmp_path)])


def test_a_followed_run_changes_its_state_and_page_when_its_file_grows(tmp_path):
    write_rollouts(tmp_path / "r.jsonl", [])
    client = TestClient(make_dashboard_app([tmp_path]), base_url="http://127.0.0.1")
    before = client.get("/state").json()
    assert "new-0" not in client.get("/").text
    with RolloutWriter(tmp_path / "r.jsonl", append=True) as writer:
        writer.write(scored(tmp_path, "new-0", 0.5))
    assert client.get("/state").json() != before
    assert "new-0" in client.get("/").text
    (tmp_path / "r.jsonl").unlink()
    assert client.get("/state").json() == {"state": "changing"}


def test_a_followed_run_answers_only_under_its_own_host_name(tmp_path):
    write_rollouts(tmp_path / "r.jsonl", [])
    assert TestClient(make_dashboard_app([tmp_path]), base_url="http://evil.example").get("/").status_code == 400
