"""Bytes that may be audio, and arrays of any shape: documented errors or statuses, never a crash or a made-up score."""

import resource
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from audioforge.clips import Clips, gather_clips
from audioforge.rewards import CombinedReward
from audioforge.rewards.weights import RewardWeights
from audioforge.service.bodies import ScoreRequest
from audioforge.service.decoding import decode_clips
from audioforge.service.errors import ServiceError
from audioforge.service.settings import ServiceSettings
from audioforge.status import ScoringError, Status
from reward_models.audio import AudioError
from tests.fuzz_budget import fuzz
from tests.garbling import AUDIO_FILES, audio_bytes
from tests.stand_ins import PeakReward

REWARD = CombinedReward([PeakReward()], weights=RewardWeights("t", {"peak": 1}))
KNOWN = {Status.OK, Status.SILENT, Status.CLIPPED, Status.NON_FINITE, Status.TOO_SHORT, Status.UNREADABLE}


def check_scores(clips: Clips) -> None:
    """A score in [0, 1] where the clip can be judged, and else none, with a reason."""
    scores = REWARD.judge(clips)
    for total, status in zip(scores.total.tolist(), scores.status, strict=True):
        assert status.code in KNOWN
        assert (0 <= total <= 1) if status.ok else (total != total and status.reason)


@fuzz(0.18)
@given(AUDIO_FILES)
def test_any_bytes_as_a_file_are_scored_or_have_a_status(tmp_path_factory, data):
    folder = tmp_path_factory.getbasetemp()
    (folder / "any.wav").write_bytes(data)
    (folder / "good.wav").write_bytes(audio_bytes("WAV"))
    clips = gather_clips([folder / "any.wav", folder / "good.wav"])
    check_scores(clips)
    assert clips.status[1].ok, "a bad clip spoilt its neighbour"


@fuzz(0.17)
@given(st.lists(AUDIO_FILES, min_size=1, max_size=3))
def test_any_bytes_sent_to_the_service_are_scored_or_have_a_status_or_pass_a_limit(files):
    asked = ScoreRequest(tuple(files), ("a tone",) * len(files), (None,) * len(files))
    refusals, clips = [], []
    try:
        clips = decode_clips(asked, ServiceSettings(max_seconds=5, max_samples=400_000))
    except ServiceError as error:
        refusals.append(error.http_status)
    assert refusals in ([], [413])
    for own in clips:
        check_scores(own)


SAMPLES = st.floats(-2, 2, width=32) | st.sampled_from([float("nan"), float("inf"), 1e30, 0.0])
CLIP = st.one_of(
    arrays.arrays(
        np.float32, arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=1_000), elements=SAMPLES
    ),
    arrays.arrays(st.sampled_from([np.int16, np.int32, np.uint8, np.float64, np.bool_]), st.integers(0, 2_000)),
)
RATE = st.one_of(
    st.none(), st.integers(-1, 400_000), st.floats(), st.booleans(), st.sampled_from([8_000, 16_000, 44_100, 10**12])
)
COLUMN = st.none() | st.lists(st.none() | st.text(max_size=10) | st.integers(), max_size=4)


@fuzz(0.15)
@given(st.lists(CLIP, max_size=3) | CLIP, RATE, COLUMN, COLUMN)
def test_arrays_of_any_shape_and_rate_are_scored_or_refused_with_the_mend(audio, rate, requests, categories):
    with suppress(ScoringError, AudioError):
        check_scores(gather_clips(audio, requests, sample_rate=rate, categories=categories))


def test_reading_broken_files_again_and_again_takes_no_memory(tmp_path):
    files = []
    for case, form in enumerate(("WAV", "FLAC", "OGG", "MP3")):
        data = bytearray(audio_bytes(form, channels=2))
        data[len(data) // 2 + case] ^= 0xFF
        files.append(tmp_path / f"{form}.bin")
        files[-1].write_bytes(bytes(data[: -len(data) // 4]))
    resident = []
    for _ in range(2):
        for _ in range(50):
            gather_clips(files)
        resident.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    if resident[1] - resident[0] > 20_000:  # kilobytes
        pytest.fail(f"200 broken files took {resident[1] - resident[0]} kB for good")
