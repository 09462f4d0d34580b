"""What does a policy have to beat? Simple systems on held-out requests, at equal compute and on equal seeds.

    python -m benchmarks.baselines --preset embedded --out artifacts/baselines
    python -m benchmarks.baselines --policy FOLDER --shots 2 --out artifacts/baselines-large

Compute is counted in network evaluations: steps, twice where there is guidance. Every system may spend the same number
on each request and renders as many clips as that pays for; take *n* of a request has the same generation seed in all
systems. "One clip" is the mean over them, "best clip" the one that the reward likes best. Grid and optimiser spend
``--search`` evaluations a category beforehand, on training targets; with ``--spend-search``, a row gets that
budget as clips instead. The second judge (typicality of the category by another embedder) takes no part in any choice.

Requests are taken category by category in turn; a run that is stopped goes on from ``rounds.jsonl``, and the table is
over the requests that all systems have answered. ``setting.json`` holds what they were made with: a folder of other
settings or models is refused. ``manifest.jsonl`` lists the clips kept, for ``audioforge benchmark``.
"""

import argparse
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

from audioforge.env.evaluation import taking_turns
from audioforge.generators import load_generator
from audioforge.optimise.budget import Budget
from audioforge.optimise.optimiser import Plan, optimise
from audioforge.optimise.settings import Settings
from audioforge.optimise.studio import Studio
from audioforge.optimise.subject import category_subject
from audioforge.policies.sampling import PolicyModel
from audioforge.policies.server import TINY_POLICY
from audioforge.rewards import StyleConsistency
from audioforge.scoring.model_fingerprint import code_version, model_fingerprint
from audioforge.scoring.presets import build_reward, find_preset
from audioforge.scoring.scorer import Scorer
from audioforge.targets import CATEGORIES, Target, load_targets
from audioforge.templates import load_templates
from benchmarks.baselines_parts.figures import figures, markdown, to_json
from benchmarks.baselines_parts.grid import grid_cells, grid_search
from benchmarks.baselines_parts.rounds import Bench, Round
from benchmarks.baselines_parts.systems import (
    Stage,
    System,
    identity,
    nearest_example,
    policy_answers,
    random_parameters,
    searched,
    template,
)
from reward_models import load_embedder
from reward_models.checkpoints import checkpoint_path
from reward_models.embedders.base import TextAudioEmbedder

SECOND_EMBEDDER = "aisfx"


def main() -> None:
    """Measures and prints."""
    arguments = _arguments()
    preset = find_preset(arguments.preset)
    generator, reward = load_generator(preset.generator), build_reward(preset)
    stage = Stage(generator.name, generator.parameters, load_templates(), arguments.most_steps, arguments.seed)
    second = StyleConsistency(SECOND_EMBEDDER)
    setting = _setting(arguments) | {
        "reward": model_fingerprint(reward),
        "second judge": second.embedder.fingerprint,
        "generator": generator.fingerprint,
        "version": code_version(),
    }
    claim_folder(arguments.out, setting)
    with Scorer(reward) as scorer:
        studio = Studio(generator, scorer)
        systems = _systems(stage, studio, arguments)
        bench = Bench(stage, studio, second, arguments.out, arguments.keep)
        targets = taking_turns(load_targets(split="held_out"))[: arguments.targets]
        rounds = _play(bench, systems, targets)
    rows = figures(systems, rounds, seed=arguments.seed)
    document = {"setting": setting | {"targets": len(targets)}, "rows": to_json(rows)}
    (arguments.out / "baselines.json").write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    models = f"reward {setting['reward']}, generator {setting['generator']}"
    text = f"{rows[0].requests} requests; {models}.\n\n{markdown(rows)}"
    (arguments.out / "baselines.md").write_text(text + "\n", encoding="utf-8")
    print(text)


