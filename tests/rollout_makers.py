"""Records for tests of what is built on rollouts."""

from pathlib import Path

from audioforge.component_score import ComponentScore
from audioforge.proposals import Proposal
from audioforge.rollouts import RolloutRecord
from audioforge.status import OK, ClipStatus, Status
from reward_models.audio import AudioBatch
from tests.stand_ins import tone


def scored(folder: Path, name: str, level: float, **changes) -> RolloutRecord:
    """A scored rollout whose clip lies in ``folder``."""
    AudioBatch.from_arrays([tone(level, 0.5, 44_100)], 44_100).save([folder / f"{name}.flac"])
    fields = {
        "id": name,
        "group": name.split("-")[0],
        "target_id": "drums-techno-128",
        "category": "drums",
        "split": "train",
        "request": "128 BPM techno drum loop",
        "messages": ({"role": "user", "content": "128 BPM techno drum loop"},),
        "completion": '{"prompt": "techno"}',
        "proposal": Proposal("techno <drum> loop", negative_prompt="vocals"),
        "prompt_words_cut": 0,
        "seed": 3,
        "status": OK,
        "parse_failure": None,
        "components": {
            "clap_alignment": ComponentScore(level, 0.4),
            "quality_head": ComponentScore(0.8, 0.8, uncertainty=0.1),
        },
        "total": level,
        "reward": level,
        "seconds_taken": {"score": 0.1},
        "tokens": 12,
        "audio": f"{name}.flac",
        "provenance": {"preset": "embedded"},
    }
    return RolloutRecord(**(fields | changes))


def malformed(folder: Path, name: str, **changes) -> RolloutRecord:
    """A rollout whose answer was no proposal."""
    fields = {
        "completion": "techno!",
        "proposal": None,
        "status": ClipStatus(Status.MALFORMED, "no JSON object in the answer"),
        "parse_failure": "no_json",
        "components": {},
        "total": None,
        "reward": 0.0,
        "audio": None,
    }
    return scored(folder, name, 0.1, **(fields | changes))
