"""The report in ``docs/example_report``: three simple systems of the sketch generator on the held-out targets.

    python -m benchmarks.example_report --out docs/example_report --clips artifacts/example_clips

``identity`` gives the request as prompt with the shipped preset's parameters, ``template`` a prompt of the category's
templates, ``random parameters`` the request with parameters drawn at random. Every system renders one clip a request
with the same generation seed; the report is what ``audioforge benchmark`` makes of them. Clips are kept as Ogg Vorbis
in ``--clips``, with ``manifest.json`` beside them.
"""

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from audioforge.cli.benchmark import BenchmarkOptions, run_benchmark
from audioforge.generators import Generator, load_generator
from audioforge.targets import Target, load_targets
from audioforge.templates import load_templates
from benchmarks.baselines_parts.systems import Propose, Stage, identity, random_parameters, template

MOST_STEPS = 16


def main() -> None:
    """Renders what isn't there yet, and writes the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("docs/example_report"))
    parser.add_argument("--clips", type=Path, default=Path("artifacts/example_clips"))
    parser.add_argument("--embed-clips", type=int, default=8, help="clips inside the page")
    arguments = parser.parse_args()
    manifest = _render(arguments.clips)
    options = BenchmarkOptions(
        requests=None,
        preset="embedded",
        reference=None,
        device="cpu",
        link_others=False,
        embed_clips=arguments.embed_clips,
        title="Three simple systems of the sketch generator",
        cache=arguments.clips / "judged.sqlite",
    )
    run_benchmark([str(manifest)], arguments.out, options)


def _render(folder: Path) -> Path:
    generator = load_generator("sketch")
    stage = Stage(generator.name, generator.parameters, load_templates(), MOST_STEPS, seed=0)
    systems = {"identity": identity(stage), "template": template(stage), "random parameters": random_parameters(stage)}
    rows = [
        _clip(folder, generator, stage, name, propose, target)
        for target in load_targets(split="held_out")
        for name, propose in systems.items()
    ]
    path = folder / "manifest.json"
    path.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _clip(
    folder: Path, generator: Generator, stage: Stage, system: str, propose: Propose, target: Target
) -> dict[str, object]:
    file = f"{system.replace(' ', '_')}/{target.id}.ogg"
    seed = stage.take_seed(target, 0)
    proposal = propose(target, 0)
    assert proposal is not None, "these systems always propose"
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    if not (folder / file).exists():
        generator.generate([proposal], [seed]).save([folder / file])
    asked = {"id": target.id, "request": target.target_description, "category": target.category}
    return {"system": system, **asked, "file": file, "seed": seed}


if __name__ == "__main__":
    main()
