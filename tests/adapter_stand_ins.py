"""An answer judge on stand-ins, for tests of the adapters. Nothing here ships."""

import json
from collections.abc import Sequence

from audioforge.adapters.judging import AnswerJudge
from audioforge.proposals import Proposal
from audioforge.rewards.combined import CombinedReward
from audioforge.rewards.weights import RewardWeights
from audioforge.scoring.scorer import Scorer
from reward_models.audio import AudioBatch
from tests.env_stand_ins import ToneGenerator
from tests.stand_ins import PeakReward


class BreakableGenerator(ToneGenerator):
    """Raises as often as ``failures`` says, then renders tones."""

    failures = 0

    def generate(self, proposals: Sequence[Proposal], seeds: Sequence[int]) -> AudioBatch:
        if self.failures > 0:
            self.failures -= 1
            raise RuntimeError("the generator broke")
        return super().generate(proposals, seeds)


def make_judge(*, floor: float | None = 0.0, breaks_above: float = 2.0) -> AnswerJudge:
    """Scores an answer by how many words its prompt has, a tenth each; breaks on clips louder than ``breaks_above``."""
    peak = PeakReward(fails=lambda clip: bool(clip.abs().max() > breaks_above))
    reward = CombinedReward([peak], weights=RewardWeights("test", {"peak": 1.0}))
    return AnswerJudge(BreakableGenerator(), Scorer(reward), ["peak"], floor=floor)


def words(count: int) -> str:
    """An answer whose prompt has that many words."""
    return json.dumps({"prompt": " ".join(["word"] * count)})
