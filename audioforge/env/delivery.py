"""Sending groups to the trainer, one after another, each once.

Guaranteed: a group that :meth:`Delivery.put` has taken reaches the API, across kills of this process (with an outbox on
disk) and across outages of the API. Where an answer was lost, the API is asked for the group it took last before that
group is sent again; since one environment sends one group at a time, the answer is exact unless *another* environment
at the same API has sent something in between; then the group may arrive twice. Its items carry ``run`` and ``group`` in
their ``overrides``, so a trainer can tell.

An API that dies takes along what it had not yet handed out, and nobody can ask it any more what that was. The groups
that its last answer to ``/status-env`` counted as unread are named in the log; with ``resend_unread`` they are sent
again, some of them perhaps for the second time.
"""

import asyncio
import logging
from collections import deque

from audioforge.env.outbox import Outbox, Parcel
from audioforge.env.patience import patiently
from audioforge.env.trainer_api import ApiAwayError, ApiForgotError, GroupRefusedError, TrainerApi

logger = logging.getLogger(__name__)

_UNREAD_KEPT = 256  # groups; an API's queue is bounded by max_batches_offpolicy batches


class Delivery:
    """Moves groups from an outbox to the API.

    Args:
        outbox: What waits.
        api: Where it goes.
        resend_unread: Whether what a dead API seems not to have handed out is sent to the next one.

    Attributes:
        env_id: What the API calls this environment; ``None`` while it does not know us.
        sent: Groups handed over by this process.
        refused: Groups the API would not take.
    """

    def __init__(self, outbox: Outbox, api: TrainerApi, *, resend_unread: bool = False) -> None:
        self.outbox = outbox
        self.resend_unread = resend_unread
        self.api = api
        self.env_id: int | None = None
        self.sent = 0
        self.refused = 0
        self._unread: deque[Parcel] = deque(maxlen=_UNREAD_KEPT)
        self._changed = asyncio.Condition()

    def put(self, parcel: Parcel) -> None:
        """Take a group; from now on it will be sent, whatever becomes of the caller or of this process."""
        self.outbox.put(parcel)

    async def settled(self, number: int) -> None:
        """Wait until a group has left the outbox.

        A worker that waits here is busy, so an API that is away stops the rollouts instead of filling the memory. Who
        is cancelled while waiting leaves the group to be sent all the same.
        """
        async with self._changed:
            self._changed.notify_all()
            await self._changed.wait_for(lambda: number not in self.outbox.numbers())

    async def registered(self, env_id: int) -> None:
        """The API knows us, as of now."""
        if self._unread:
            fate = "sent again" if self.resend_unread else "not sent again"
            numbers = ", ".join(str(parcel.number) for parcel in self._unread)
            logger.warning("groups %s may have been unread when the API went away: %s", numbers, fate)
        for parcel in self._unread if self.resend_unread else ():
            parcel.in_doubt = True
            self.outbox.put(parcel)
        self._unread.clear()
        async with self._changed:
            self.env_id = env_id
            self._changed.notify_all()

    def forgotten(self) -> None:
        """The API does not know us: nothing is sent until it does."""
        self.env_id = None

    def still_unread(self, count: int) -> None:
        """The API's queue holds that many of our groups; the earlier ones have been handed out."""
        while len(self._unread) > max(0, count):
            self._unread.popleft()

    async def run(self) -> None:
        """Send for ever; to be cancelled at the end of a run."""
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: len(self.outbox) > 0 and self.env_id is not None)
            await patiently(self._send_first, away=(ApiAwayError, ApiForgotError), what="the API (sending a group)")
            async with self._changed:
                self._changed.notify_all()

    async def flush(self, seconds: float) -> bool:
        """Whether the outbox was empty within that time."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                self._changed.notify_all()  # a worker cancelled before it could wait leaves a group that none knows of
                await self._changed.wait_for(lambda: len(self.outbox) == 0)
        except TimeoutError:
            return False
        return True

    async def _send_first(self) -> None:
        """Send one group, unless the API has it.

        Raises:
            ApiAwayError, ApiForgotError: If it must be tried again.
        """
        if self.env_id is None:
            raise ApiForgotError("not registered yet")
        await self.api.status(self.env_id)  # never post to an API that does not know us: see trainer_api
        parcel = self.outbox.first()
        details = parcel.group["overrides"][0]
        if parcel.in_doubt and await self.api.latest() == (details["run"], details["group"]):
            logger.info("group %s had arrived before", parcel.number)
            self._note_sent(parcel)
            return
        parcel.in_doubt = True  # from here on until the answer
        try:
            await self.api.send(parcel.group | {"env_id": self.env_id})
        except GroupRefusedError as error:
            self.refused += 1
            logger.error("group %s is set aside: %s", parcel.number, error)
            self.outbox.refuse_first()
            return
        self._note_sent(parcel)

    def _note_sent(self, parcel: Parcel) -> None:
        self.sent += 1
        self._unread.append(parcel)
        self.outbox.drop_first()
