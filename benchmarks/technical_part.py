"""What a technical part in the total would do: right tempo against wrong tempo, and what a click track would earn.

    python -m benchmarks.technical_part --targets 39

For every target that names a tempo, the sketch generator renders its description as it is, and once more with three
quarters of the tempo, with the same seed; both are judged against the description as it is. Beside them stand a click
track of the asked tempo and other signals made from nothing. Every clip is judged once; the tables of weights differ
in what they make of ``technical_head`` alone. Last come reference clips whose captions name something technical.
"""

import argparse
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from typing_extensions import override

from audioforge.clips import Clips
from audioforge.exploits.signals import SIGNALS
from audioforge.generators import load_generator
from audioforge.proposals import Proposal
from audioforge.reference_clips import load_reference_clips
from audioforge.rewards import TechnicalHead
from audioforge.rewards.base import Reward, RewardResult
from audioforge.rewards.combined import CombinedReward, guarded
from audioforge.rewards.technical_head import asked_in
from audioforge.rewards.weights import RewardWeights, load_reward_weights
from audioforge.scoring.presets import build_reward
from audioforge.targets import Target, load_targets
from reward_models.audio import AudioBatch

NAME = "technical_head"
WRONG = 0.75
"""Of the asked tempo: no octave of it, nor within 4 % of one."""
EXPLOITS = ("white noise", "clicks", "sine tone")


@dataclass(frozen=True)
class Known(Reward):
    """A component that was judged already."""

    result: RewardResult

    @property
    def name(self) -> str:  # type: ignore[override]
        """Of the component."""
        return self.result.name

    @override
    def score(self, clips: Clips) -> RewardResult:
        return self.result


def tables() -> dict[str, RewardWeights]:
    """The shipped table, the same without the technical part, and others that count it more or less."""
    shipped = load_reward_weights()
    without = replace(shipped, gates={name: gate for name, gate in shipped.gates.items() if name != NAME})
    found = {"shipped": shipped, "without": without}
    found |= {f"weight {share:g}": with_weight(without, share) for share in (0.1, 0.2)}
    found |= {f"gate {gate:g}": replace(without, gates={**without.gates, NAME: gate}) for gate in (0.1, 0.2)}
    return found


def with_weight(shipped: RewardWeights, share: float) -> RewardWeights:
    """The table with ``share`` of every total given to the technical part."""

    def shared(table: Mapping[str, float]) -> dict[str, float]:
        return {name: weight * (1 - share) for name, weight in table.items()} | {NAME: share}

    categories = {name: shared(table) for name, table in shipped.categories.items()}
    return replace(shipped, default=shared(shipped.default), categories=categories)


def wrong_tempo(request: str) -> str:
    """The request with another tempo."""
    return re.sub(r"\d+(?=\s*-?\s*BPM)", lambda found: str(round(int(found[0]) * WRONG)), request)


def click_track(bpm: float, seconds: float, sample_rate: int) -> np.ndarray:
    """Short decaying clicks at a tempo."""
    samples = np.zeros(round(seconds * sample_rate), dtype=np.float32)
    click = (0.7 * np.exp(-np.arange(200) / 40)).astype(np.float32)
    for start in np.arange(0, len(samples) - len(click), 60 / bpm * sample_rate).astype(int):
        samples[start : start + len(click)] = click
    return samples


def candidates(targets: Sequence[Target]) -> dict[str, AudioBatch]:
    """Clips for every target, by what they are."""
    generator = load_generator("sketch")

    def rendered(prompt: Callable[[str], str]) -> AudioBatch:
        asked = [Proposal(prompt(own.target_description), seconds=own.parameters.seconds_total) for own in targets]
        return generator.generate(asked, list(range(len(targets))))

    rate = generator.sample_rate
    found = {"right": rendered(str), "wrong": rendered(wrong_tempo)}
    tracks = [
        click_track(asked_in(own.target_description).bpm or 120, own.parameters.seconds_total, rate) for own in targets
    ]
    found["click track of the tempo"] = AudioBatch.from_arrays(tracks, rate)
    for name in EXPLOITS:
        signals = [
            SIGNALS[name](round(own.parameters.seconds_total * rate), rate, seed) for seed, own in enumerate(targets)
        ]
        found[name] = AudioBatch.from_arrays(signals, rate)
    return found


def totals(audio: AudioBatch, targets: Sequence[Target], reward: CombinedReward) -> dict[str, torch.Tensor]:
    """Totals by table, and the components' scores by name."""
    requests = [own.target_description for own in targets]
    clips = Clips(audio, requests, categories=[own.category for own in targets])
    known = [Known(guarded(component, clips)) for component in reward.components]
    found = {name: CombinedReward(known, weights=table).judge(clips).total for name, table in tables().items()}
    return found | {own.name: own.result.score for own in known}


def reference_scores(*, tempo: bool) -> torch.Tensor:
    """Technical scores of the reference clips under their own captions, those that name a tempo or those that don't."""
    asked = [(own, asked_in(own.caption)) for own in load_reference_clips()]
    chosen = [own for own, words in asked if not words.nothing and (words.bpm is not None) is tempo]
    return TechnicalHead()([own.path for own in chosen], [own.caption for own in chosen]).score


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--targets", type=int, default=39)
    parser.add_argument("--preset", default="embedded")
    options = parser.parse_args()
    asked = [own for own in load_targets() if asked_in(own.target_description).bpm is not None]
    targets = asked[:: -(-len(asked) // options.targets)]
    reward = build_reward(options.preset, weights=tables()["weight 0.1"])
    found = {name: totals(audio, targets, reward) for name, audio in candidates(targets).items()}
    right, wrong = found["right"], found["wrong"]
    print(f"{len(targets)} targets\n\n| judged by | right beats wrong | right, median | wrong, median |")
    print("|---|---|---|---|")
    for name in right:
        better = float((right[name] > wrong[name]).float().mean())
        print(f"| {name} | {better:.2f} | {right[name].nanmedian():.3f} | {wrong[name].nanmedian():.3f} |")
    print(f"\nright clips that {NAME} scores under 0.2: {int((right[NAME] < 0.2).sum())}")
    print("\n| table | right clips that lose over a tenth |", *(f" {name}, median |" for name in list(found)[2:]))
    print("|---|---|" + "---|" * (len(found) - 2))
    for name in tables():
        lost = int((right[name] < 0.9 * right["without"]).sum())
        medians = (f"{float(own[name].nan_to_num(0.0).median()):.3f}" for own in list(found.values())[2:])
        print(f"| {name} | {lost} |", " | ".join(medians), "|")
    for noun, tempo in (("a tempo", True), ("an adjective alone", False)):
        score = reference_scores(tempo=tempo)
        low = ", ".join(f"{float((score < bound).float().mean()):.2f} under {bound:g}" for bound in (0.1, 0.2))
        print(f"\nreference captions with {noun}: {len(score)}, median score {float(score.median()):.3f}, {low}")


if __name__ == "__main__":
    main()
