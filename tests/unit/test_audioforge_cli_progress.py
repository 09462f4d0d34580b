import pytest

from audioforge.cli.progress import progress_bar


@pytest.mark.parametrize("kept", [True, False])
def test_who_interrupts_work_that_is_kept_is_told_so(capsys, kept):
    def work() -> None:
        with progress_bar("clips", 3, kept=kept) as advance:
            advance(1)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    shown = capsys.readouterr()
    assert ("Stopped. The same command goes on where it was." in shown.err) == kept
    assert shown.out == ""


def test_the_bar_counts_on_a_terminals_stderr_and_is_not_there_for_a_file(capsys, monkeypatch):
    for terminal in ("1", "0"):
        monkeypatch.setenv("TTY_COMPATIBLE", terminal)
        with progress_bar("clips", 3) as advance:
            advance(2)
            advance(1)
        shown = capsys.readouterr()
        assert ("3/3" in shown.err) == (terminal == "1")
        assert shown.out == ""
