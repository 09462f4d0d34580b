"""A batch of audio clips at one sample rate, the form in which audio travels through the library.

Conventions: ``waveform`` is float32 ``(batch, channel, time)``, full scale is [-1, 1]; ``lengths`` are samples; samples
past a clip's length are zero. A batch checks its *structure* (shapes, rate, lengths); whether a clip's *content* can be
judged (silent, clipped, non-finite, too short) is for ``audioforge.clips``: one bad clip must not spoil its batch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import soundfile
import soxr
import torch
from jaxtyping import Float, Int
from torch import Tensor

Fill = Literal["repeat", "repeatpad", "zero"]
"""How a window longer than its clip is filled: tile and cut; tile whole copies, then zeros; zeros."""

ArrayLike = npt.NDArray[np.floating | np.signedinteger] | Tensor

MIN_SAMPLE_RATE = 1_000
MAX_SAMPLE_RATE = 768_000
MAX_CHANNELS = 32


class AudioError(ValueError):
    """Audio that can't be read or has no usable structure; the message names the clip or file and the mend."""


class Windows(NamedTuple):
    """Fixed-length mono windows and the clip that each was cut from."""

    waveform: Float[Tensor, "window time"]
    clip: Int[Tensor, " window"]


@dataclass(frozen=True, eq=False)
class AudioBatch:
    """Clips at one sample rate, padded with zeros to the longest.

    Attributes:
        waveform: ``(batch, channel, time)`` float32, full scale [-1, 1].
        sample_rate: Hz.
        lengths: ``(batch,)`` true length of each clip in samples, 0 to ``time``.

    Raises:
        AudioError: If a shape, the rate or a length is impossible.
    """

    waveform: Float[Tensor, "batch channel time"]
    sample_rate: int
    lengths: Int[Tensor, " batch"]

    def __post_init__(self) -> None:
        _check_sample_rate(self.sample_rate)
        if self.waveform.ndim != 3:
            raise AudioError(
                f"waveform has shape {tuple(self.waveform.shape)}, expected (batch, channel, time): "
                "use AudioBatch.from_arrays for clips of one or two dimensions."
            )
        if self.waveform.dtype != torch.float32:
            raise AudioError(f"waveform is {self.waveform.dtype}, expected torch.float32 with full scale [-1, 1].")
        self._check_lengths()

    def _check_lengths(self) -> None:
        if self.lengths.shape != (len(self.waveform),):
            raise AudioError(f"got lengths of shape {tuple(self.lengths.shape)} for {len(self.waveform)} clips.")
        if len(self.lengths) and not 0 <= int(self.lengths.min()) <= int(self.lengths.max()) <= self.waveform.shape[-1]:
            raise AudioError(f"lengths must lie in 0..{self.waveform.shape[-1]} samples, got {self.lengths.tolist()}.")

    def __len__(self) -> int:
        return len(self.waveform)

    @property
    def seconds(self) -> Float[Tensor, " batch"]:
        """Duration of each clip in seconds."""
        return self.lengths.float() / self.sample_rate

    @classmethod
    def from_arrays(cls, arrays: Sequence[ArrayLike], sample_rate: int) -> "AudioBatch":
        """Pads clips of different lengths and channel counts into one batch.

        Args:
            arrays: One array a clip, ``(time,)`` or ``(channel, time)``. Floats are taken at full scale [-1, 1],
                16- and 32-bit integers at their type's full scale. Mono beside stereo is copied to both sides; channels
                that a clip lacks beside one with more are filled with its mono mix, so that its mean stays what it is.
            sample_rate: Hz, of all of them.

        Raises:
            AudioError: If a clip has no or more than two dimensions, or looks like ``(time, channel)``.
        """
        clips = [as_channels(array, index) for index, array in enumerate(arrays)]
        channels = max((clip.shape[0] for clip in clips), default=1)
        time = max((clip.shape[1] for clip in clips), default=0)
        waveform = torch.zeros(len(clips), channels, time)
        for row, clip in zip(waveform, clips, strict=True):
            row[:, : clip.shape[1]] = _to_channels(clip, channels)
        lengths = torch.tensor([clip.shape[1] for clip in clips], dtype=torch.int64)
        return cls(waveform, sample_rate, lengths)

    @classmethod
    def load(
        cls, paths: Sequence[str | Path], *, sample_rate: int | None = None, channels: int | None = None
    ) -> "AudioBatch":
        """Reads wav, flac, ogg or mp3 files (whatever libsndfile reads).

        Args:
            paths: Files, one a clip.
            sample_rate: Rate of the batch in Hz; by default that of the first file. Others are resampled.
            channels: Channels of the batch; 1 mixes down. By default the most that a file has.

        Raises:
            AudioError: At the first file that is missing, a folder, empty, or no audio.
        """
        decoded = [read_audio(path) for path in paths]
        rate = sample_rate or (decoded[0][1] if decoded else 48_000)
        clips = [resample_clip(clip, own_rate, rate) for clip, own_rate in decoded]
        if channels is not None:
            clips = [_to_channels(clip, channels) for clip in clips]
        return cls.from_arrays(clips, rate)

    @classmethod
    def concatenate(cls, batches: Sequence["AudioBatch"]) -> "AudioBatch":
        """Joins batches; all take the sample rate of the first."""
        if not batches:
            raise AudioError("concatenate needs at least one batch, got none.")
        rate = batches[0].sample_rate
        batches = [batch.resample(rate) for batch in batches]
        return cls.from_arrays([batch.clip(i) for batch in batches for i in range(len(batch))], rate)

    def save(self, paths: Sequence[str | Path]) -> None:
        """Writes each clip to its path; the suffix chooses the format (wav and flac in 16 bits, ogg Vorbis).

        Raises:
            AudioError: If there isn't one path a clip.
        """
        if len(paths) != len(self):
            raise AudioError(f"save needs one path per clip: got {len(paths)} paths for {len(self)} clips.")
        for index, path in enumerate(paths):
            samples = self.clip(index).detach().cpu()
            if Path(path).suffix.lower() == ".wav":  # libsndfile would scale by 32767, and reads by 32768
                samples = (samples * 32_768).round_().clamp_(-32_768, 32_767).to(torch.int16)
            soundfile.write(str(path), samples.numpy().T, self.sample_rate)

    def clip(self, index: int) -> Float[Tensor, "channel length"]:
        """One clip without its padding (a view)."""
        return self.waveform[index, :, : int(self.lengths[index])]

    def select(self, indices: Sequence[int]) -> "AudioBatch":
        """The clips at ``indices``, in that order, padded no longer than they need."""
        index = torch.as_tensor(list(indices), dtype=torch.int64)
        lengths = self.lengths[index]
        time = int(lengths.max()) if len(lengths) else 0
        return AudioBatch(self.waveform[index.to(self.waveform.device), :, :time], self.sample_rate, lengths)

    def to(self, device: torch.device | str) -> "AudioBatch":
        """The same batch with its waveform on ``device``; lengths stay on the CPU."""
        return AudioBatch(self.waveform.to(device), self.sample_rate, self.lengths)

    def mono(self) -> "AudioBatch":
        """Mean over channels: ``(batch, 1, time)``."""
        if self.waveform.shape[1] == 1:
            return self
        return AudioBatch(self.waveform.mean(1, keepdim=True), self.sample_rate, self.lengths)

    def resample(self, sample_rate: int) -> "AudioBatch":
        """Band-limited resampling (soxr, high quality) of each clip over its true length, so padding never rings in."""
        _check_sample_rate(sample_rate)
        if sample_rate == self.sample_rate:
            return self
        device = self.waveform.device
        clips = [resample_clip(self.clip(i).cpu(), self.sample_rate, sample_rate) for i in range(len(self))]
        batch = (
            AudioBatch.from_arrays(clips, sample_rate)
            if clips
            else AudioBatch(self.waveform, sample_rate, self.lengths)
        )
        return batch.to(device)

    def windows(self, seconds: float, *, hop_seconds: float | None = None, fill: Fill = "repeat") -> Windows:
        """Cuts each clip into fixed windows at deterministic places, the last one aligned to the clip's end.

        Args:
            seconds: Window length.
            hop_seconds: Distance of window starts; by default the windows don't overlap (but for the last).
            fill: What fills the one window of a clip that is shorter than it.

        Returns:
            Windows in clip order. A clip of no samples gives one silent window.

        Raises:
            AudioError: If the batch isn't mono (mix it down by ``mono()`` first).
        """
        if self.waveform.shape[1] != 1:
            raise AudioError(f"windows needs mono audio, got {self.waveform.shape[1]} channels: call .mono() first.")
        size = round(seconds * self.sample_rate)
        hop = size if hop_seconds is None else max(1, round(hop_seconds * self.sample_rate))
        pieces, owners = [], []
        for index in range(len(self)):
            cut = _cut(self.clip(index)[0], size, hop, fill)
            pieces.append(cut)
            owners.extend([index] * len(cut))
        waveform = torch.cat(pieces) if pieces else self.waveform.new_zeros(0, size)
        return Windows(waveform, torch.tensor(owners, dtype=torch.int64))


