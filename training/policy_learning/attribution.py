"""Was it the words or the parameters? Answers before and after learning, each judged with one of the two set aside.

    python -m training.policy_learning.attribution --run artifacts/learning --answers 4

*Words alone*: an answer's prompt with the shipped ``balanced`` preset and the length asked for. *Parameters alone*: the
request as prompt with an answer's steps, guidance, sampler, length and negative prompt. Both are over answers that
parse, on the same requests and seeds before and after; what the two don't add up to is how they work together.
"""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from audioforge.parameter_presets import find_preset, load_presets
from audioforge.proposals import Proposal
from audioforge.rollouts import RolloutRecord, read_rollouts
from audioforge.targets import load_targets
from audioforge.tracking.comparison import ScoreDifference, compare_rollouts
from training.policy_learning.comparing import difference_cells
from training.policy_learning.processes import SAMPLES
from training.policy_learning.rejudging import Change, rejudge


def words_alone() -> Change:
    """An answer's prompt under settings that nobody learned."""
    presets = load_presets()
    seconds = {target.id: target.parameters.seconds_total for target in load_targets()}

    def change(record: RolloutRecord, proposal: Proposal) -> Proposal:
        shipped = find_preset(presets, record.provenance["generator"], category=record.category)
        return shipped.proposal(proposal.prompt, seconds[record.target_id])

    return change


def parameters_alone(record: RolloutRecord, proposal: Proposal) -> Proposal:
    """An answer's settings for the request as it is."""
    return replace(proposal, prompt=record.request)


def first_answers(records: Sequence[RolloutRecord], count: int) -> list[RolloutRecord]:
    """The first answers of each group."""
    seen: Counter[str] = Counter()
    kept = []
    for own in records:
        if seen[own.group] < count:
            kept.append(own)
        seen[own.group] += 1
    return kept


def attribute(run: Path, answers: int, preset: str) -> dict[str, ScoreDifference]:
    """The reward's difference, after less before, by what was set aside; ``both`` is the answers as they are."""
    before, after = (first_answers(read_rollouts(run / name / SAMPLES), answers) for name in ("before", "after"))
    found = {"both": _difference(*(_parsed(own) for own in (before, after)))}
    for name, change in (("words", words_alone()), ("parameters", parameters_alone)):
        found[name] = _difference(*(rejudge(own, change, preset=preset) for own in (before, after)))
    return found


def _parsed(records: Sequence[RolloutRecord]) -> list[RolloutRecord]:
    return [own for own in records if own.proposal is not None]


def _difference(before: Sequence[RolloutRecord], after: Sequence[RolloutRecord]) -> ScoreDifference:
    return next(own for own in compare_rollouts(before, after).scores if own.name == "reward")


def main() -> None:
    """Judge both again, print a table, and keep it in the run's folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, required=True, help="folder of learn_policy.py, with before/ and after/")
    parser.add_argument("--answers", type=int, default=4, help="of each request")
    parser.add_argument("--preset", default="embedded")
    options = parser.parse_args()
    found = attribute(options.run, options.answers, options.preset)
    kept = {name: asdict(own) for name, own in found.items()}
    (options.run / "attribution.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    print("| judged | before | after | difference, 95 % |\n|---|---|---|---|")
    for name, own in found.items():
        print(f"| {name} | {difference_cells(own)} |")


if __name__ == "__main__":
    main()
