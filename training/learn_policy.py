"""Teach a policy by rewards: API, policy server, environment and trainer, started and stopped together.

    python training/learn_policy.py --out artifacts/learning                   # evaluate, learn, evaluate, compare
    python training/learn_policy.py --out artifacts/learning                   # the same again goes on where it was
    python training/learn_policy.py --out DIR --trainer-only --api http://127.0.0.1:8000   # beside processes of yours

1. The policy answers held-out requests with fixed seeds (``before/``).
2. It learns from training requests: GRPO on the groups that the environment sends through ``run-api``; the policy
   server follows the weights that are published after each step.
3. What it has become (``policy/``) answers the same held-out requests (``after/``), and both are compared, paired.

What it leaves out: everything a large model needs (several GPUs, sharding, a serving engine).
``training/policy_learning/`` holds the parts; ``docs/learning.md`` says what came of it.
"""

import argparse
import signal
import sys
from dataclasses import fields
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # runs from a checkout without being installed

import torch

from reward_models.checkpoints import checkpoint_path
from training.policy_learning.comparing import compare_evaluations, write_comparison
from training.policy_learning.groups import GroupError
from training.policy_learning.learner import CheckpointError
from training.policy_learning.processes import Evaluating, NeighbourError, Neighbours, evaluate, learn_together
from training.policy_learning.settings import LearnSettings, SettingsError
from training.policy_learning.trainer_client import TrainerClient, TrainerClientError
from training.policy_learning.training_loop import RunFolder, open_learner, train


def main() -> None:
    """Learn, and say what came of it; Ctrl+C and a supervisor's stop end all processes in good order."""
    options = _options()
    for ending in (signal.SIGINT, signal.SIGTERM):  # Ctrl+C is ignored in a program started in the background
        signal.signal(ending, signal.default_int_handler)
    torch.set_num_threads(options.threads)
    settings = LearnSettings(**{own.name: getattr(options, own.name) for own in fields(LearnSettings)})
    run = RunFolder(options.out)
    learner = open_learner(run, options.policy, settings)
    if options.trainer_only:
        client = TrainerClient(options.api, settings)
        client.register(learner.step)
        train(learner, client, run, lambda: None, _say)
        return
    asked = Evaluating(options.evaluation_targets, options.evaluation_answers, options.preset)
    if asked.targets:
        evaluate(options.policy, run.path / "before", asked)
    if learner.step < settings.steps or not run.policy.is_dir():
        learn_together(learner, run, Neighbours(options.policy, options.preset, options.workers), _say)
    if asked.targets:
        evaluate(run.policy, run.path / "after", asked)
        print(write_comparison(compare_evaluations(run.path), run.path / "comparison.json"))


def _say(line: str) -> None:
    print(line, flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder of the run; one that exists is gone on with")
    parser.add_argument(
        "--policy", type=Path, default=checkpoint_path("tiny-policy"), help="model folder to start from"
    )
    parser.add_argument("--preset", default="embedded", help="generator and rewards, as --env.preset")
    parser.add_argument("--workers", type=int, default=4, help="groups rolled out at a time")
    parser.add_argument("--threads", type=int, default=1, help="of the trainer")
    parser.add_argument("--evaluation-targets", type=int, default=40, help="held-out requests; 0 evaluates nothing")
    parser.add_argument("--evaluation-answers", type=int, default=8, help="answers to each")
    parser.add_argument("--trainer-only", action="store_true", help="API, server and environment are yours")
    parser.add_argument("--api", default="http://127.0.0.1:8000", help="of --trainer-only")
    for own in fields(LearnSettings):
        parser.add_argument(f"--{own.name.replace('_', '-')}", type=type(own.default), default=own.default)
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except (CheckpointError, GroupError, NeighbourError, SettingsError, TrainerClientError) as error:
        sys.exit(f"learn_policy: {error}")
    except KeyboardInterrupt:
        sys.exit("learn_policy: stopped; the same command goes on from the last checkpoint")
