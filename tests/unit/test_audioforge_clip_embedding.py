import pytest
import torch

from audioforge.clips import gather_clips
from reward_models.audio import AudioBatch
from tests.stand_ins import LoudnessEmbedder, tone


class Cramped(LoudnessEmbedder):
    """Has memory for ``room`` clips at once."""

    fingerprint = "cramped-1"

    def __init__(self, room: int, error: Exception) -> None:
        super().__init__()
        self.room, self.error = room, error

    def frame_embeddings(self, audio: AudioBatch):
        if len(audio) > self.room:
            raise self.error
        return super().frame_embeddings(audio)


CLIPS = [tone(0.1), tone(0.2, 1.2), tone(0.0), tone(0.3), tone(0.4, 2.0)]


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory."),
        MemoryError(),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
    ],
)
def test_a_batch_that_runs_out_of_memory_is_halved_until_it_fits(error):
    whole = gather_clips(CLIPS, sample_rate=16_000)
    halved = gather_clips(CLIPS, sample_rate=16_000)
    expected, found = whole.frame_embeddings(LoudnessEmbedder()), halved.frame_embeddings(Cramped(1, error))
    assert found.clip.tolist() == expected.clip.tolist() == [0, 1, 1, 1, 3, 4, 4, 4, 4]
    torch.testing.assert_close(found.embedding, expected.embedding)
    assert (halved.halvings, whole.halvings) == (3, 0)


def test_other_errors_and_a_clip_too_big_by_itself_are_raised():
    with pytest.raises(RuntimeError, match="broke"):
        gather_clips(CLIPS, sample_rate=16_000).frame_embeddings(Cramped(1, RuntimeError("the network broke")))
    with pytest.raises(MemoryError):
        gather_clips(CLIPS, sample_rate=16_000).frame_embeddings(Cramped(0, MemoryError()))
