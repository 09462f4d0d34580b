"""Behaviour of audioforge/env/history.py: what a run remembers over restarts."""

import json

from audioforge.env.history import RECENT, History
from audioforge.rollouts import Message
from tests.env_stand_ins import make_record

TALK = (Message(role="user", content="a very long request"),)


def restored(history):
    again = History()
    again.restore(json.loads(json.dumps(history.state())))
    return again


def test_statistics_are_the_same_after_a_restart():
    history = History()
    history.note(
        [make_record(messages=TALK), make_record(parse_failure="no_json", proposal=None, reward=0.0, total=None)]
    )
    history.counts["finished"] += 1
    assert restored(history).metrics() == history.metrics()
    assert history.metrics()["count/finished"] == 1
    assert history.metrics()["count/parse_failure/no_json"] == 1


def test_texts_are_left_out_of_the_state():
    history = History()
    history.note([make_record(messages=TALK, completion="a very long answer")])
    assert "very long" not in json.dumps(history.state())


def test_counts_go_on_when_records_are_forgotten():
    history = History()
    for _ in range(RECENT + 10):
        history.note([make_record(parse_failure="no_json")])
    assert len(history.recent) == RECENT
    assert history.counts["parse_failure/no_json"] == RECENT + 10
