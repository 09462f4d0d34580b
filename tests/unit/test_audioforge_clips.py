from pathlib import Path

import pytest
import soundfile
import torch

from audioforge.clips import Clips, gather_clips
from audioforge.status import ScoringError, Status
from reward_models.audio import AudioBatch
from tests.stand_ins import LoudnessEmbedder, tone


def codes(clips: Clips) -> list[Status]:
    return [status.code for status in clips.status]


def test_content_that_cannot_be_judged_is_a_status_not_an_error():
    broken = tone(0.5)
    broken[7] = float("nan")
    square = torch.sign(tone(1.0))
    dc = torch.full((8_000,), 0.5)
    audio = [tone(0.5), broken, tone(0.0), square, tone(0.5, 0.01), dc, torch.zeros(1)]
    expected = [Status.OK, Status.NON_FINITE, Status.SILENT, Status.CLIPPED, Status.TOO_SHORT, Status.SILENT]
    assert codes(gather_clips(audio, sample_rate=16_000)) == [*expected, Status.TOO_SHORT]


def test_channels_that_cancel_in_mono_are_silence_even_after_a_codec():
    side = 0.5 * tone(0.5) + 0.01
    cancelled = torch.stack([side, -side])
    coded = torch.stack([side, -side + 1e-4 * torch.sign(tone(0.01))])
    wide = torch.stack([side, -0.9 * side])
    clips = gather_clips([cancelled, coded, wide, torch.stack([side, 0 * side])], sample_rate=16_000)
    assert [own.code for own in clips.status] == [Status.SILENT, Status.SILENT, Status.OK, Status.OK]
    assert "turn the phase of a channel" in clips.status[0].reason


def test_every_status_names_its_clip_and_a_mend():
    clips = gather_clips([tone(0.5), tone(0.0)], sample_rate=16_000)
    assert clips.status[1].reason == "clip 1 is silent (peak below -80 dBFS): check its source"


def test_clips_from_files_go_by_their_files_names(tmp_path: Path):
    soundfile.write(tmp_path / "kick.wav", tone(0.0).numpy(), 16_000)
    soundfile.write(tmp_path / "hat.wav", tone(0.5).numpy(), 16_000)
    clips = gather_clips([tmp_path / "kick.wav", tmp_path / "hat.wav"])
    assert clips.status[0].reason.startswith("kick.wav is silent")
    assert clips.select([1]).request_status(0).reason.startswith("hat.wav has no request")


def test_an_unreadable_file_does_not_spoil_its_neighbours(tmp_path: Path):
    soundfile.write(tmp_path / "good.wav", tone(0.5).numpy(), 16_000)
    (tmp_path / "bad.wav").write_bytes(b"RIFF....")
    clips = gather_clips([tmp_path / "bad.wav", tmp_path / "good.wav", tmp_path / "none.wav"])
    assert codes(clips) == [Status.UNREADABLE, Status.OK, Status.UNREADABLE]
    assert "none.wav does not exist" in clips.status[2].reason
    assert torch.isfinite(clips.embedding(LoudnessEmbedder())).all(1).tolist() == [False, True, False]


def test_each_embedding_is_made_once_and_only_of_clips_that_can_be_judged():
    embedder = LoudnessEmbedder()
    clips = gather_clips([tone(0.5), tone(0.0), tone(0.2, 1.0)], sample_rate=16_000)
    first, second = clips.embedding(embedder), clips.embedding(embedder)
    assert embedder.windows_seen == 3
    assert torch.equal(first.nan_to_num(), second.nan_to_num())
    assert torch.isfinite(first).all(1).tolist() == [True, False, True]


def test_a_clips_embedding_does_not_depend_on_its_neighbours():
    embedder = LoudnessEmbedder()
    alone = gather_clips([tone(0.3)], sample_rate=16_000).embedding(embedder)
    beside = gather_clips([tone(0.9, 2.0), tone(0.3)], sample_rate=16_000).embedding(embedder)
    assert torch.allclose(alone[0], beside[1], atol=1e-6)


def test_equal_requests_are_embedded_once_and_missing_ones_are_nan():
    clips = gather_clips([tone(0.5)] * 3, ["loud", None, "loud"], sample_rate=16_000)
    assert clips.text_embedding(LoudnessEmbedder()).nan_to_num(-1).tolist() == [[0, 1], [-1, -1], [0, 1]]


def test_no_clips_are_no_error():
    assert len(gather_clips([], [])) == 0


def test_one_request_may_stand_for_all_clips():
    assert gather_clips([tone(0.5)] * 2, "loud", sample_rate=16_000).requests == ("loud", "loud")


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: gather_clips([tone(0.5)]), "give sample_rate="),
        (lambda: gather_clips("clip.wav"), "wrap it in a list"),
        (lambda: gather_clips(tone(0.5), sample_rate=16_000), r"one array of shape \(8000,\): wrap it in a list"),
        (lambda: Clips(AudioBatch.from_arrays([tone(0.5)], 16_000), names=[]), "one name per clip: got 0 for 1"),
        (lambda: gather_clips([tone(0.5)] * 2, ["one"], sample_rate=16_000), "one request per clip: got 1 for 2"),
        (lambda: gather_clips([tone(0.5)], [3], sample_rate=16_000), "request of clip 0 is a int"),
        (lambda: gather_clips([tone(0.5)], categories="drums", sample_rate=16_000), "single string"),
    ],
)
def test_a_slip_in_the_call_is_explained(call, match):
    with pytest.raises(ScoringError, match=match):
        call()


def test_selected_clips_keep_what_belongs_to_them():
    clips = Clips(
        AudioBatch.from_arrays([tone(0.5), tone(0.0)], 16_000),
        ["loud", "quiet"],
        categories=["drums", None],
        groups=["a", "b"],
    )
    chosen = clips.select([1])
    assert (chosen.requests, chosen.categories, chosen.groups) == (("quiet",), (None,), ("b",))
    assert chosen.status[0].code is Status.SILENT
