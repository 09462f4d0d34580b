import pytest
import torch

from audioforge.clips import gather_clips
from audioforge.rewards import SteadyAlignment
from audioforge.status import ScoringError, Status
from reward_models.calibration import MatchCalibration
from reward_models.embedders.base import TextAudioEmbedder
from tests.stand_ins import tone

RATE = 16_000


class PitchEmbedder(TextAudioEmbedder):
    """Likes one frequency to the hertz, as it would a pattern made for its weights, and likes any rough sound."""

    name, sample_rate, dim, window_seconds, fingerprint = "pitch", RATE, 2, 0.5, "pitch-1"
    device = torch.device("cpu")
    calibration: MatchCalibration | None = MatchCalibration(10.0, -5.0, "pitch-1", "test", "made up", 0.0, 2)

    def __init__(self) -> None:
        self.windows_seen = 0

    def embed_windows(self, windows: torch.Tensor) -> torch.Tensor:
        self.windows_seen += len(windows)
        power = torch.fft.rfft(windows).abs().square()
        sharp = power[:, 220] / power.sum(1)  # 440 Hz
        wide = power[:, 100:2000].sum(1) / power.sum(1) * (power.amax(1) < 0.1 * power.sum(1))
        return torch.stack([torch.maximum(sharp, wide), 0.5 * torch.ones(len(windows))], dim=1)

    def embed_text(self, texts: list[str]) -> torch.Tensor:
        return torch.tensor([[1.0, 0.0]] * len(texts))


def rough() -> torch.Tensor:
    return 0.1 * torch.randn(RATE // 2, generator=torch.Generator().manual_seed(0))


def test_a_match_that_one_speed_alone_gives_is_refused_and_one_that_stays_passes():
    result = SteadyAlignment(PitchEmbedder())([tone(0.5), rough()], "anything", sample_rate=RATE)
    assert result.score.tolist() == [0, 1]
    assert result.raw[0] > 3
    assert abs(float(result.raw[1])) < 0.5


def test_a_clip_that_does_not_match_is_not_looked_at_again():
    embedder = PitchEmbedder()
    low = torch.sin(2 * torch.pi * 50 * torch.arange(RATE // 2) / RATE)
    result = SteadyAlignment(embedder)([low], "anything", sample_rate=RATE)
    assert result.score.tolist() == [1]
    assert embedder.windows_seen == 1


def test_no_calibration_no_score_and_no_request_no_score():
    embedder = PitchEmbedder()
    embedder.calibration = None
    assert torch.isnan(SteadyAlignment(embedder)([tone(0.5)], "anything", sample_rate=RATE).score).all()
    result = SteadyAlignment(PitchEmbedder()).score(gather_clips([tone(0.5)] * 2, ["anything", " "], sample_rate=RATE))
    assert torch.isnan(result.score).tolist() == [False, True]
    assert result.status[1].code is Status.NO_REQUEST


def test_a_clip_keeps_its_score_beside_others_of_other_rates_lengths_and_channels():
    own = rough()
    alone = SteadyAlignment(PitchEmbedder())([own], "anything", sample_rate=RATE)
    sounds = [tone(0.7).expand(2, -1), own, rough()[:4_000]]
    clips = gather_clips(sounds, ["anything"] * 3, sample_rate=RATE)
    assert float(SteadyAlignment(PitchEmbedder()).score(clips).raw[1]) == pytest.approx(float(alone.raw[0]), abs=1e-5)


def test_all_second_looks_are_one_pass():
    embedder = PitchEmbedder()
    passes: list[int] = []
    inner = embedder.embed_audio
    embedder.embed_audio = lambda audio: passes.append(len(audio)) or inner(audio)
    SteadyAlignment(embedder)([rough(), rough()[:5_000], rough()[:6_000]], "anything", sample_rate=RATE)
    assert passes == [3]


def test_the_secret_is_bounded_and_its_name_is_in_the_provenance():
    with pytest.raises(ScoringError, match="secret has 65 bytes, expected at most 64"):
        SteadyAlignment(PitchEmbedder(), secret="x" * 65)
    names = {
        SteadyAlignment(PitchEmbedder(), secret=own)([rough()], "a", sample_rate=RATE).provenance["secret"]
        for own in ("", "one", "two")
    }
    assert len(names) == 3
    assert "none" in names
