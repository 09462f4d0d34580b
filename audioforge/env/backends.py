"""The heavy parts of a run: a generator and a scorer, by the preset's names."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from audioforge.env.charges import Charges
from audioforge.env.config import AudioForgeEnvConfig
from audioforge.env.judging import GroupJudge
from audioforge.env.second_judge import SecondJudge
from audioforge.generators import load_generator
from audioforge.generators.base import Generator
from audioforge.rewards import StyleConsistency
from audioforge.scoring.model_fingerprint import refuse_unready
from audioforge.scoring.presets import build_reward, find_preset
from audioforge.scoring.scorer import Scorer
from reward_models.checkpoints import checkpoint_path, fingerprint

SECOND_EMBEDDER = "aisfx"
"""Trained by others on other data; no component of a preset stands on it, but mini learned to foretell its vectors."""


@dataclass(frozen=True)
class Backends:
    """What renders and judges.

    Attributes:
        judge: Turns answers into records.
        policy: The preset's policy.
        close: Stops worker threads.
        second_judge: Judges evaluations beside the reward; never sent to a trainer.
        models: Fingerprint of all that renders and judges.
    """

    judge: GroupJudge
    policy: str
    close: Callable[[], None]
    second_judge: SecondJudge | None = None
    models: str = ""

    @property
    def generator(self) -> Generator:
        """What renders."""
        return self.judge.generator


def build_backends(config: AudioForgeEnvConfig) -> Backends:
    """Load the preset's generator and rewards.

    Raises:
        ValueError: If a name is unknown, a checkpoint is missing, or the reward would score nothing.
    """
    preset = find_preset(config.preset)
    reward = build_reward(preset, device=config.device)
    judged_by = refuse_unready(reward, preset.embedder)
    generator = load_generator(preset.generator, device=config.device)
    scorer = Scorer(reward)
    folder = Path(config.rollouts_path).parent / "audio" if config.rollouts_path and config.save_audio else None
    charges = Charges(config.unseen_word_charge, length=config.length_charge, compute=config.compute_charge)
    provenance = {
        "preset": preset.name,
        "generator": generator.name,
        "generator.fingerprint": generator.fingerprint,
        "policy": config.policy or preset.policy,
        "charges": _tariff(charges, config.floor),
    }
    judge = GroupJudge(
        generator, scorer, floor=config.floor, audio_folder=folder, provenance=provenance, charges=charges
    )
    second = SecondJudge(lambda: StyleConsistency(SECOND_EMBEDDER))
    models = f"{judged_by}/{generator.fingerprint}/{fingerprint(checkpoint_path(SECOND_EMBEDDER))}"
    return Backends(judge, preset.policy, scorer.close, second, models)


def _tariff(charges: Charges, floor: float) -> str:
    """In words, for provenance: runs of another tariff are not compared. Compute is named only where it costs."""
    compute = f", {charges.compute:g} for compute" if charges.compute else ""
    return f"{charges.unseen_word:g} an unseen word, {charges.length:g} for length{compute}, floor {floor:g}"
