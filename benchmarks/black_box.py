"""What does a search without gradients find that is paid like an honest clip? Synthesiser patches and collages.

    python -m benchmarks.black_box --library DIR [--each 3] [--generations 10] [--children 32]

For every request (held-out packs, a few a category) a genetic algorithm looks for the patch of a small synthesiser, and
for the collage of a bank of other packs' clips with other labels, that the combined reward pays most. Printed: how the
best compare with the median honest clip, what the components gave them, and what two outside judges make of them: the
share of a winner's 15 nearest real clips that are of the asked category. A winner that the judges place as they place
honest clips may well be a fair answer; one that they don't is a hole. Twelve requests at 320 scores take some
fifteen minutes of a core.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from audioforge.clips import Clips
from audioforge.exploits import mixtures, patches
from audioforge.exploits.evolution import Found, Genomes, Search, evolved
from audioforge.rewards.combined import CombinedReward
from audioforge.rewards.scores import Scores
from audioforge.scoring.presets import build_reward
from benchmarks.validity_parts.honest_clips import HonestClip, chosen, held_out_library, library_clips, load
from benchmarks.validity_parts.judges import category_votes
from reward_models.audio import AudioBatch
from reward_models.embedders.base import Embedder
from reward_models.embedders.registry import load_embedder

RATE = 32_000
JUDGES = ("aisfx", "musicnn")
BANK_EACH, NEIGHBOURS_EACH, HONEST_EACH = 10, 40, 24

Genome = npt.NDArray[np.float64]
Maker = Callable[[Genome], Tensor]
Vote = Callable[[AudioBatch], list[dict[str, Tensor]]]
Judge = tuple[Embedder, Tensor]


@dataclass(frozen=True)
class Winner:
    """The best clip that a search found for one request.

    Attributes:
        search: What was searched.
        request: What was asked for.
        category: Of the request.
        first: Best total of the random first round.
        total: Best total.
        components: Component → score of the best.
        votes: Judge → share of its nearest real clips that are of the category.
    """

    search: str
    request: str
    category: str
    first: float
    total: float
    components: dict[str, float]
    votes: dict[str, float]


def main() -> None:
    """Searches and prints."""
    options = _options()
    torch.set_num_threads(1)
    reward, pool = build_reward("embedded"), held_out_library(options.library)
    packs = {clip.group for clip in pool}
    others = [clip for clip in library_clips(options.library) if clip.group not in packs]
    neighbours = chosen(others, NEIGHBOURS_EACH)
    vote = partial(votes_of, judges=_judges(neighbours), categories=[own.category for own in neighbours])
    honest = chosen(pool, HONEST_EACH)
    bar = _honest(reward, honest, vote)
    search = Search(options.generations, options.children)
    winners = []
    for number, target in enumerate(chosen(pool, options.each)):
        bank = _bank(others, target)
        for name, maker, genes in (
            ("patches", _patch, patches.GENES),
            ("collages", partial(mixtures.collage, bank=bank, sample_rate=RATE), mixtures.GENES),
        ):
            found = evolved(partial(_totals, reward, target, maker), genes, search, seed=number)
            winners.append(_winner(name, target, found, maker, reward, vote))
            print(f"{name}: {winners[-1].total:.2f} for {target.request!r}", file=sys.stderr, flush=True)
            _save(options.keep, f"{number:02d}-{name}", maker(found.genome))
            if options.out is not None:  # after every search: a run that is cut short leaves what it has
                options.out.write_text(json.dumps([asdict(own) for own in winners], indent=2) + "\n", encoding="utf-8")
    for name in ("patches", "collages"):
        print(row(name, [own for own in winners if own.search == name], bar))


def row(name: str, winners: Sequence[Winner], bar: float) -> str:
    """One line of the table: totals against the median honest clip, components, judges."""
    total, first = ([getattr(own, key) for own in winners] for key in ("total", "first"))
    share, at_first = (sum(own > bar for own in values) / len(values) for values in (total, first))
    means = [float(np.mean([own.components[key] for own in winners])) for key in winners[0].components]
    votes = [f"{judge} {np.mean([own.votes[judge] for own in winners]):.2f}" for judge in JUDGES]
    cells = " | ".join(f"{own:.2f}" for own in means)
    return f"| {name} | {np.median(total):.2f} | {at_first:.0%} → {share:.0%} | {cells} | {', '.join(votes)} |"


def votes_of(clip: AudioBatch, judges: Sequence[Judge], categories: Sequence[str]) -> list[dict[str, Tensor]]:
    """For each judge, category → share of each clip's nearest neighbours."""
    return [category_votes(judge.embed_audio(clip) @ near.T, categories) for judge, near in judges]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", type=Path, required=True, help="folder of clips with a manifest.json")
    parser.add_argument("--each", type=int, default=3, help="requests a category")
    parser.add_argument("--generations", type=int, default=10, help="rounds of a search, the random one included")
    parser.add_argument("--children", type=int, default=32, help="clips scored a round")
    parser.add_argument("--out", type=Path, help="JSON file to write")
    parser.add_argument("--keep", type=Path, help="folder for the winners, to listen to")
    return parser.parse_args()


