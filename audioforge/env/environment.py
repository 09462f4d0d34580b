"""``AudioForgeEnv``: the environment as Atropos 0.4.0 wants it, with guards against what it gets wrong.

What happens to a group is in ``judging``; this class moves groups between the policy server, the judge and the trainer.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import wandb
from atroposlib.envs.base import APIServerConfig

from audioforge.env.answers import Answer
from audioforge.env.backends import Backends, build_backends
from audioforge.env.chat import chat_for
from audioforge.env.config import TINY, AudioForgeEnvConfig, default_config, default_server
from audioforge.env.curriculum import Curriculum
from audioforge.env.evaluation import disagreement, evaluate_policy, metrics_table, parting
from audioforge.env.evaluation_log import earlier_evaluations, note_evaluation
from audioforge.env.groups import scored_group, spread
from audioforge.env.guarded import GuardedEnv
from audioforge.env.history import History
from audioforge.env.judging import GroupJudge, Occasion
from audioforge.env.memory import EVERY, trim_memory
from audioforge.env.outbox import Outbox
from audioforge.env.policy_watch import PolicyWatch
from audioforge.env.run_state import RunStateError, load_state, lock_state, save_state
from audioforge.env.schedule import GroupItem, Schedule
from audioforge.env.second_judge import SecondJudge
from audioforge.env.statistics import metric_means, parameter_effects
from audioforge.env.unjudged import UnjudgedGroups
from audioforge.policies.server import serve_policy
from audioforge.proposals import Proposal
from audioforge.rollouts import Message, RolloutRecord, RolloutSink, RolloutWriter, drop_unfinished, record_to_json
from audioforge.targets import Target, load_targets
from audioforge.templates import load_templates
from audioforge.tracking import NoLogger, RunLogger, open_logger

logger = logging.getLogger(__name__)

_LONGEST_PAUSE = 30.0  # seconds
_EVALUATION_SETTINGS = ("preset", "environment_seed", "evaluation_targets", "group_size", "temperature", "few_shot")
_LEAST_ANSWER = 16  # tokens; the shortest legal answer has about ten


class EnvironmentFailureError(RuntimeError):
    """The run cannot go on; the message names the last cause."""


class AudioForgeEnv(GuardedEnv):
    """A policy proposes prompts and parameters for requests; learned rewards judge the rendered clips.

    Args:
        config: What the run is made of.
        server_configs: Where the policy answers; replaced by a loopback server while ``config.policy`` is ``tiny``.
        slurm: As in Atropos.
        testing: As in Atropos.
        backends: Ready backends instead of the preset's, which are loaded in ``setup``.
    """

    name = "audioforge"
    env_config_cls = AudioForgeEnvConfig

    def __init__(
        self,
        config: AudioForgeEnvConfig,
        server_configs: list[APIServerConfig],
        slurm: bool = False,
        testing: bool = False,
        *,
        backends: Backends | None = None,
    ) -> None:
        super().__init__(config, server_configs, slurm=slurm, testing=testing)
        self.schedule = _schedule(config)
        self.templates = load_templates()
        self.backends = backends
        self.history = History()
        self.run_name = secrets.token_hex(8)
        self.sinks: list[RolloutSink] = []
        self.failed_in_a_row = 0
        self.process_mode = False
        self.evaluate_mode = False
        self.policy_watch = PolicyWatch(())
        self._judged: dict[int, tuple[RolloutRecord, ...]] = {}
        self._unjudged = UnjudgedGroups()
        self._models_before: str | None = None
        self.tracker: RunLogger = NoLogger()
        self._open = ExitStack()

    @classmethod
    def config_init(cls) -> tuple[AudioForgeEnvConfig, list[APIServerConfig]]:
        """Defaults; the servers as a list, since the base class ignores a bare configuration's address."""
        return default_config(), [default_server()]

    async def setup(self) -> None:
        """Load the backends, start the policy if it is ours, and go on from a saved state.

        Raises:
            RunStateError: If the state cannot be used, or another process uses it.
        """
        state_path = Path(self.config.state_path) if self.config.state_path else None
        if state_path is not None:
            self._open.enter_context(lock_state(state_path))
        self.open_delivery(Outbox(None if state_path is None else state_path.with_name(state_path.name + ".outbox")))
        if state_path is not None:
            self._restore(state_path)
        self.tracker = open_logger(self.config.track, Path(self.config.track_folder))
        self._open.callback(self.tracker.close)
        self._open.callback(self._close_backends, self.backends is None)
        if self.backends is None:
            self.backends = await asyncio.to_thread(build_backends, self.config)
        if self._models_before not in (None, self.backends.models):
            logger.warning("going on with other models: curriculum and statistics know rewards of the earlier ones")
        if (self.config.policy or self.backends.policy) == TINY:
            self._start_policy()
        self.policy_watch = PolicyWatch([str(one.config.base_url) for one in self.server.servers])
        self._open.callback(self.policy_watch.close)
        if self.config.rollouts_path:
            self.sinks.append(self._open.enter_context(self._rollout_writer()))

    def close(self) -> None:
        """Stop what ``setup`` started. Not ``cleanup``, which Atropos calls after every group."""
        self._open.close()
        if self.jsonl_writer is not None:
            self.jsonl_writer.close()  # Atropos does so only where a run ends well

    # --- what the policy is asked, what it answers, what that is worth ---

    def get_prompt(self, target: Target, *, seed: int = 0) -> tuple[Message, ...]:
        """The chat that asks for a target."""
        return chat_for(
            target, self.templates, self._ready().generator.parameters, few_shot=self.config.few_shot, seed=seed
        )

    def parse_response(self, text: str) -> Proposal:
        """The proposal in an answer.

        Raises:
            ProposalError: If there is none that the generator can render; ``kind`` says why.
        """
        return self._ready().judge.parse(text)

    async def score_response(self, target: Target, text: str, *, seed: int = 0) -> RolloutRecord:
        """Render and judge one answer outside any group."""
        item = GroupItem(number=0, target=target, seed=seed)
        return (await self._ready().judge.judge(item, self.get_prompt(target), [Answer(text)]))[0]

    async def process_batch(self, item: GroupItem, answers: Sequence[Answer]) -> list[RolloutRecord]:
        """Render and judge a whole group as one batch."""
        return await self._ready().judge.judge(item, self.get_prompt(item.target, seed=item.seed), answers)

    def judges(self) -> tuple[GroupJudge, SecondJudge | None]:
        """What judges a group, and what judges beside it in evaluations."""
        backends = self._ready()
        return backends.judge, backends.second_judge

    def metric_calculations(self, records: Sequence[RolloutRecord] | None = None) -> dict[str, float]:
        """Means, failure shares and parameter effects; by default over the recent records, with counts of all."""
        if records is None:
            return self.history.metrics()
        return metric_means(records) | parameter_effects(records)

    # --- what Atropos calls ---

    async def get_next_item(self) -> GroupItem:
        """The next group to roll out; groups that failed come again first."""
        return self.schedule.issue()

    async def collect_trajectories(self, item: GroupItem) -> tuple[dict[str, Any] | None, list[GroupItem]]:
        """Roll out a group as one batch.

        Returns:
            The scored group, or ``None`` if it failed (it will be issued again) or carries no signal while serving.

        Raises:
            EnvironmentFailureError: In process mode, after ``max_failed_groups`` failures in a row.
        """
        if not self.schedule.claim(item):
            return None, []  # Atropos hands cancelled items out again, though they wait in our schedule as well
        try:
            group = await self._roll_out(item)
        except asyncio.CancelledError:
            self.schedule.hand_back(item)
            raise
        except Exception as error:  # noqa: BLE001 - the boundary: a failed group must not end a run
            self.schedule.hand_back(item)
            await self._note_failure(item, error)
            return None, []
        self.failed_in_a_row = 0
        if group is None:
            self.history.counts["no_signal"] += 1
            self.group_finished(item)
        return group, []

    async def _roll_out(self, item: GroupItem) -> dict[str, Any] | None:
        started, step = time.monotonic(), self.curr_step
        messages = self.get_prompt(item.target, seed=item.seed)
        seed = item.seed if self.process_mode else None  # a run without a trainer can be repeated
        answers = await self.ask_policy(messages, self.config.group_size, self.config.temperature, seed=seed)
        occasion = Occasion(policy_seconds=time.monotonic() - started, step=step)
        judged = await self._ready().judge.judge_aloud(item, messages, answers, occasion)
        records = judged.records
        self.history.counts["unjudged"] += self._unjudged.check(item.number, records)
        self._keep(item, records)
        self.tracker.group(item.number, records, judged.audio, judged.rows, self.metric_calculations(records))
        if self.config.ensure_scores_are_not_same and spread(records) < self.config.min_score_spread:
            logger.info("group %s (%s): rewards are all alike, not sent", item.number, item.target.id)
            return None
        return scored_group(records, answers, run=self.run_name)

    async def ask_policy(
        self, messages: Sequence[Message], count: int, temperature: float, *, seed: int | None = None
    ) -> list[Answer]:
        """Sample answers with their tokens and log-probabilities.

        Raises:
            EnvironmentFailureError: If the server returns another number of answers than asked.
        """
        options: dict[str, Any] = {} if seed is None else {"seed": seed}
        async with self.server.managed_server(tokenizer=self.tokenizer) as managed:
            reply = await managed.chat_completion(
                messages=[dict(message) for message in messages],
                n=count,
                max_tokens=self._answer_tokens(messages),
                temperature=temperature,
                **options,
            )
            nodes = managed.get_state()["nodes"]
        if not len(nodes) == len(reply.choices) == count:
            raise EnvironmentFailureError(f"asked the policy for {count} answers, got {len(nodes)}: check its server.")
        return [
            Answer(choice.message.content or "", node.tokens, node.masked_tokens, node.logprobs)
            for choice, node in zip(reply.choices, nodes, strict=True)
        ]

    def group_finished(self, item: GroupItem) -> None:
        """The group needs no more work: it is in the outbox, written (process mode), or carries no signal."""
        records = self._judged.pop(item.number, ())
        self.history.note(records)
        self.history.counts["finished"] += 1
        reward = sum(record.reward for record in records) / len(records) if records else None
        self.schedule.finish(item, reward)
        if item.number % EVERY == EVERY - 1:
            trim_memory()
        self._save()

    async def evaluate(self, *args: object, **kwargs: object) -> None:
        """Ask for held-out targets with fixed seeds; log means, intervals over targets, and the second judge."""
        del args, kwargs
        started = time.time()
        evaluation = await evaluate_policy(self)
        if self.evaluate_mode:  # while serving, the file is of the groups that a trainer was sent
            self._write(evaluation.records)
        self._compare(evaluation.metrics)
        await self.evaluate_log(
            metrics=evaluation.metrics,
            samples=[record_to_json(record) for record in evaluation.records],
            start_time=started,
            end_time=time.time(),
            generation_parameters={"temperature": self.config.temperature, "n": self.config.group_size},
            verbose=False,  # its table gives every mean a standard error of 0
        )
        logger.info("evaluation:\n%s", metrics_table(evaluation.metrics))
        metrics = {f"eval/{name}": value for name, value in evaluation.metrics.items()}
        # On the axis of the groups, since one axis for two clocks would put evaluations beside the wrong groups.
        self.tracker.metrics(self.schedule.next_number, metrics | {"eval/trainer_step": float(self.curr_step)})
        if wandb.run is not None:  # evaluate mode never calls wandb.init
            wandb.log({f"eval/{name}": value for name, value in evaluation.metrics.items()}, step=self.curr_step)

    def _compare(self, metrics: dict[str, float]) -> None:
        """Warn where reward and second judge part, in this evaluation or since the first of its kind."""
        settings = {name: getattr(self.config, name) for name in _EVALUATION_SETTINGS}
        settings["models"] = self._ready().models  # scores of others don't compare
        warnings = [disagreement(metrics)]
        if self.config.data_dir_to_save_evals is not None:
            folder = Path(self.config.data_dir_to_save_evals)
            earlier = earlier_evaluations(folder, settings)
            warnings.append(parting(earlier[0], metrics) if earlier else None)
            note_evaluation(folder, self.curr_step, settings, metrics)
        for warning in warnings:
            if warning is not None:
                logger.warning("evaluation: %s", warning)

    async def wandb_log(self, wandb_metrics: dict[str, Any] | None = None) -> None:
        """Add this run's means, failure shares and parameter effects to what Atropos logs."""
        metrics = {f"train/{name}": value for name, value in self.metric_calculations().items()}
        await super().wandb_log({**(wandb_metrics or {}), **metrics})

    async def add_rollouts_for_wandb(self, scored_data: Any, item: GroupItem | None = None) -> None:  # noqa: ANN401
        """Remember some rollouts for the table; nothing is kept while W&B is off."""
        if not self.config.use_wandb or item is None:
            return
        count = self.config.num_rollouts_per_group_for_logging
        rows = list(zip(scored_data["overrides"], scored_data["messages"], scored_data["scores"], strict=True))
        self.rollouts_for_wandb.append([(item, *row) for row in rows[: None if count < 0 else count]])
        del self.rollouts_for_wandb[: -self.config.num_rollouts_to_keep]

    async def create_rollout_table(self, wandb_metrics: dict[str, Any]) -> dict[str, Any]:
        """A table of requests, answers, statuses and rewards."""
        if self.rollouts_for_wandb:
            table = wandb.Table(columns=["target", "request", "answer", "status", "reward"])
            for group in self.rollouts_for_wandb:
                for item, details, chat, reward in group:
                    answer, status = chat[-1]["content"], details["status"]["code"]
                    table.add_data(item.target.id, item.target.target_description, answer, status, reward)
            wandb_metrics["train/rollouts"] = table
        return wandb_metrics

    def save_checkpoint(self, step: int, data: dict[str, Any] | None = None) -> None:
        """Write the whole state, which the base class would not, and keep it where ``setup`` finds it."""
        super().save_checkpoint(step, {"run_state": self.state()} | (data or {}))
        self._save()

    async def process_manager(self) -> None:
        """Process mode, with everything stopped at its end."""
        self.process_mode = True
        try:
            await super().process_manager()
        finally:
            self.close()

    async def _run_evaluate(self) -> None:
        self.evaluate_mode = True
        try:
            await super()._run_evaluate()
        finally:
            self.close()

    # --- state ---

    def state(self) -> dict[str, Any]:
        """Everything to go on from, as plain JSON values."""
        models = self._models_before if self.backends is None else self.backends.models
        return {
            "run": self.run_name,
            "models": models,
            "schedule": self.schedule.state(),
            "history": self.history.state(),
        }

    def _restore(self, path: Path) -> None:
        state = load_state(path)
        if state is not None:
            self.run_name, self._models_before = state["run"], state.get("models")
            try:
                self.schedule.restore(state["schedule"])
            except ValueError as error:
                raise RunStateError(f"{path}: {error}") from error
            self.history.restore(state["history"])
        waiting = self.delivery.outbox.numbers()
        for number in waiting:
            self.schedule.settle(number)
        if state is not None or waiting:
            logger.info(
                "going on from %s: next group %s, open %s, to be sent %s",
                path, self.schedule.next_number, self.schedule.open_numbers(), waiting,
            )  # fmt: skip

    def _save(self) -> None:
        if self.config.state_path:
            save_state(Path(self.config.state_path), self.state())

    def _rollout_writer(self) -> RolloutWriter:
        going_on = self.schedule.next_number > 0
        if going_on:
            drop_unfinished(self.config.rollouts_path, lambda group: self.schedule.is_finished(int(group or -1)))
        return RolloutWriter(self.config.rollouts_path, append=going_on)

    def _keep(self, item: GroupItem, records: Sequence[RolloutRecord]) -> None:
        self._judged[item.number] = tuple(records)
        self._write(records)

    def _write(self, records: Sequence[RolloutRecord]) -> None:
        for sink in self.sinks:
            for record in records:
                sink.write(record)

    # --- parts ---

    def _ready(self) -> Backends:
        if self.backends is None:
            raise EnvironmentFailureError("the environment has no backends yet: await setup() first.")
        return self.backends

    def _close_backends(self, ours: bool) -> None:
        if ours and self.backends is not None:
            self.backends.close()

    def _start_policy(self) -> None:
        server = self._open.enter_context(serve_policy())
        for one in self.server.servers:
            one.config.base_url, one.config.model_name = server.base_url, server.model_name
            one.openai.base_url = server.base_url
        logger.info("policy %s answers at %s", server.model_name, server.base_url)

    def _answer_tokens(self, messages: Sequence[Message]) -> int:
        """Room for an answer: a sequence as long as the trainer's limit would cost the whole group."""
        chat = [dict(message) for message in messages]
        text = self.tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
        asked = len(self.tokenizer.encode(text, add_special_tokens=False))
        longest: int = self.max_token_len if self.max_token_len > 0 else self.config.max_token_length
        room = longest - asked - 1
        if room < _LEAST_ANSWER:
            raise EnvironmentFailureError(
                f"{asked} tokens of chat leave {room} for an answer under the limit of {longest}: raise the trainer's "
                "max_token_len and --env.max_token_length, or show fewer examples."
            )
        return min(int(self.config.max_answer_tokens), room)

    async def _note_failure(self, item: GroupItem, error: Exception) -> None:
        self.failed_in_a_row += 1
        self.history.counts["failed"] += 1
        if not self.process_mode and await self.policy_watch.is_away():
            await self.policy_watch.wait()
            return
        logger.warning("group %s (%s) failed and will be tried again: %s", item.number, item.target.id, _cause(error))
        if self.process_mode and self.failed_in_a_row >= self.config.max_failed_groups:
            raise EnvironmentFailureError(
                f"{self.failed_in_a_row} groups failed in a row; the last cause was {_cause(error)}. "
                "Is the policy server running at --openai.base_url?"
            ) from error
        await asyncio.sleep(min(_LONGEST_PAUSE, 0.5 * 2.0**self.failed_in_a_row))


def _schedule(config: AudioForgeEnvConfig) -> Schedule:
    targets, seed = load_targets(split=config.split, category=config.category or None), config.environment_seed
    curriculum = Curriculum(targets, seed=seed, share=config.curriculum_share, warm_up=config.curriculum_warm_up)
    return Schedule(targets, seed=seed, curriculum=curriculum)


def _cause(error: Exception) -> str:
    """The error itself, or what a retry gave up on."""
    attempt = getattr(error, "last_attempt", None)
    return repr(attempt.exception() if attempt is not None else error)
