"""Draws what ``fidelity`` learns from, once, into a file: clean passages, graded damage to them, and garbage.

    python training/draw_pictures.py --clips DIR --passages 1500 --seed 0 --out pictures.safetensors

About 50 ms an example on one thread: drawn sets are kept, and trained on several together
(``training/fit_fidelity.py --pictures``).
"""

import argparse
import itertools
from pathlib import Path

import numpy as np
import torch

from training.quality.chip_sounds import chip_sounds
from training.quality.examples import garbage_examples, trained_kinds, training_examples
from training.quality.melodies import melodies
from training.quality.pictures import Pictures, as_pictures, save_pictures
from training.quality.sources import choose, folder_sources, passages, reference_sources


def draw(clips: Path | None, *, count: int, ladders: int, practice: bool, seed: int) -> Pictures:
    """Draws passages of all training groups, plain electronic sounds beside them, damage and garbage.

    Args:
        clips: A folder of further clean clips.
        count: Passages; a tenth as many melodies and chip sounds and half as much garbage come on top.
        ladders: Kinds of damage a passage is put under.
        practice: Whether the kinds that are never measured join in.
        seed: Of all draws.
    """
    rng = np.random.default_rng(seed)
    sources = reference_sources() + (folder_sources(clips) if clips else [])
    chosen = choose([source for source in sources if not source.held_out], count, rng)
    plain = count // 10
    clean = itertools.chain(passages(chosen, rng), melodies(plain, rng), chip_sounds(plain, rng))
    graded = training_examples(clean, ladders=ladders, kinds=trained_kinds(practice=practice), rng=rng)
    return as_pictures(itertools.chain(graded, garbage_examples(count // 2, held_out=False, rng=rng)))


def arguments() -> argparse.Namespace:
    """Flags of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=Path, help="further clean clips: a folder with manifest.json")
    parser.add_argument("--out", type=Path, required=True, help="the file to write, .safetensors")
    parser.add_argument("--passages", type=int, default=1500)
    parser.add_argument("--ladders", type=int, default=3, help="kinds of damage a passage is put under")
    parser.add_argument("--no-practice", action="store_true", help="only the kinds that heads are measured on")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def main() -> None:
    """Draws and saves."""
    flags = arguments()
    torch.set_num_threads(1)
    pictures = draw(
        flags.clips, count=flags.passages, ladders=flags.ladders, practice=not flags.no_practice, seed=flags.seed
    )
    save_pictures(pictures, flags.out)
    print(f"{len(pictures.labels)} examples in {flags.out}")


if __name__ == "__main__":
    main()
