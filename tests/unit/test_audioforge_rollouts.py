"""Behaviour of audioforge/rollouts.py."""

import dataclasses
import json
import math

import pytest

from audioforge.proposals import Proposal
from audioforge.rollouts import (
    ComponentScore,
    Message,
    RolloutFileError,
    RolloutRecord,
    RolloutWriter,
    drop_unfinished,
    read_rollouts,
    record_from_json,
    record_to_json,
    write_rollouts,
)
from audioforge.status import ClipStatus, Status


def record(**changes) -> RolloutRecord:
    whole = RolloutRecord(
        id="0-1",
        group="0",
        target_id="drums-techno-128",
        category="drums",
        split="train",
        request="128 BPM techno",
        messages=(Message(role="user", content="128 BPM techno"),),
        completion='{"prompt": "techno ♪"}',
        proposal=Proposal("techno ♪"),
        prompt_words_cut=0,
        seed=7,
        status=ClipStatus(Status.OK),
        parse_failure=None,
        components={"clap_alignment": ComponentScore(0.5, 0.21, ClipStatus(Status.OK), 0.1)},
        total=0.5,
        reward=0.5,
        seconds_taken={"policy": 0.1},
        tokens=12,
        audio="audio/0-1.flac",
        provenance={"generator": "sketch"},
    )
    return dataclasses.replace(whole, **changes)


MALFORMED = record(
    id="0-2",
    proposal=None,
    status=ClipStatus(Status.MALFORMED, "no JSON"),
    parse_failure="no_json",
    components={},
    total=None,
    reward=0.0,
    audio=None,
)


def test_records_survive_a_round_trip_through_a_file(tmp_path):
    write_rollouts(tmp_path / "deep" / "r.jsonl", [record(), MALFORMED])
    assert read_rollouts(tmp_path / "deep" / "r.jsonl") == [record(), MALFORMED]


def test_a_number_that_is_not_finite_is_written_as_null():
    nan = ComponentScore(math.nan, math.nan, ClipStatus(Status.SILENT, "no sound"))
    plain = record_to_json(record(components={"novelty": nan}, total=math.nan))
    assert plain["total"] is None
    assert plain["components"]["novelty"] == {
        "score": None,
        "raw": None,
        "status": {"code": "silent", "reason": "no sound"},
        "uncertainty": None,
    }


def test_a_record_is_on_disk_before_the_file_is_closed(tmp_path):
    writer = RolloutWriter(tmp_path / "r.jsonl")
    writer.write(record())
    assert read_rollouts(tmp_path / "r.jsonl") == [record()]
    writer.close()


def test_a_file_is_continued_only_when_asked(tmp_path):
    path = tmp_path / "r.jsonl"
    write_rollouts(path, [record()])
    with RolloutWriter(path, append=True) as writer:
        writer.write(MALFORMED)
    assert len(read_rollouts(path)) == 2
    write_rollouts(path, [MALFORMED])
    assert read_rollouts(path) == [MALFORMED]


def test_a_missing_file_says_how_to_make_one(tmp_path):
    with pytest.raises(RolloutFileError, match="audioforge demo"):
        read_rollouts(tmp_path / "none.jsonl")


@pytest.mark.parametrize("line", ["{", "[]", "{}", '{"id": 1}'])
def test_a_bad_line_is_named_by_number(tmp_path, line):
    path = tmp_path / "r.jsonl"
    path.write_text(json.dumps(record_to_json(record())) + f"\n\n{line}\n", encoding="utf-8")
    with pytest.raises(RolloutFileError, match="line 3"):
        read_rollouts(path)


def test_the_file_of_a_killed_run_loses_half_a_line_and_groups_that_come_again(tmp_path):
    path = tmp_path / "rollouts.jsonl"
    write_rollouts(path, [record(group=group, id=f"{group}-0") for group in ("0", "1", "2")])
    with path.open("a") as file:
        file.write('{"id": "3-0", "gro')
    assert drop_unfinished(path, lambda group: group in ("0", "2")) == 2
    assert [kept.group for kept in read_rollouts(path)] == ["0", "2"]
    assert drop_unfinished(tmp_path / "none.jsonl", lambda _: True) == 0


def test_records_of_earlier_versions_are_read():
    plain = record_to_json(record(step=3, second_judge=0.4))
    assert (record_from_json(plain).step, record_from_json(plain).second_judge) == (3, 0.4)
    for added in ("charges", "step", "second_judge"):
        del plain[added]
    old = record_from_json(plain)
    assert (old.charges, old.step, old.second_judge) == ({}, 0, None)
