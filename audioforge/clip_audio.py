"""Audio of clips of any rates and channel counts: one batch a form, so that no clip is changed by its neighbours.

A single batch has one rate and one number of channels; a clip that was resampled to the rate of another would be judged
by other samples than alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor

from audioforge.grouping import rows_by
from reward_models.audio import ArrayLike, AudioBatch, as_channels, resample_clip


class Sound(NamedTuple):
    """One clip's samples, and their rate in Hz."""

    waveform: Float[Tensor, "channel time"]
    sample_rate: int


class SoundBatch(NamedTuple):
    """Clips of one form, and which clips they are."""

    rows: list[int]
    audio: AudioBatch


@dataclass(frozen=True, eq=False)
class ClipAudio:
    """Clips in the order of their rows, kept in one batch for each form.

    Attributes:
        batches: Every row belongs to one of them.
    """

    batches: tuple[SoundBatch, ...]

    @classmethod
    def of(cls, audio: AudioBatch) -> "ClipAudio":
        """The clips of one batch."""
        return cls((SoundBatch(list(range(len(audio))), audio),))

    @classmethod
    def from_arrays(cls, arrays: Sequence[ArrayLike], sample_rates: Sequence[int]) -> "ClipAudio":
        """Clips as ``AudioBatch.from_arrays`` takes them, each with its own rate in Hz.

        Raises:
            AudioError: If an array's shape or a rate is impossible; the message names the clip.
        """
        clips = [as_channels(array, index) for index, array in enumerate(arrays)]
        forms = rows_by([(rate, len(clip)) for rate, clip in zip(sample_rates, clips, strict=True)])
        return cls(
            tuple(
                SoundBatch(rows, AudioBatch.from_arrays([clips[row] for row in rows], rate))
                for (rate, _), rows in forms.items()
            )
        )

    @classmethod
    def joined(cls, parts: Sequence["ClipAudio"]) -> "ClipAudio":
        """All clips of all parts, in order."""
        starts = [sum(len(part) for part in parts[:place]) for place in range(len(parts))]
        pieces = [
            SoundBatch([start + row for row in own.rows], own.audio)
            for start, part in zip(starts, parts, strict=True)
            for own in part.batches
        ]
        forms = rows_by([_form(own.audio) for own in pieces])
        return cls(tuple(_joined([pieces[place] for place in places]) for places in forms.values()))

    def __len__(self) -> int:
        return sum(len(own.rows) for own in self.batches)

    @property
    def forms(self) -> tuple[tuple[int, int], ...]:
        """Sample rate and channels of each batch."""
        return tuple(_form(own.audio) for own in self.batches)

    def clip(self, index: int) -> Sound:
        """One clip without its padding (a view)."""
        number, place = self._places[index]
        audio = self.batches[number].audio
        return Sound(audio.clip(place), audio.sample_rate)

    def select(self, indices: Sequence[int]) -> "ClipAudio":
        """The clips at ``indices``, in that order, padded no longer than they need."""
        places = [self._places[row] for row in indices]
        chosen = rows_by([number for number, _ in places]) or {0: []}
        return ClipAudio(
            tuple(
                SoundBatch(new, self.batches[number].audio.select([places[row][1] for row in new]))
                for number, new in chosen.items()
            )
        )

    def heard(self, sample_rate: int) -> AudioBatch:
        """All clips mono at one rate, each resampled on its own; made once for all embedders that hear at that rate."""
        if sample_rate not in self._heard:
            heard = [own.audio.mono().resample(sample_rate) for own in self.batches]
            if len(heard) > 1:
                places = [self._places[row] for row in range(len(self))]
                clips = [heard[number].clip(place) for number, place in places]
                heard = [AudioBatch.from_arrays(clips, sample_rate)]
            self._heard[sample_rate] = heard[0]
        return self._heard[sample_rate]

    def of_one_rate(self) -> AudioBatch:
        """One batch of all clips at the highest of their rates, for who shows them rather than judges them."""
        if len(self.batches) == 1:
            return self.batches[0].audio
        sounds = [self.clip(index) for index in range(len(self))]
        rate = max(sound.sample_rate for sound in sounds)
        return AudioBatch.from_arrays([resample_clip(*sound, rate) for sound in sounds], rate)

    @cached_property
    def _heard(self) -> dict[int, AudioBatch]:
        return {}

    @cached_property
    def _places(self) -> dict[int, tuple[int, int]]:
        """By row: which batch, and where in it."""
        return {row: (number, place) for number, own in enumerate(self.batches) for place, row in enumerate(own.rows)}


def _form(audio: AudioBatch) -> tuple[int, int]:
    return audio.sample_rate, audio.waveform.shape[1]


def _joined(pieces: Sequence[SoundBatch]) -> SoundBatch:
    if len(pieces) == 1:
        return pieces[0]
    rows = [row for own in pieces for row in own.rows]
    return SoundBatch(rows, AudioBatch.concatenate([own.audio for own in pieces]))
