"""Behaviour of audioforge/audio_files.py."""

from audioforge.audio_files import audio_files


def test_clips_are_found_at_any_depth_and_in_capitals_but_not_the_sidecars_of_macos(tmp_path):
    (tmp_path / "kicks").mkdir()
    for name in ("b.WAV", "kicks/a.flac", "._b.WAV", "kicks/._a.flac", "notes.txt"):
        (tmp_path / name).touch()
    assert audio_files(tmp_path) == [tmp_path / "b.WAV", tmp_path / "kicks" / "a.flac"]
