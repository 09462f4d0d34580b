import csv
from concurrent.futures import ThreadPoolExecutor

import pytest

from audioforge.audition.answer_table import choices_table, ratings_table, relative_name
from audioforge.audition.clip_list import AuditionError
from tests.unit.test_audioforge_audition_clip_list import put_tone
from training.quality.ratings import read_ratings


def test_the_quality_head_reads_what_is_written(tmp_path):
    table = ratings_table(tmp_path / "out" / "ratings.csv")
    for number in range(10):
        clip = tmp_path / "clips" / f'odd, "{number}".wav'
        put_tone(clip)
        table.put({"clip": relative_name(clip, table.path), "rater": "Zoë", "score": str(1 + number % 5)})
    ratings = read_ratings(table.path)
    assert len(ratings.clips) == 10
    assert ratings.scores[0].keys() == {"Zoë"}
    assert ratings.quality[4] > ratings.quality[0]


def test_a_changed_mind_replaces_the_first_answer_in_place(tmp_path):
    table = ratings_table(tmp_path / "ratings.csv")
    for score in ("2", "5"):
        table.put({"clip": "a.wav", "rater": "x", "score": score})
        table.put({"clip": "b.wav", "rater": "x", "score": "3"})
    assert [(row["clip"], row["score"]) for row in table.rows()] == [("a.wav", "5"), ("b.wav", "3")]
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".csv")] == ["ratings.csv"]


def test_writers_at_the_same_time_lose_no_line(tmp_path):
    path = tmp_path / "ratings.csv"

    def write(rater):
        for clip in range(10):
            for score in ("3", "4"):  # the second replaces the file, and must not lose what others appended
                ratings_table(path).put({"clip": f"{clip}.wav", "rater": f"r{rater}", "score": score})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    with path.open(newline="") as file:
        assert len({(row["clip"], row["rater"]) for row in csv.DictReader(file) if row["score"] == "4"}) == 40


def test_an_answer_after_a_file_that_lacks_its_last_line_end_starts_a_new_line(tmp_path):
    table = ratings_table(tmp_path / "ratings.csv")
    table.path.write_text("clip,rater,score\na.wav,x,3")
    table.put({"clip": "b.wav", "rater": "x", "score": "4"})
    assert [row["score"] for row in table.rows()] == ["3", "4"]


def test_a_spreadsheets_byte_order_mark_is_no_part_of_the_first_columns_name(tmp_path):
    table = ratings_table(tmp_path / "ratings.csv")
    table.path.write_bytes(b"\xef\xbb\xbfclip,rater,score\r\na.wav,x,3\r\n")
    assert table.rows() == [{"clip": "a.wav", "rater": "x", "score": "3"}]


def test_a_table_with_other_separators_is_told_what_came(tmp_path):
    table = ratings_table(tmp_path / "ratings.csv")
    table.path.write_text("clip;rater;score\na.wav;x;3\n")
    with pytest.raises(AuditionError, match="separated by commas; it has 'clip;rater;score'"):
        table.rows()


def test_a_table_of_another_kind_is_refused(tmp_path):
    ratings_table(tmp_path / "answers.csv").put({"clip": "a.wav", "rater": "x", "score": "3"})
    with pytest.raises(AuditionError, match=r"has no column first, expected first, second, rater, choice"):
        choices_table(tmp_path / "answers.csv").rows()
