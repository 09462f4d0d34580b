"""Trains ``mini``, from recordings to a checkpoint folder, in one command.

    python training/fit_mini.py --clips CLIPS --captions captions.txt.gz --sonic-pi /usr/share/sonic-pi/samples \
        --hydrogen /usr/share/hydrogen/data/drumkits --soundfont FluidR3_GM.sf2 --soundfont MuseScore_General.sf3 \
        --work WORK --out checkpoints/mini --minutes 145

Stages: pictures of all recordings; MiniLM with coarser weights becomes the sentence encoder and reads all captions;
aiSFX listens to the real recordings; the audio tower meets the sentences; export, measurement on held-out packs,
calibration. Each keeps its result in ``--work``, so an interrupted run goes on where it stopped. ``--smoke`` trains for
seconds on synthetic sounds alone: it proves that the stages fit together, and makes a model that knows next to nothing.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import torch

from training.mini.align import AlignConfig
from training.mini.collection import Sources
from training.mini.pipeline import fit
from training.mini.workspace import Workspace


def main(arguments: list[str] | None = None) -> None:
    """Parses the command line and runs all stages."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(options.threads)
    config = AlignConfig(minutes=options.minutes, seed=options.seed)
    if options.smoke:
        config = AlignConfig(minutes=0.08, batch=8, seed=options.seed)
    work = options.work or options.out.parent / f"{options.out.name}-work"
    sources = _smoke_sources() if options.smoke else _sources(options)
    workspace = Workspace(work, sources, options.captions, options.seed)
    workspace.folder.mkdir(parents=True, exist_ok=True)
    figures = fit(workspace, config, options.out)
    report = json.dumps([asdict(figure) for figure in figures], indent=2)
    (workspace.folder / "figures.json").write_text(report + "\n", encoding="utf-8")
    for figure in figures:
        print(f"{figure.name}: {figure.value:.3f} (chance {figure.chance:.3f}, n {figure.count})")


def _sources(options: argparse.Namespace) -> Sources:
    return Sources(options.clips, options.sonic_pi, options.hydrogen, tuple(options.soundfont))


def _smoke_sources() -> Sources:
    return Sources(renders_each=0, loops=18, synthetic_each=1, sketches_each=0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--clips", type=Path, help="folder of labelled clips with manifest.json")
    parser.add_argument("--captions", type=Path, help="gzip file of natural captions, one a line")
    parser.add_argument("--sonic-pi", type=Path, help="folder of Sonic Pi's samples")
    parser.add_argument("--hydrogen", type=Path, help="folder of Hydrogen's drum kits")
    parser.add_argument(
        "--soundfont", type=Path, action="append", default=[], help="General MIDI soundfont; repeatable"
    )
    parser.add_argument("--work", type=Path, help="folder for the stages' results; the same folder resumes")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint folder to write")
    parser.add_argument("--minutes", type=float, default=145.0, help="of training, in two rounds")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--smoke", action="store_true", help="seconds of training on synthetic sounds, for tests")
    return parser


if __name__ == "__main__":
    main()
