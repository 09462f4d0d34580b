"""The heavy parts of a run: a generator and a scorer, by the preset's names."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from audioforge.env.config import AudioForgeEnvConfig
from audioforge.env.judging import GroupJudge
from audioforge.generators import load_generator
from audioforge.generators.base import Generator
from audioforge.scoring.presets import build_reward, find_preset
from audioforge.scoring.scorer import Scorer


@dataclass(frozen=True)
class Backends:
    """What renders and judges.

    Attributes:
        judge: Turns answers into records.
        policy: The preset's policy.
        close: Stops worker threads.
    """

    judge: GroupJudge
    policy: str
    close: Callable[[], None]

    @property
    def generator(self) -> Generator:
        """What renders."""
        return self.judge.generator


def build_backends(config: AudioForgeEnvConfig) -> Backends:
    """Load the preset's generator and rewards.

    Raises:
        ValueError: If a name is unknown or a checkpoint is missing.
    """
    preset = find_preset(config.preset)
    generator = load_generator(preset.generator)
    scorer = Scorer(build_reward(preset))
    folder = Path(config.rollouts_path).parent / "audio" if config.rollouts_path and config.save_audio else None
    provenance = {
        "preset": preset.name,
        "generator": generator.name,
        "generator.fingerprint": generator.fingerprint,
        "policy": config.policy or preset.policy,
    }
    judge = GroupJudge(generator, scorer, floor=config.floor, audio_folder=folder, provenance=provenance)
    return Backends(judge, preset.policy, scorer.close)