def read_audio(path: str | Path) -> tuple[Float[Tensor, "channel time"], int]:
    """One file's samples and its rate in Hz.

    Raises:
        AudioError: If the file is missing, a folder, empty, nothing that libsndfile reads, or of an impossible rate
            or number of channels; the message says which.
    """
    path = Path(path)
    if path.is_dir():
        raise AudioError(f"{path} is a folder, expected an audio file: name the files in it ({path}/*.wav).")
    if not path.exists():
        raise AudioError(f"{path} does not exist: check the path.")
    if path.stat().st_size == 0:
        raise AudioError(f"{path} is empty (0 bytes): write or download it again.")
    try:
        samples, sample_rate = soundfile.read(str(path), dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError) as error:
        raise AudioError(
            f"{path} can't be read as audio ({error}): give a wav, flac, ogg or mp3 file, or convert it first."
        ) from error
    if not MIN_SAMPLE_RATE <= sample_rate <= MAX_SAMPLE_RATE:
        raise AudioError(f"{path} says {sample_rate} Hz, which no recording has: its header is damaged, save it again.")
    if samples.shape[1] > MAX_CHANNELS:
        raise AudioError(f"{path} has {samples.shape[1]} channels, at most {MAX_CHANNELS} are read: mix it down first.")
    return torch.from_numpy(np.ascontiguousarray(samples.T)), int(sample_rate)


