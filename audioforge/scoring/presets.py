"""Presets: one name for a set of backends. A preset is a table of names; the code it runs is the same for all.

A user's own preset is a JSON file with the fields that differ from one of these::

    {"base": "laion", "embedder": "/models/clap", "generator": "stable-audio-open-small=/models/stable-audio"}

Its ``weights`` name a table of weights of the form of ``data/reward_weights.json``, relative to the preset's own file.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path

from audioforge import rewards
from audioforge.choices import wrong_choice
from audioforge.rewards.base import Reward
from audioforge.rewards.combined import CombinedReward
from audioforge.rewards.weights import RewardWeights, WeightsError, load_reward_weights
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
        technical_head: Checkpoint of the technical head, for weights that count it.
        weights: File of the table of weights; the shipped one if empty.
        generator: As ``audioforge.generators`` knows it.
        policy: What proposes: ``tiny`` for the shipped policy, ``openai`` for a server that speaks that protocol.
    """

    name: str
    summary: str
    embedder: str
    quality_head: str
    generator: str
    policy: str
    technical_head: str = "technical-head"
    weights: str = ""


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
    own = replace(base, name=path.stem, **table)
    if own.weights:
        own = replace(own, weights=str(path.parent / own.weights))
    try:
        preset_weights(own)
    except ValueError as error:
        raise ValueError(f"preset {path}: {error}") from error
    return own if "summary" in table else replace(own, summary=_summary(own, path.name))


def _summary(preset: Preset, file: str) -> str:
    weights = f", weights {Path(preset.weights).name}" if preset.weights else ""
    return f"judged by {preset.embedder} (preset {file}{weights})"


def preset_weights(preset: Preset) -> RewardWeights:
    """The table of weights that a preset names, or the shipped one.

    Raises:
        WeightsError: If it is no table of weights, or counts what no preset can judge.
    """
    weights = load_reward_weights(Path(preset.weights) if preset.weights else None)
    _check_components(weights)
    return weights


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
        weights: Table of weights; the preset's by default.
        device: Torch device of the networks.
        embedder: Ready embedder to use instead of loading the preset's.

    Raises:
        ValueError: If the preset or a component is unknown, or a checkpoint isn't here.
    """
    preset = find_preset(preset) if isinstance(preset, str) else preset
    weights = weights or preset_weights(preset)
    _check_components(weights)
    embedder = embedder or load_text_audio_embedder(preset.embedder, device=device)
    names = dict.fromkeys((*weights.components, *weights.gates))
    return CombinedReward([_COMPONENTS[name](preset, embedder, device) for name in names], weights=weights)


def _check_components(weights: RewardWeights) -> None:
    for name in (*weights.components, *weights.gates):
        if name not in _COMPONENTS:
            raise WeightsError(f"weights {weights.version!r}: {wrong_choice('a component', name, _COMPONENTS)}.")


_Maker = Callable[[Preset, TextAudioEmbedder, str], Reward]

_COMPONENTS: dict[str, _Maker] = {
    "clap_alignment": lambda preset, embedder, device: rewards.CLAPAlignment(embedder),
    "style_consistency": lambda preset, embedder, device: rewards.StyleConsistency(embedder),
    "novelty": lambda preset, embedder, device: rewards.Novelty(embedder),
    "quality_head": lambda preset, embedder, device: rewards.QualityHead(
        checkpoint_path(preset.quality_head), device=device
    ),
    "steady_alignment": lambda preset, embedder, device: rewards.SteadyAlignment(embedder),
    "loop_free": lambda preset, embedder, device: rewards.LoopFree(),
    "technical_head": lambda preset, embedder, device: rewards.TechnicalHead(checkpoint_path(preset.technical_head)),
    "reference_fad": lambda preset, embedder, device: rewards.ReferenceFAD(embedder),
    "prompt_pair_quality": lambda preset, embedder, device: rewards.PromptPairQuality(embedder),
}
"""What a table of weights can count, and how a preset makes it; loaded only where it is counted."""
