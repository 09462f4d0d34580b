"""Presets: one name for a set of backends. A preset is a table of names; the code it runs is the same for all.

A user's own preset is a JSON file with the fields that differ from one of these::

    {"base": "laion", "embedder": "/models/clap", "generator": "stable-audio-open-small=/models/stable-audio"}
"""

import json
from dataclasses import dataclass, fields, replace
from pathlib import Path

from audioforge.rewards.base import Reward
from audioforge.rewards.combined import CombinedReward
from audioforge.rewards.weights import RewardWeights, load_reward_weights
from reward_models.checkpoints import checkpoint_path
from reward_models.embedders.base import TextAudioEmbedder
from reward_models.embedders.registry import load_text_audio_embedder


@dataclass(frozen=True)
class Preset:
    """Names of the backends that work together.

    Attributes:
        name: As given to ``--preset``.
        summary: One sentence: what judges, and how far to trust it.
        embedder: Text–audio embedder behind alignment, style and novelty.
        quality_head: Checkpoint of the quality head.
        generator: As ``audioforge.generators`` knows it.
        policy: What proposes: ``tiny`` for the shipped policy, ``openai`` for a server that speaks that protocol.
    """

    name: str
    summary: str
    embedder: str
    quality_head: str
    generator: str
    policy: str


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            name="embedded",
            summary=(
                "judged by `mini`, a small model trained for this project: it ranks what it was taught, and is no "
                "substitute for LAION-CLAP"
            ),
            embedder="mini",
            quality_head="quality-head",
            generator="sketch",
            policy="tiny",
        ),
        Preset(
            name="laion",
            summary="judged by LAION-CLAP (laion/clap-htsat-unfused)",
            embedder="laion/clap-htsat-unfused",
            quality_head="quality-head",
            generator="stable-audio-open-small",
            policy="openai",
        ),
    )
}


def find_preset(name: str) -> Preset:
    """The preset of that name, or of that JSON file.

    Raises:
        ValueError: If there is none; the message lists those there are, or what is wrong in the file.
    """
    if name.endswith(".json"):
        return _read_preset(Path(name))
    if name not in PRESETS:
        raise ValueError(f"no preset named {name!r}: give one of {', '.join(PRESETS)}, or a JSON file.")
    return PRESETS[name]


def _read_preset(path: Path) -> Preset:
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"preset {path}: can't be read as JSON ({error}).") from error
    known = {field.name for field in fields(Preset)} - {"name"}
    if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
        raise ValueError(
            f"preset {path}: expected an object of texts, with base and any of {', '.join(sorted(known))}."
        )
    base = PRESETS.get(table.pop("base", ""))
    if base is None:
        raise ValueError(f'preset {path}: "base" must be one of {", ".join(PRESETS)}.')
    if unknown := sorted(set(table) - known):
        raise ValueError(f"preset {path}: unknown {', '.join(unknown)}; known are {', '.join(sorted(known))}.")
    embedder = table.get("embedder", base.embedder)
    return replace(base, name=path.stem, **{"summary": f"judged by {embedder} (preset {path.name})", **table})


def build_reward(
    preset: Preset | str = "embedded",
    *,
    weights: RewardWeights | None = None,
    device: str = "cpu",
    embedder: TextAudioEmbedder | None = None,
) -> CombinedReward:
    """The preset's combined reward, with only those components that its weights count.

    Args:
        preset: A preset or its name.
        weights: Table of weights; the shipped one by default.
        device: Torch device of the networks.
        embedder: Ready embedder to use instead of loading the preset's.

    Raises:
        ValueError: If the preset or a component is unknown, or a checkpoint isn't here.
    """
    preset = find_preset(preset) if isinstance(preset, str) else preset
    weights = weights or load_reward_weights()
    embedder = embedder or load_text_audio_embedder(preset.embedder, device=device)
    names = dict.fromkeys((*weights.components, *weights.gates))
    return CombinedReward([_component(name, preset, embedder, device) for name in names], weights=weights)


def _component(name: str, preset: Preset, embedder: TextAudioEmbedder, device: str) -> Reward:
    from audioforge.rewards import (
        CLAPAlignment,
        LoopFree,
        Novelty,
        PromptPairQuality,
        QualityHead,
        SteadyAlignment,
        StyleConsistency,
    )

    match name:
        case "clap_alignment":
            return CLAPAlignment(embedder)
        case "style_consistency":
            return StyleConsistency(embedder)
        case "novelty":
            return Novelty(embedder)
        case "prompt_pair_quality":
            return PromptPairQuality(embedder)
        case "steady_alignment":
            return SteadyAlignment(embedder)
        case "loop_free":
            return LoopFree()
        case "quality_head":
            return QualityHead(checkpoint_path(preset.quality_head), device=device)
    raise ValueError(f"the weights count {name!r}, which is no component of a preset.")
