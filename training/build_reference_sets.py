"""Rebuilds the reference sets that ship, after a change of an embedder's weights or of the reference clips.

    python training/build_reference_sets.py [--embedder mini --embedder aisfx] [--out checkpoints/references]

Takes seconds to a minute an embedder on one core. Leaves out nothing: every clip of ``data/evaluation_references`` is
taken, its ``calibration`` split measured against the rest. Result: one ``<category>.safetensors`` and ``.json`` a
category in ``checkpoints/references/<embedder>``; the make-up is printed, lopsided sets with a warning.
"""

import argparse
from pathlib import Path

from audioforge.reference_building import build_reference_sets
from audioforge.reference_sets import folder_name
from reward_models import load_embedder


def main() -> None:
    """Builds the sets of each embedder named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--embedder", action="append", help="may be repeated; by default mini and aisfx")
    parser.add_argument("--clips", type=Path, help="a folder with a manifest; by default the shipped references")
    parser.add_argument("--out", type=Path, default=Path("checkpoints/references"))
    arguments = parser.parse_args()
    for name in arguments.embedder or ["mini", "aisfx"]:
        embedder = load_embedder(name)
        out = arguments.out / folder_name(embedder.name)
        print(f"{embedder.name} {embedder.fingerprint} -> {out}")
        build_reference_sets(embedder, out, clips=arguments.clips, on_built=lambda built: print(" ", built.summary))


if __name__ == "__main__":
    main()
