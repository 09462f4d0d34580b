"""Does rendering and scoring group after group level off in memory?

    python -m benchmarks.memory --groups 300
    python -m benchmarks.memory --groups 60 --keep-freed

The environment's own parts without Atropos and without a policy: template answers to training targets, groups of four,
four groups at a time. *In use* and *freed, kept* are glibc's own count (``mallinfo2``) over all arenas, without what is
mapped apart; *resident* is what the system sees. ``--keep-freed`` leaves out the environment's trimming.
"""

import argparse
import asyncio
import ctypes
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

from audioforge.env.answers import Answer
from audioforge.env.backends import build_backends
from audioforge.env.config import default_config
from audioforge.env.judging import GroupJudge
from audioforge.env.memory import EVERY, trim_memory
from audioforge.env.schedule import GroupItem, Schedule
from audioforge.targets import load_targets
from audioforge.templates import PromptTemplates, load_templates, proposal_json
from benchmarks.serve_processes import resident_mib

GROUP, AT_ONCE, SHOWN = 4, 4, 10
_COUNTS = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"


class _MallInfo(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in _COUNTS.split()]


def show(groups: int) -> None:
    """Print a row."""
    ask = ctypes.CDLL(None).mallinfo2
    ask.restype = _MallInfo
    counted = ask()
    numbers = [resident_mib(os.getpid()), counted.uordblks / 2**20, counted.fordblks / 2**20]
    print(f"| {groups} | {' | '.join(f'{own:.0f}' for own in numbers)} |", flush=True)


async def work(judge: GroupJudge, schedule: Schedule, groups: int, *, trims: bool) -> None:
    """Judge groups until all are issued."""
    templates = load_templates()
    while schedule.next_number < groups:
        item = schedule.issue()
        texts = [_answer(templates, item, place) for place in range(GROUP)]
        await judge.judge(item, (), [Answer(text) for text in texts])
        if trims and item.number % EVERY == EVERY - 1:
            trim_memory()
        if item.number % SHOWN == SHOWN - 1:
            show(item.number + 1)


def _answer(templates: PromptTemplates, item: GroupItem, place: int) -> str:
    return proposal_json(templates.propose(item.target, GROUP * item.number + place))


async def run(groups: int, *, trims: bool) -> None:
    """Load the embedded preset and work on several groups at once."""
    backends = build_backends(default_config())
    schedule = Schedule(load_targets(split="train"), seed=0)
    print("| groups | resident, MiB | in use, MiB | freed, kept, MiB |\n|---|---|---|---|")
    show(0)
    await asyncio.gather(*(work(backends.judge, schedule, groups, trims=trims) for _ in range(AT_ONCE)))
    show(groups)
    backends.close()


def main() -> None:
    """Parse the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--groups", type=int, default=300)
    parser.add_argument("--keep-freed", action="store_true", help="without handing freed memory back")
    options = parser.parse_args()
    asyncio.run(run(options.groups, trims=not options.keep_freed))


if __name__ == "__main__":
    main()
