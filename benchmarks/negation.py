"""Is a "without" heard? Clips of X against clips of Y, and against X and Y mixed, for requests "X without Y".

    python -m benchmarks.negation --library DIR [--each 24] [--embedder mini]

Clips are of packs that ``mini`` never heard; X and Y are labels of two of them. Printed for each wording, as it stands
and read (``CLAPAlignment(read_negation=…)``): how often a clip of X scores above one of Y (chance 0.5) and above the
two mixed at equal level, and the mean scores of the three.
"""

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import torch
from jaxtyping import Float
from torch import Tensor

from audioforge.clips import Clips
from audioforge.rewards.clap_alignment import CLAPAlignment
from benchmarks.validity_parts.honest_clips import SAMPLE_RATE, HonestClip, chosen, held_out_library, load
from reward_models.audio import AudioBatch

WORDINGS = ("{} without {}", "{}, no {}", "{} with no {}", "{}, not {}")
LEVEL = 0.05


def pairs_of(clips: Sequence[HonestClip], seed: int = 0) -> list[tuple[int, int]]:
    """Two other clips of another label for each clip."""
    draw = random.Random(seed)
    others = [[j for j, other in enumerate(clips) if other.label != own.label] for own in clips]
    return [(i, j) for i in range(len(clips)) for j in draw.sample(others[i], 2)]


def mixed(first: Float[Tensor, "channel time"], second: Float[Tensor, "channel other"]) -> Tensor:
    """Both at equal level, the shorter one repeated."""
    size = max(first.shape[1], second.shape[1])
    levelled = [
        own.repeat(1, -(-size // own.shape[1]))[:, :size] / own.square().mean().sqrt() for own in (first, second)
    ]
    both = LEVEL * (levelled[0] + levelled[1])
    return both * (0.7 / both.abs().max())


def wins(right: Float[Tensor, " pair"], wrong: Float[Tensor, " pair"]) -> float:
    """How often the first is higher; a tie is half a win."""
    return float(((right > wrong).float() + 0.5 * (right == wrong).float()).mean())


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", type=Path, required=True, help="folder of clips with a manifest.json")
    parser.add_argument("--each", type=int, default=24, help="clips a category")
    parser.add_argument("--embedder", default="mini")
    arguments = parser.parse_args()
    clips = chosen(held_out_library(arguments.library), arguments.each)
    audio, pairs = load(clips), pairs_of(clips)
    of_x, of_y = (audio.select([pair[side] for pair in pairs]) for side in (0, 1))
    both = AudioBatch.from_arrays([mixed(audio.clip(i), audio.clip(j)) for i, j in pairs], SAMPLE_RATE)
    reward = CLAPAlignment(arguments.embedder)
    sounds = [Clips(own, [""] * len(pairs)) for own in (of_x, of_y, both)]
    print(
        f"{len(clips)} clips, {len(pairs)} pairs\n\n| wording | read | X over Y | X over both | mean score X, Y, both |"
    )
    print("|---|---|---|---|---|")
    for wording in WORDINGS:
        requests = [wording.format(clips[i].label, clips[j].label) for i, j in pairs]
        for reward.read_negation in (False, True):
            x, y, mix = (_scores(reward, own, requests) for own in sounds)
            means = " / ".join(f"{float(own.mean()):.2f}" for own in (x, y, mix))
            over = f"{wins(x, y):.3f} | {wins(x, mix):.3f}"
            print(f"| {wording.format('X', 'Y')} | {reward.read_negation} | {over} | {means} |")


def _scores(reward: CLAPAlignment, clips: Clips, requests: list[str]) -> Float[Tensor, " pair"]:
    """Scores under other requests; the clips' own vectors are kept."""
    clips.requests = tuple(requests)
    clips._texts.clear()
    return reward.score(clips).score


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
