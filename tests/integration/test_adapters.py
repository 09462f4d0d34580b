"""The functions that trainers are given a path to, on the shipped preset."""

import asyncio
from types import SimpleNamespace

import pytest

from audioforge.adapters.slime import components_rm, rm
from audioforge.adapters.verl import compute_score

ANSWER = '{"prompt": "punchy techno drum loop, 128 BPM", "seconds": 2}'
REQUEST = "a punchy techno drum loop"


def test_verl_and_slime_give_the_same_answer_the_same_scores():
    scores = compute_score("audioforge", ANSWER, REQUEST, {"category": "drums", "seed": 3})
    sample = SimpleNamespace(
        response=ANSWER, label=REQUEST, group_index=None, metadata={"category": "drums", "seed": 3}
    )
    components = asyncio.run(components_rm(None, sample))
    assert 0 < scores["score"] <= 1
    assert asyncio.run(rm(None, sample)) == pytest.approx(scores["score"], abs=1e-5)
    assert components == pytest.approx(
        {"total": scores["score"], **{name: scores[name] for name in components if name != "total"}}, abs=1e-5
    )
    assert "clap_alignment" in components


def test_an_answer_cut_off_in_the_middle_earns_the_floor():
    scores = compute_score("audioforge", ANSWER[:20], REQUEST, {"category": "drums"})
    assert (scores["score"], scores["malformed"]) == (0.0, 1.0)
