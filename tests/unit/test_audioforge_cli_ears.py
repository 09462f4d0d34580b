"""``audioforge audition`` and ``audioforge dashboard`` as they are called."""

import re

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from audioforge.audition.clip_list import AuditionError
from audioforge.cli.audition_server import make_audition
from audioforge.cli.main import app, run
from audioforge.rollouts import write_rollouts
from tests.rollout_makers import malformed
from tests.unit.test_audioforge_audition_clip_list import put_tone


def test_the_dashboard_is_written_and_says_what_it_is_of(tmp_path):
    write_rollouts(tmp_path / "run" / "r.jsonl", [malformed(tmp_path, "0-0")])
    result = CliRunner().invoke(app, ["dashboard", str(tmp_path / "run"), "--out", str(tmp_path / "new" / "d.html")])
    assert result.exit_code == 0, result.output
    assert "run (1 answers, 0 evaluations)" in result.output
    assert "<!doctype html>" in (tmp_path / "new" / "d.html").read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["dashboard", "gone"], "there is no run at gone"),
        (["audition"], "give clips to listen to"),
        (["audition", "gone"], "gone is not there: give a folder"),
        (["audition", "--report", "gone.csv"], "no table at gone.csv: rate clips first"),
    ],
)
def test_a_call_that_cannot_be_carried_out_exits_with_two(tmp_path, monkeypatch, capsys, words, message):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["audioforge", *words])
    with pytest.raises(SystemExit) as caught:
        run()
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


def test_what_does_not_open_is_named_and_left_out_before_anybody_listens(tmp_path, capsys):
    put_tone(tmp_path / "good.wav")
    (tmp_path / "bad.wav").write_bytes(b"RIFF....")
    soundfile.write(tmp_path / "none.wav", np.zeros(0), 44_100)
    audition = make_audition([tmp_path], tmp_path / "ratings.csv", mode="rate", seed=0)
    assert [clip.name for clip in audition.clips] == ["good.wav"]
    said = capsys.readouterr().err
    assert re.search(r"left out .*bad\.wav: .* Convert it to wav, flac, ogg or mp3", said)
    assert re.search(r"left out .*none\.wav: it holds no sound \(0 samples\): render it again, or drop it\.", said)
    (tmp_path / "good.wav").unlink()
    with pytest.raises(AuditionError, match="none of the clips can be played"):
        make_audition([tmp_path], tmp_path / "ratings.csv", mode="rate", seed=0)


def test_a_table_of_another_kind_is_refused_before_the_page_opens(tmp_path):
    put_tone(tmp_path / "good.wav")
    (tmp_path / "pairs.csv").write_text("first,second,rater,choice,played_first\n")
    with pytest.raises(AuditionError, match="has no column clip"):
        make_audition([tmp_path / "good.wav"], tmp_path / "pairs.csv", mode="rate", seed=0)