def resample_clip(clip: Float[Tensor, "channel time"], own_rate: int, rate: int) -> Float[Tensor, "channel resampled"]:
    """One clip at another rate (soxr, high quality), ``time * rate / own_rate`` samples long."""
    if own_rate == rate or clip.shape[1] == 0:
        return clip
    converted = soxr.resample(clip.numpy().T, own_rate, rate, quality="HQ")
    return torch.from_numpy(np.ascontiguousarray(converted.T))


def _check_sample_rate(sample_rate: int) -> None:
    if isinstance(sample_rate, bool) or not isinstance(sample_rate, int):
        raise AudioError(f"sample_rate must be a whole number of Hz, got {sample_rate!r}.")
    if not MIN_SAMPLE_RATE <= sample_rate <= MAX_SAMPLE_RATE:
        slip = " (was the rate given in kHz?)" if 0 < sample_rate < MIN_SAMPLE_RATE else ""
        raise AudioError(f"sample_rate must lie in {MIN_SAMPLE_RATE}..{MAX_SAMPLE_RATE} Hz, got {sample_rate}{slip}.")


def is_finite(samples: Tensor) -> bool:
    """True without NaN or infinity; mostly one sum tells, in a fraction of the time."""
    return bool(samples.sum().isfinite()) or bool(torch.isfinite(samples).all())


def as_channels(array: ArrayLike, index: int) -> Float[Tensor, "channel time"]:
    """One clip as ``AudioBatch.from_arrays`` takes it.

    Args:
        array: ``(time,)`` or ``(channel, time)``, floats or 16- or 32-bit integers.
        index: What errors call the clip.

    Raises:
        AudioError: If it has no or more than two dimensions, or looks like ``(time, channel)``.
    """
    tensor = array.detach().cpu() if isinstance(array, Tensor) else _from_numpy(array, index)
    if tensor.ndim not in (1, 2):
        raise AudioError(f"clip {index} has shape {tuple(tensor.shape)}, expected (time,) or (channel, time).")
    tensor = tensor[None] if tensor.ndim == 1 else tensor
    if tensor.shape[0] > MAX_CHANNELS and tensor.shape[1] <= MAX_CHANNELS:
        raise AudioError(f"clip {index} has shape {tuple(tensor.shape)}, which looks like (time, channel): transpose.")
    return _to_float(tensor, index)


def _from_numpy(array: npt.NDArray[np.generic], index: int) -> Tensor:
    """As it is where torch can use it, else a copy: in the machine's byte order, and writable."""
    own = np.asarray(array)
    if own.dtype.kind not in "fiub":
        raise _wrong_samples(own.dtype, index)
    kind = np.float64 if own.dtype.kind == "f" and own.itemsize > 8 else own.dtype.newbyteorder("=")
    return torch.from_numpy(np.require(own, kind, ["C", "W"]))


def _to_float(tensor: Tensor, index: int) -> Tensor:
    if tensor.is_floating_point():
        return tensor.to(torch.float32)
    if tensor.dtype in (torch.int16, torch.int32):
        return tensor.to(torch.float32) / float(torch.iinfo(tensor.dtype).max + 1)
    raise _wrong_samples(tensor.dtype, index)


def _wrong_samples(kind: object, index: int) -> AudioError:
    return AudioError(f"clip {index} holds {kind}, expected floats in [-1, 1] or 16- or 32-bit integers.")


def _to_channels(clip: Float[Tensor, "own time"], channels: int) -> Float[Tensor, "channel time"]:
    own = clip.shape[0]
    if own == channels:
        return clip
    if channels == 1 or own == 0:
        return clip.mean(0, keepdim=True) if own else clip.new_zeros(channels, clip.shape[1])
    if own == 1:
        return clip.expand(channels, -1)
    if own > channels:
        return clip[:channels]
    return torch.cat([clip, clip.mean(0, keepdim=True).expand(channels - own, -1)])


def _cut(samples: Float[Tensor, " time"], size: int, hop: int, fill: Fill) -> Float[Tensor, "window size"]:
    time = len(samples)
    if time <= size:
        return _filled(samples, size, fill)[None]
    starts = [*range(0, time - size, hop), time - size]
    return torch.stack([samples[start : start + size] for start in starts])


def _filled(samples: Float[Tensor, " time"], size: int, fill: Fill) -> Float[Tensor, " size"]:
    time = len(samples)
    if time == size:
        return samples
    if time == 0 or fill == "zero":
        return torch.nn.functional.pad(samples, (0, size - time))
    if fill == "repeat":
        return samples.repeat(-(-size // time))[:size]
    copies = samples.repeat(size // time)
    return torch.nn.functional.pad(copies, (0, size - len(copies)))
