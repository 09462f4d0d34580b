import pytest
import torch

from audioforge.clip_audio import ClipAudio
from reward_models.audio import AudioBatch, AudioError

RATES = (8_000, 16_000, 8_000, 8_000)


@pytest.fixture
def arrays() -> list[torch.Tensor]:
    shapes = [(1, 800), (2, 400), (1, 100), (3, 500)]
    return [torch.rand(shape, generator=torch.Generator().manual_seed(i)) for i, shape in enumerate(shapes)]


@pytest.fixture
def sounds(arrays) -> ClipAudio:
    return ClipAudio.from_arrays(arrays, RATES)


def check(sounds: ClipAudio, arrays: list[torch.Tensor], rates: list[int]) -> None:
    assert len(sounds) == len(arrays)
    for index, (array, rate) in enumerate(zip(arrays, rates, strict=True)):
        waveform, own_rate = sounds.clip(index)
        assert own_rate == rate
        assert torch.equal(waveform, array)


def test_every_clip_keeps_its_rate_channels_and_samples(sounds, arrays):
    check(sounds, arrays, RATES)
    assert sorted(sounds.forms) == [(8_000, 1), (8_000, 3), (16_000, 2)]


def test_selected_clips_come_in_the_order_asked_for_even_twice(sounds, arrays):
    order = [3, 2, 1, 2]
    check(sounds.select(order), [arrays[i] for i in order], [RATES[i] for i in order])
    assert len(sounds.select([])) == 0


def test_joined_parts_keep_their_order_and_share_batches_of_one_form(sounds, arrays):
    joined = ClipAudio.joined([sounds, sounds.select([1, 0])])
    check(joined, [*arrays, arrays[1], arrays[0]], [*RATES, RATES[1], RATES[0]])
    assert len(joined.batches) == 3


def test_each_clip_is_heard_at_a_rate_as_it_would_be_alone_and_once(sounds, arrays):
    heard = sounds.heard(12_000)
    assert sounds.heard(12_000) is heard
    assert heard.waveform.shape[:2] == (4, 1)
    for index, (array, rate) in enumerate(zip(arrays, RATES, strict=True)):
        alone = AudioBatch.from_arrays([array], rate).mono().resample(12_000)
        assert torch.equal(heard.clip(index), alone.clip(0))


def test_one_batch_of_all_is_at_the_highest_rate(sounds):
    batch = sounds.of_one_rate()
    assert (batch.sample_rate, batch.lengths.tolist()) == (16_000, [1_600, 400, 200, 1_000])
    alone = AudioBatch.from_arrays([torch.rand(5)], 8_000)
    assert ClipAudio.of(alone).of_one_rate() is alone


def test_an_impossible_array_is_named_by_its_place_among_all():
    with pytest.raises(AudioError, match="clip 1 has shape"):
        ClipAudio.from_arrays([torch.rand(5), torch.rand(1, 1, 5)], [8_000, 16_000])
