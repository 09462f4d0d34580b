from pathlib import Path

import jaxtyping
import numpy as np
import pytest
import soundfile
import torch

from reward_models.audio import AudioBatch, AudioError


def tone(seconds: float, rate: int = 16_000, frequency: float = 440.0) -> np.ndarray:
    time = np.arange(round(seconds * rate)) / rate
    return (0.5 * np.sin(2 * np.pi * frequency * time)).astype(np.float32)


def test_clips_of_different_lengths_are_padded_and_remembered():
    batch = AudioBatch.from_arrays([tone(0.5), tone(1.0)], 16_000)
    assert batch.waveform.shape == (2, 1, 16_000)
    assert batch.lengths.tolist() == [8_000, 16_000]
    assert batch.seconds.tolist() == [0.5, 1.0]
    assert float(batch.waveform[0, 0, 8_000:].abs().max()) == 0


def test_a_mono_clip_beside_a_stereo_one_is_heard_on_both_sides():
    stereo = np.stack([tone(0.1), 0 * tone(0.1)])
    batch = AudioBatch.from_arrays([tone(0.1), stereo], 16_000)
    assert torch.equal(batch.waveform[0, 0], batch.waveform[0, 1])
    assert float(batch.waveform[1, 1].abs().max()) == 0


def test_integer_samples_are_taken_at_their_full_scale():
    batch = AudioBatch.from_arrays([np.array([-32768, 0, 16384], dtype=np.int16)], 16_000)
    assert batch.waveform[0, 0].tolist() == [-1.0, 0.0, 0.5]


@pytest.mark.parametrize(
    ("array", "match"),
    [
        (np.zeros((2, 3, 4), np.float32), "clip 0 has shape"),
        (np.zeros((5000, 2), np.float32), r"looks like \(time, channel\)"),
        (np.zeros(10, np.uint8), r"clip 0 holds torch\.uint8"),
        (np.array([0.1, None]), "clip 0 holds object"),
    ],
)
def test_an_impossible_array_is_named(array, match):
    with pytest.raises(AudioError, match=match):
        AudioBatch.from_arrays([array], 16_000)


@pytest.mark.parametrize("kind", [">f4", ">i2", "<f8", "g"])
def test_arrays_of_any_byte_order_are_read_even_where_they_may_not_be_written(kind):
    array = np.array([0, 1, 0.5] if np.dtype(kind).kind == "f" else [0, 32_767, 16_384]).astype(kind)
    array.flags.writeable = False
    batch = AudioBatch.from_arrays([array], 8_000)
    torch.testing.assert_close(batch.clip(0)[0], torch.tensor([0, 1, 0.5]), atol=1e-4, rtol=0)


@pytest.mark.parametrize(("rate", "match"), [(44, "in kHz"), (44.1, "whole number"), (0, "must lie in")])
def test_an_impossible_rate_is_named(rate, match):
    with pytest.raises(AudioError, match=match):
        AudioBatch.from_arrays([tone(0.1)], rate)


def test_a_batch_checks_its_structure(monkeypatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)  # the annotations would speak first
    with pytest.raises(AudioError, match=r"expected \(batch, channel, time\)"):
        AudioBatch(torch.zeros(2, 10), 16_000, torch.tensor([10, 10]))
    with pytest.raises(AudioError, match=r"lengths must lie in 0\.\.10"):
        AudioBatch(torch.zeros(1, 1, 10), 16_000, torch.tensor([11]))
    with pytest.raises(AudioError, match=r"expected torch\.float32"):
        AudioBatch(torch.zeros(1, 1, 10, dtype=torch.float64), 16_000, torch.tensor([10]))


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg"])
def test_what_is_saved_can_be_loaded(tmp_path: Path, suffix: str):
    batch = AudioBatch.from_arrays([tone(0.5, 44_100)], 44_100)
    batch.save([tmp_path / f"clip.{suffix}"])
    again = AudioBatch.load([tmp_path / f"clip.{suffix}"])
    assert again.sample_rate == 44_100
    assert again.lengths.tolist() == batch.lengths.tolist()
    assert float((again.waveform - batch.waveform).abs().max()) < (0.1 if suffix == "ogg" else 1e-4)


def test_files_of_other_rates_follow_the_first(tmp_path: Path):
    for name, rate in (("a.wav", 44_100), ("b.wav", 8_000)):
        soundfile.write(tmp_path / name, tone(0.5, rate), rate)
    batch = AudioBatch.load([tmp_path / "a.wav", tmp_path / "b.wav"])
    assert batch.sample_rate == 44_100
    assert batch.lengths.tolist() == [22_050, 22_050]


def test_channels_that_a_clip_lacks_beside_another_do_not_thin_its_mono_mix():
    stereo = np.stack([tone(0.5), 0.2 * tone(0.5)])
    batch = AudioBatch.from_arrays([stereo, np.zeros((6, 100), np.float32), tone(0.5)], 16_000).mono()
    assert batch.clip(0)[0].numpy() == pytest.approx(stereo.mean(0), abs=1e-6)
    assert batch.clip(2)[0].numpy() == pytest.approx(tone(0.5), abs=1e-6)