def claim_folder(folder: Path, setting: dict[str, object]) -> None:
    """Make a folder, or go on with one of the same settings and models.

    Raises:
        SystemExit: If it is of others: the rows of a table would not compare.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "setting.json"
    if path.is_file():
        known = json.loads(path.read_text(encoding="utf-8"))
        other = sorted(name for name in known.keys() | setting.keys() if known.get(name) != setting.get(name))
        if other:
            raise SystemExit(f"{folder} was made with another {', '.join(other)}: give another --out, or delete it.")
    elif any(folder.iterdir()):
        raise SystemExit(f"{folder} is not empty and doesn't say what it was made with: give another --out.")
    path.write_text(json.dumps(setting, indent=2) + "\n", encoding="utf-8")


def _setting(arguments: argparse.Namespace) -> dict[str, object]:
    """What decides a round; a larger ``--targets`` goes on with the same folder."""
    given = vars(arguments) | {"policy": str(arguments.policy or TINY_POLICY)}
    return {name: value for name, value in given.items() if name not in ("out", "targets", "keep")}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--preset", default="embedded")
    parser.add_argument("--out", type=Path, default=Path("artifacts/baselines"))
    parser.add_argument("--targets", type=int, default=16, help="held-out requests")
    parser.add_argument("--evaluations", type=int, default=60, help="network evaluations a request")
    parser.add_argument("--search", type=int, default=800, help="network evaluations a category, before any request")
    parser.add_argument("--most-steps", type=int, default=16, help="most steps drawn at random or searched")
    parser.add_argument("--policy", type=Path, help="folder of a causal language model; the shipped tiny policy")
    parser.add_argument("--shots", type=int, default=0, help="examples shown to the policy; the tiny one holds none")
    parser.add_argument("--keep", type=int, default=2, help="clips a system and request to keep")
    parser.add_argument("--spend-search", action="store_true", help="a row that gets the search's budget as clips")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def _systems(stage: Stage, studio: Studio, arguments: argparse.Namespace) -> list[System]:
    each = arguments.evaluations
    grid, grid_spent = _remembered(arguments.out / "grid.json", lambda: _grid(stage, studio, arguments))
    found, spent = _remembered(arguments.out / "optimiser.json", lambda: _optimised(stage, studio, arguments))
    drafts, shots = identity(stage, "draft"), arguments.shots
    policy = PolicyModel.load(arguments.policy or checkpoint_path(TINY_POLICY))
    embedder = load_embedder(find_preset(arguments.preset).embedder)
    assert isinstance(embedder, TextAudioEmbedder), "a preset's embedder reads requests"
    systems = [
        System("identity", identity(stage), each),
        System("template", template(stage), each),
        System("nearest example", nearest_example(stage, embedder.embed_text), each),
        System(f"policy, {shots} examples", policy_answers(stage, policy, shots), each),
        System("random parameters", random_parameters(stage), each),
        System("drafts", drafts, each),
        System("grid", searched(stage, grid), each, grid_spent),
        System("optimiser", searched(stage, found), each, spent),
    ]
    if arguments.spend_search:
        systems.append(System("drafts, search spent", drafts, each + spent // max(1, arguments.targets)))
    return systems


def _grid(stage: Stage, studio: Studio, arguments: argparse.Namespace) -> tuple[dict[str, Settings], int]:
    found: dict[str, Settings] = {}
    spent = 0
    for category in CATEGORIES:
        cells = grid_cells(stage.parameters, stage.default(category), stage.most_steps)
        found[category], cost = grid_search(category_subject(category), studio, cells, arguments.search, stage.seed)
        spent += cost
        print(f"grid, {category}: {found[category]}", flush=True)
    return found, spent


def _optimised(stage: Stage, studio: Studio, arguments: argparse.Namespace) -> tuple[dict[str, Settings], int]:
    found: dict[str, Settings] = {}
    spent = 0
    for category in CATEGORIES:
        subject, default = category_subject(category), stage.default(category)
        plan = Plan(Budget(arguments.search, "evaluations"), default, seed=stage.seed, clips=4, startup=6)
        result = optimise(subject, stage.space(*subject.targets), studio, plan, storage=arguments.out / "optimiser.log")
        found[category], spent = result.recommended.settings, spent + result.spent
        print(f"optimiser, {category}: {found[category]} {result.difference} over the default", flush=True)
    return found, spent


def _remembered(path: Path, search: Callable[[], tuple[dict[str, Settings], int]]) -> tuple[dict[str, Settings], int]:
    """What a search found, read from its file where it is done already."""
    if path.is_file():
        document = json.loads(path.read_text(encoding="utf-8"))
        return {name: Settings(**own) for name, own in document["found"].items()}, document["spent"]
    found, spent = search()
    document = {"found": {name: own.to_json() for name, own in found.items()}, "spent": spent}
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    return found, spent


def _play(bench: Bench, systems: list[System], targets: list[Target]) -> list[Round]:
    path = bench.folder / "rounds.jsonl"
    rounds = [_read(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []
    done = {(own.system, own.target_id) for own in rounds}
    with (
        path.open("a", encoding="utf-8") as file,
        (bench.folder / "manifest.jsonl").open("a", encoding="utf-8") as manifest,
    ):
        for target in targets:
            for system in systems:
                if (system.name, target.id) in done:
                    continue
                played, kept = bench.round(system, target)
                rounds.append(played)
                file.write(json.dumps(asdict(played)) + "\n")
                file.flush()
                manifest.writelines(json.dumps(row) + "\n" for row in kept)  # last: a row twice would spoil the file
                manifest.flush()
    return rounds


def _read(line: str) -> Round:
    fields = json.loads(line)
    return Round(**fields | {"totals": tuple(fields["totals"]), "statuses": tuple(fields["statuses"])})


if __name__ == "__main__":
    main()
