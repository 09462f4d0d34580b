"""How often ``prompt_pair_quality`` puts a clean passage above its degraded copies: chance is 0.5.

    python training/measure_prompt_pair.py --embedder mini

On held-out recordings of the reference clips, under one harsh step each of six kinds of damage.
"""

import argparse

import numpy as np
import torch

from audioforge.rewards import PromptPairQuality
from training.degradations import degrade
from training.quality.sources import SAMPLE_RATE, choose, passages, reference_sources

KINDS = ("white_noise", "hard_clip", "low_pass", "dropouts", "phase_noise", "mp3")
SEVERITY = 0.75


def main() -> None:
    """Prints the share of wins by kind and over all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--embedder", default="mini")
    parser.add_argument("--passages", type=int, default=30)
    parser.add_argument("--seed", type=int, default=5)
    flags = parser.parse_args()
    torch.set_num_threads(1)
    rng = np.random.default_rng(flags.seed)
    held_out = [source for source in reference_sources() if source.held_out]
    reward, wins = PromptPairQuality(flags.embedder), []
    for number, clean in enumerate(passages(choose(held_out, flags.passages, rng), rng)):
        copies = [degrade(clean.waveform, SAMPLE_RATE, kind, SEVERITY, seed=number) for kind in KINDS]
        score = reward([clean.waveform, *copies], sample_rate=SAMPLE_RATE).score
        wins.append((score[0] > score[1:]).numpy())
    share = np.mean(wins, axis=0)
    print({kind: round(float(own), 2) for kind, own in zip(KINDS, share, strict=True)})
    print(f"clean wins {share.mean():.3f} over {len(wins)} passages")


if __name__ == "__main__":
    main()
