"""Atropos 0.4.0's ``BaseEnv`` with guards for a run that is left alone for a week. Knows nothing of audio.

Upstream is archived, so what it gets wrong is mended here: an API that goes away ends its run, one that comes back does
not know the environment, a group whose sending failed or was cancelled is dropped, a checkpoint that cannot be written
ends the run, and an item whose worker timed out is forgotten (the schedule remembers it).
"""

import asyncio
import logging
import time
from abc import abstractmethod
from typing import Any

import aiohttp
from atroposlib.envs.base import BaseEnv
from typing_extensions import override

from audioforge.env.delivery import Delivery
from audioforge.env.outbox import Outbox, Parcel
from audioforge.env.patience import patiently
from audioforge.env.trainer_api import ApiAwayError, ApiForgotError, ApiWaitsError, TrainerApi

logger = logging.getLogger(__name__)

_TICK = 0.1  # seconds between two looks at the API, as upstream
_AWAY = (aiohttp.ClientError, OSError)
_LAST_CALL = 10.0  # seconds for what is in the outbox when a run ends


class GuardedEnv(BaseEnv):  # type: ignore[misc]  # atroposlib ships no types
    """Serve mode that survives its neighbours.

    A subclass calls ``open_delivery`` in its ``setup`` and says in ``group_finished`` what it does about a group that
    needs no more work.
    """

    delivery: Delivery

    def open_delivery(self, outbox: Outbox) -> None:
        """Say where finished groups wait to be sent."""
        api = TrainerApi(self.config.rollout_server_url)
        self.delivery = Delivery(outbox, api, resend_unread=self.config.resend_unread)

    @abstractmethod
    def group_finished(self, item: Any) -> None:  # noqa: ANN401 - Atropos' item is whatever the subclass issues
        """Note that a group was judged and, while serving, is in the outbox."""

    @abstractmethod
    def close(self) -> None:
        """Stop what ``setup`` started."""

    # --- the loop ---

    @override
    async def env_manager(self) -> None:
        """Serve mode: as upstream's loop, with everything stopped at its end however it comes."""
        tasks: list[asyncio.Task[None]] = []
        try:
            await self.setup()
            await self.setup_wandb()
            await self.register_env()
            await self.get_server_info()
            tasks.append(asyncio.create_task(self.delivery.run()))
            while await self._tend():
                await asyncio.sleep(_TICK)
            await self._stop([*self.workers])
            if not await self.delivery.flush(_LAST_CALL):
                logger.warning("%s groups could not be sent before the end", len(self.delivery.outbox))
            await self._leave()
        finally:
            await self._stop([*tasks, *self.workers, *([self.eval_runner] if self.eval_runner else [])])
            self.close()

    async def _tend(self) -> bool:
        """One look at the API and at the workers; whether the run goes on."""
        await self.get_status()
        await self.env_step_checks()
        queued = self.status_dict["queue_size"] * self.config.group_size
        batches = self.config.max_batches_offpolicy
        if self.status_dict["current_step"] + queued // self.config.batch_size > self.config.total_steps:
            return False
        # Upstream cancels whatever is under way when the queue is full; here it is finished, and no more is begun.
        is_full = 0 < batches * self.config.batch_size <= queued and self.config.min_batch_allocation is None
        if not is_full and len(self.workers) < self.max_num_workers:
            await self.add_train_workers()
        self._cancel_overdue()
        return True

    def _cancel_overdue(self) -> None:
        limit = self.config.worker_timeout
        for key, running in list(self.running_items.items()):
            if 0 < limit < time.time() - running["start_time"]:
                logger.warning("group %s takes over %s s: cancelled, to be tried again", running["item"], limit)
                running["worker"].cancel()
                self.workers.discard(running["worker"])
                self.running_items.pop(key)

    async def _stop(self, tasks: list[asyncio.Task[Any]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _leave(self) -> None:
        try:
            await self.delivery.api.disconnect(self.env_id)
        except ApiAwayError:
            logger.info("the API was gone before we were")

    # --- the API ---

    @override
    async def setup_wandb(self) -> None:
        """Wait for the API to name the W&B project."""
        await patiently(super().setup_wandb, away=_AWAY, what="the API (W&B project)")

    @override
    async def register_env(self) -> None:
        """Register, for as long as it takes; upstream gives up after three tries."""
        registration = {
            "max_token_length": self.config.max_token_length,
            "desired_name": self.config.wandb_name,
            "weight": self.config.inference_weight,
            "min_batch_allocation": self.config.min_batch_allocation,
            "group_size": self.config.group_size,
        }
        answer = await patiently(
            lambda: self.delivery.api.register(registration), away=(ApiAwayError, ApiWaitsError), what="the trainer"
        )
        self.env_id, self.wandb_prepend = answer["env_id"], answer["wandb_name"]
        self.curr_step = answer["starting_step"]
        self.checkpoint_dir, self.checkpoint_interval = answer["checkpoint_dir"], answer["checkpoint_interval"]
        if self.config.total_steps == -1:
            self.config.total_steps = answer["num_steps"]
        if self.config.total_steps < 0:
            raise ValueError("neither --env.total_steps nor the trainer says how many steps the run has.")
        logger.info("registered as %s (%s) at step %s", self.wandb_prepend, self.env_id, self.curr_step)
        await self.delivery.registered(self.env_id)

    @override
    async def get_server_info(self) -> None:
        """Wait for the API to tell batch size and longest sequence."""
        await patiently(super().get_server_info, away=_AWAY, what="the API (batch size)")

    @override
    async def get_status(self) -> None:
        """How far the trainer is; an API that forgot us is registered with again."""
        try:
            status = await patiently(
                lambda: self.delivery.api.status(self.env_id),
                away=(ApiAwayError,),
                what="the API (state)",
            )
            if status["current_step"] < self.curr_step:
                raise ApiForgotError(f"step {self.curr_step} went back to {status['current_step']}")
        except ApiForgotError as error:
            logger.warning("the API was restarted, registering again: %s", error)
            self.delivery.forgotten()
            await asyncio.sleep(_TICK)
            await self.register_env()
            await self.get_server_info()
            return await self.get_status()
        self.status_dict = status
        self.delivery.still_unread(status.get("self_queue_size", 0))
        workers = self.config.max_num_workers
        self.max_num_workers = (
            workers if workers != -1 else self.config.max_num_workers_per_node * len(self.server.servers)
        )
        await self.server.update_weight(status["env_weight"])
        return None

    @override
    async def _send_scored_data_to_api(self, scored_data: Any) -> None:
        """Into the outbox instead of onto the wire: upstream drops a group after three failures, or when cancelled."""
        for group in scored_data if isinstance(scored_data, list) else [scored_data]:
            self.delivery.put(Parcel(int(group["overrides"][0]["group"]), group))

    @override
    async def handle_send_to_api(
        self,
        scored_data: Any,
        item: Any = None,
        do_send_to_api: bool = True,
        abort_on_any_max_length_exceeded: bool = True,
    ) -> None:
        """Check a group, put it into the outbox, mark it finished, then wait until it was sent.

        Nothing is awaited between the outbox and the mark, so no cancellation falls in between; a kill does no harm
        either, since the outbox goes before the saved state.
        """
        await super().handle_send_to_api(scored_data, item, do_send_to_api, abort_on_any_max_length_exceeded)
        if item is not None:
            self.group_finished(item)
            if do_send_to_api:
                await self.delivery.settled(item.number)

    # --- what else ends or spoils a run upstream ---

    @override
    async def env_step_checks(self) -> None:
        before = self.eval_runner
        await super().env_step_checks()
        if self.eval_runner is not None and self.eval_runner is not before:
            self.eval_runner.add_done_callback(_report_evaluation)

    @override
    def load_checkpoint(self) -> None:
        """Nothing: upstream would set attributes from a file of another name; ours is ``state_path``."""

    @override
    def save_checkpoint(self, step: int, data: dict[str, Any] | None = None) -> None:
        try:
            super().save_checkpoint(step, data)
        except OSError as error:
            logger.warning("the trainer's checkpoint folder cannot be written, the run goes on: %s", error)


def _report_evaluation(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.warning("an evaluation was given up, the run goes on: %r", error)