def test_six_channels_mix_down_to_their_mean(tmp_path: Path):
    channels = np.stack([tone(0.1) * gain for gain in (1, 0.5, 0, 0, 0, 0)])
    soundfile.write(tmp_path / "surround.wav", channels.T, 16_000)
    batch = AudioBatch.load([tmp_path / "surround.wav"], channels=1)
    assert torch.allclose(batch.waveform[0, 0], torch.from_numpy(tone(0.1)) * 0.25, atol=1e-3)


def test_each_unreadable_file_is_named_with_the_mend(tmp_path: Path):
    (tmp_path / "empty.wav").touch()
    (tmp_path / "text.wav").write_text("no audio")
    soundfile.write(tmp_path / "rate.wav", tone(0.1), 16_793_216)
    soundfile.write(tmp_path / "many.wav", tone(0.1)[:, None].repeat(60, 1)[:20], 16_000)
    for name, match in (
        ("empty.wav", "is empty"),
        ("text.wav", "can't be read"),
        ("missing.wav", "does not exist"),
        ("rate.wav", "says 16793216 Hz"),
        ("many.wav", "has 60 channels"),
    ):
        with pytest.raises(AudioError, match=f"{name} {match}"):
            AudioBatch.load([tmp_path / name])
    with pytest.raises(AudioError, match="is a folder"):
        AudioBatch.load([tmp_path])


def test_resampling_keeps_pitch_and_duration():
    batch = AudioBatch.from_arrays([tone(1.0, 48_000, 1_000)], 48_000).resample(16_000)
    spectrum = torch.fft.rfft(batch.clip(0)[0]).abs()
    assert batch.lengths.tolist() == [16_000]
    assert abs(int(spectrum.argmax()) - 1_000) <= 1


def test_resampling_does_not_depend_on_padding():
    alone = AudioBatch.from_arrays([tone(0.3)], 16_000).resample(22_050)
    beside = AudioBatch.from_arrays([tone(0.3), tone(2.0)], 16_000).resample(22_050)
    assert torch.equal(alone.clip(0), beside.clip(0))


def test_the_last_window_ends_with_the_clip():
    batch = AudioBatch.from_arrays([np.arange(25, dtype=np.float32) / 25], 1_000)
    windows = batch.windows(0.01)
    assert windows.clip.tolist() == [0, 0, 0]
    assert (windows.waveform[:, 0] * 25).round().tolist() == [0, 10, 15]


@pytest.mark.parametrize(
    ("fill", "expected"),
    [
        ("repeat", [1, 2, 3, 4, 1, 2, 3, 4, 1, 2]),
        ("repeatpad", [1, 2, 3, 4, 1, 2, 3, 4, 0, 0]),
        ("zero", [1, 2, 3, 4] + [0] * 6),
    ],
)
def test_a_short_clip_fills_its_window(fill, expected):
    batch = AudioBatch.from_arrays([np.array([1, 2, 3, 4], np.float32) / 8], 1_000)
    assert (batch.windows(0.01, fill=fill).waveform[0] * 8).tolist() == expected


def test_windows_asks_for_mono():
    with pytest.raises(AudioError, match=r"call \.mono"):
        AudioBatch.from_arrays([np.zeros((2, 100), np.float32)], 1_000).windows(0.01)


def test_selecting_drops_padding_that_is_no_longer_needed():
    batch = AudioBatch.from_arrays([tone(0.1), tone(1.0)], 16_000)
    assert batch.select([0]).waveform.shape == (1, 1, 1_600)
    assert batch.select([]).waveform.shape[0] == 0


def test_concatenated_batches_keep_their_clips():
    left, right = AudioBatch.from_arrays([tone(0.1)], 16_000), AudioBatch.from_arrays([tone(0.2)], 16_000)
    joined = AudioBatch.concatenate([left, right])
    assert torch.equal(joined.clip(0), left.clip(0))
    assert torch.equal(joined.clip(1), right.clip(0))


@pytest.mark.parametrize("suffix", ["wav", "flac"])
def test_what_was_saved_in_16_bits_is_read_as_the_nearest_steps_and_keeps_them_when_saved_again(tmp_path, suffix):
    path, noise = tmp_path / f"clip.{suffix}", 0.5 * torch.randn(2, 4_000, generator=torch.Generator().manual_seed(0))
    AudioBatch.from_arrays([noise], 16_000).save([path])
    once = AudioBatch.load([path])
    assert torch.equal(once.clip(0), (noise * 32_768).round().clamp(-32_768, 32_767) / 32_768)
    once.save([path])
    assert torch.equal(AudioBatch.load([path]).waveform, once.waveform)
