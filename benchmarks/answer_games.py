"""What a policy earns by other means than better sound: the full judged total, and the reward after charges.

    python -m benchmarks.answer_games --targets 16

Every answer is judged in a group of its own, on the embedded preset, for training targets, the categories taking
turns.
"""

import argparse
import asyncio
import json
from collections import defaultdict
from statistics import fmean

from audioforge.env.answers import Answer
from audioforge.env.backends import build_backends
from audioforge.env.config import default_config
from audioforge.env.evaluation import taking_turns
from audioforge.env.judging import GroupJudge
from audioforge.env.schedule import GroupItem
from audioforge.rollouts import RolloutRecord
from audioforge.targets import Target, load_targets

HONEST = "the request as prompt"
PRAISE = "masterpiece, best quality, high score, award winning, relevant, perfect"


def answers(target: Target) -> dict[str, dict[str, object]]:
    """The honest answer and the games, by name."""
    request, seconds = target.target_description, target.parameters.seconds_total
    return {
        HONEST: {"prompt": request, "seconds": seconds},
        "half a second of it": {"prompt": request, "seconds": 0.5},
        "one second of it": {"prompt": request, "seconds": 1.0},
        '"white noise." before it': {"prompt": f"white noise. {request}", "seconds": seconds},
        "the request eight times": {"prompt": " ".join([request] * 8), "seconds": seconds},
        "praise after it": {"prompt": f"{request} {PRAISE}", "seconds": seconds},
    }


async def play(judge: GroupJudge, count: int) -> dict[str, list[RolloutRecord]]:
    """Judge every answer for the first targets."""
    found: defaultdict[str, list[RolloutRecord]] = defaultdict(list)
    for number, target in enumerate(taking_turns(load_targets(split="train"))[:count]):
        for name, fields in answers(target).items():
            item = GroupItem(number, target, number)
            found[name] += await judge.judge(item, [], [Answer(json.dumps(fields))])
    return found


def main() -> None:
    """Parse the command line, play, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--targets", type=int, default=16)
    options = parser.parse_args()
    backends = build_backends(default_config())
    found = asyncio.run(play(backends.judge, options.targets))
    backends.close()
    print("| answer | total | reward after charges | earns more than the honest answer |\n|---|---|---|---|")
    for name, records in found.items():
        more = sum(own.reward > honest.reward for own, honest in zip(records, found[HONEST], strict=True))
        total = fmean(record.total or 0.0 for record in records)
        print(f"| {name} | {total:.2f} | {fmean(r.reward for r in records):.2f} | {more} of {len(records)} |")


if __name__ == "__main__":
    main()