def _judges(neighbours: Sequence[HonestClip]) -> list[Judge]:
    audio, judges = load(neighbours), [load_embedder(name) for name in JUDGES]
    return [(judge, judge.embed_audio(audio)) for judge in judges]


def _honest(reward: CombinedReward, clips: Sequence[HonestClip], vote: Vote) -> float:
    """Prints the honest clips' line; gives the median total."""
    audio = load(clips)
    scores = _judged(reward, audio, [own.request for own in clips], [own.category for own in clips])
    own_votes = [np.mean([float(own[clip.category][place]) for place, clip in enumerate(clips)]) for own in vote(audio)]
    names = " | ".join(scores.components)
    print(f"| search | median total | above the median honest clip | {names} | votes |\n{'|---' * 12}|")
    means = " | ".join(f"{float(own.score.nanmean()):.2f}" for own in scores.components.values())
    votes = ", ".join(f"{judge} {own:.2f}" for judge, own in zip(JUDGES, own_votes, strict=True))
    bar = float(scores.total.nanmedian())
    print(f"| honest clips | {bar:.2f} | 50% | {means} | {votes} |", flush=True)
    return bar


def _bank(others: Sequence[HonestClip], target: HonestClip) -> list[Tensor]:
    """Clips of other packs whose labels share no word with the target's."""
    words = set(target.label.lower().split())
    strangers = [own for own in others if not words & set(own.label.lower().split())]
    audio = load(chosen(strangers, BANK_EACH)).mono().resample(RATE)
    return [audio.clip(index)[0] for index in range(len(audio))]


def _patch(genome: Genome) -> Tensor:
    return torch.from_numpy(patches.patch(genome, round(mixtures.SECONDS * RATE), RATE))


def _judged(reward: CombinedReward, audio: AudioBatch, requests: Sequence[str], categories: Sequence[str]) -> Scores:
    return reward.judge(Clips(audio, list(requests), categories=list(categories)))


def _totals(reward: CombinedReward, target: HonestClip, maker: Maker, genomes: Genomes) -> Genome:
    audio = AudioBatch.from_arrays([maker(own) for own in genomes], RATE)
    count = len(genomes)
    scores = _judged(reward, audio, [target.request] * count, [target.category] * count)
    return np.asarray(scores.total.double().numpy())


def _winner(
    name: str,
    target: HonestClip,
    found: Found,
    maker: Maker,
    reward: CombinedReward,
    vote: Vote,
) -> Winner:
    audio = AudioBatch.from_arrays([maker(found.genome)], RATE)
    scores = _judged(reward, audio, [target.request], [target.category])
    components = {key: float(own.score[0]) for key, own in scores.components.items()}
    votes = {judge: float(own[target.category][0]) for judge, own in zip(JUDGES, vote(audio), strict=True)}
    return Winner(name, target.request, target.category, found.first, found.fitness, components, votes)


def _save(folder: Path | None, name: str, clip: Tensor) -> None:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        AudioBatch.from_arrays([clip], RATE).save([folder / f"{name}.flac"])


if __name__ == "__main__":
    main()
