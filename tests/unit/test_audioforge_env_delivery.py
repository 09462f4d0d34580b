"""Behaviour of audioforge/env/delivery.py and outbox.py; the API is a stand-in that fails as told."""

import asyncio
import json

import pytest

from audioforge.env import patience
from audioforge.env.delivery import Delivery
from audioforge.env.outbox import Outbox, Parcel
from audioforge.env.trainer_api import ApiAwayError, ApiForgotError, GroupRefusedError


class ScriptedApi:
    """Takes groups, except where the script says otherwise; ``lost`` takes one without saying so."""

    def __init__(self, *script: str, known: bool = True) -> None:
        self.script = list(script)
        self.known = known
        self.taken: list[str] = []

    async def status(self, env_id):
        if not self.known:
            raise ApiForgotError("who are you?")
        return {}

    async def latest(self):
        return ("run", self.taken[-1]) if self.taken else None

    async def send(self, group):
        what = self.script.pop(0) if self.script else "taken"
        if what == "away":
            raise ApiAwayError("not there")
        if what == "refused":
            raise GroupRefusedError("bad group")
        self.taken.append(group["overrides"][0]["group"])
        if what == "lost":
            raise ApiAwayError("the answer was lost")


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(patience, "SHORTEST_PAUSE", 0.001)


def parcel(number: int) -> Parcel:
    return Parcel(number, {"overrides": [{"run": "run", "group": str(number)}]})


def deliver(api, outbox, *numbers, **options) -> Delivery:
    async def run():
        delivery = Delivery(outbox, api, **options)
        sending = asyncio.create_task(delivery.run())
        for number in numbers:
            delivery.put(parcel(number))
        await delivery.registered(0)
        assert await delivery.flush(5.0)
        sending.cancel()
        return delivery

    return asyncio.run(run())


def test_groups_are_sent_in_the_order_they_came(tmp_path):
    api = ScriptedApi()
    deliver(api, Outbox(tmp_path), 7, 5, 6)
    assert api.taken == ["7", "5", "6"]
    assert list(tmp_path.iterdir()) == []


def test_an_api_that_is_away_gets_the_group_when_it_is_back():
    api = ScriptedApi("away", "away")
    assert deliver(api, Outbox(), 1).sent == 1
    assert api.taken == ["1"]


def test_a_group_whose_answer_was_lost_is_not_sent_twice():
    api = ScriptedApi("lost")
    assert deliver(api, Outbox(), 1, 2).sent == 2
    assert api.taken == ["1", "2"]


def test_a_killed_environment_s_groups_are_sent_by_the_next_one_and_none_twice(tmp_path):
    killed = Outbox(tmp_path)
    for number in (12, 3, 4):
        killed.put(parcel(number))
    api = ScriptedApi()
    api.taken = ["12"]  # it was killed before it could note so
    deliver(api, Outbox(tmp_path), 5)
    assert api.taken == ["12", "3", "4", "5"]


def test_a_refused_group_is_set_aside_and_the_next_one_sent(tmp_path):
    api = ScriptedApi("refused")
    assert deliver(api, Outbox(tmp_path), 1, 2).refused == 1
    assert api.taken == ["2"]
    (aside,) = (tmp_path / "refused").iterdir()
    assert json.loads(aside.read_text())["overrides"][0]["group"] == "1"


def test_nothing_is_sent_to_an_api_that_does_not_know_us():
    async def run():
        api = ScriptedApi(known=False)
        delivery = Delivery(Outbox(), api)
        sending = asyncio.create_task(delivery.run())
        delivery.put(parcel(1))
        await delivery.registered(0)
        assert not await delivery.flush(0.05)
        before = list(api.taken)
        api.known = True
        assert await delivery.flush(5.0)
        sending.cancel()
        return before, api.taken

    assert asyncio.run(run()) == ([], ["1"])


def test_who_is_cancelled_while_waiting_leaves_the_group_to_be_sent():
    async def run():
        api = ScriptedApi()
        delivery = Delivery(Outbox(), api)
        delivery.put(parcel(1))
        waiting = asyncio.create_task(delivery.settled(1))
        await asyncio.sleep(0)
        waiting.cancel()
        sending = asyncio.create_task(delivery.run())
        await delivery.registered(0)
        assert await delivery.flush(5.0)
        sending.cancel()
        return api.taken

    assert asyncio.run(run()) == ["1"]


@pytest.mark.parametrize(("resend", "expected"), [(False, ["4"]), (True, ["2", "3", "4"])])
def test_what_a_dead_api_had_not_handed_out_is_sent_again_only_if_asked_for(resend, expected):
    async def run():
        first, second = ScriptedApi(), ScriptedApi()
        delivery = Delivery(Outbox(), first, resend_unread=resend)
        sending = asyncio.create_task(delivery.run())
        for number in (1, 2, 3):
            delivery.put(parcel(number))
        await delivery.registered(0)
        assert await delivery.flush(5.0)
        delivery.still_unread(2)
        delivery.forgotten()
        delivery.api = second
        await delivery.registered(0)
        delivery.put(parcel(4))
        assert await delivery.flush(5.0)
        sending.cancel()
        return second.taken

    assert asyncio.run(run()) == expected
