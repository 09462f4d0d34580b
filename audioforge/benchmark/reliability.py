"""Does the alignment's probability hold on these clips?

Each clip is asked about its own request and about another one of the benchmark; where the calibration holds, of the
questions that are answered with 0.7 seven in ten concern the clip's own request. A system whose clips miss their
requests looks overconfident here, so read it as the judge and the system together.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from audioforge.reports.benchmark_report import Reliability, ReliabilityBin
from reward_models.calibration import MatchCalibration

BINS = 10


def reliability(
    system: str,
    audio: Float[Tensor, "n dim"],
    text: Float[Tensor, "m dim"],
    own: Sequence[int],
    calibration: MatchCalibration | None,
) -> Reliability:
    """Reliability of a system's clips.

    Args:
        system: Its name.
        audio: Unit vectors of its clips.
        text: Unit vectors of the different requests, in a fixed order.
        own: Row of ``text`` that each clip answers.
        calibration: Of the embedder.
    """
    if len(audio) == 0 or len(text) < 2:
        return Reliability(system, (), None, None, 0, "needs clips of at least two different requests")
    cosine, mine = audio @ text.T, torch.tensor(own)
    matched = cosine.gather(1, mine[:, None])[:, 0]
    other = torch.ones_like(cosine, dtype=torch.bool).scatter_(1, mine[:, None], value=False)
    beats = _share_beaten(matched, cosine, other)
    if calibration is None:
        return Reliability(system, (), None, beats, 2 * len(audio), "the embedder has no calibration")
    turn = 1 + torch.arange(len(audio)) % (len(text) - 1)  # each clip meets another stranger
    strangers = cosine.gather(1, ((mine + turn) % len(text))[:, None])[:, 0]
    predicted = calibration.probability(torch.cat([matched, strangers]))
    bins = _bins(predicted, torch.arange(2 * len(audio)) < len(audio))
    error = sum(one.n * abs(one.predicted - one.observed) for one in bins) / (2 * len(audio))
    return Reliability(system, bins, round(error, 6), beats, 2 * len(audio))


def _share_beaten(matched: Float[Tensor, " n"], cosine: Float[Tensor, "n m"], other: Bool[Tensor, "n m"]) -> float:
    wins = (matched[:, None] > cosine).float() + 0.5 * (matched[:, None] == cosine).float()
    return round(float(wins[other].mean()), 6)


def _bins(predicted: Float[Tensor, " pair"], is_own: Bool[Tensor, " pair"]) -> tuple[ReliabilityBin, ...]:
    place = (predicted * BINS).long().clamp(0, BINS - 1)
    found = []
    for number in range(BINS):
        inside = place == number
        if bool(inside.any()):
            mean, share = float(predicted[inside].mean()), float(is_own[inside].float().mean())
            found.append(ReliabilityBin(round(mean, 6), round(share, 6), int(inside.sum())))
    return tuple(found)
