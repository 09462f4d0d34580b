"""One batch of clips being judged: audio, requests, categories, groups, and the embeddings made so far.

Rewards ask a ``Clips`` for embeddings; each is computed once per embedder, over the clips that can be judged. A clip
that can't be (its ``status`` says why) has NaN rows and is never shown to a network.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from audioforge.status import OK, ClipStatus, ScoringError, Status
from reward_models.audio import ArrayLike, AudioBatch, AudioError, read_audio, resample_clip
from reward_models.embedders.base import Embedder, FrameEmbeddings, TextAudioEmbedder

AudioLike = AudioBatch | Sequence[ArrayLike] | Sequence[str | Path] | Sequence[str] | Sequence[Path]

MIN_SECONDS = 0.05
"""Shorter clips hold too few periods to be judged."""
SILENCE_PEAK = 1e-4
"""Peak below -80 dBFS counts as silence: under the quantisation noise of 14 bits."""
CLIPPED_SHARE = 0.25
"""A clip that sits at its ceiling for a quarter of its samples is a square wave, not music mastered loud (which stays
below 0.05 on commercial masters)."""
CEILING = 0.999

MAX_REQUEST_CHARACTERS = 4_000
"""No request for a clip is longer; text beyond it would be cut by every text tower without a word."""


class Clips:
    """Clips with what was asked for.

    Attributes:
        audio: The clips; an unreadable one has length 0.
        requests: What was asked for, None where nothing was.
        categories: ``drums``, ``instruments``, ``sfx``, ``ambient`` or None.
        groups: Clips of one name answer the same request together; None for a clip on its own.
        status: Whether each clip can be judged.
    """

    def __init__(
        self,
        audio: AudioBatch,
        requests: Sequence[str | None] | None = None,
        *,
        categories: Sequence[str | None] | None = None,
        groups: Sequence[str | None] | None = None,
        status: Sequence[ClipStatus] | None = None,
    ) -> None:
        self.audio = audio
        self.requests = _column("request", requests, len(audio))
        self.categories = _column("category", categories, len(audio))
        self.groups = _column("group", groups, len(audio))
        given = tuple(status) if status is not None else (OK,) * len(audio)
        if len(given) != len(audio):
            raise ScoringError(f"clips need one status per clip: got {len(given)} for {len(audio)} clips.")
        self.status = tuple(own if not own.ok else content_status(audio, i) for i, own in enumerate(given))
        self._embeddings: dict[str, Tensor] = {}
        self._frames: dict[str, FrameEmbeddings] = {}
        self._texts: dict[str, Tensor] = {}

    def __len__(self) -> int:
        return len(self.audio)

    def select(self, indices: Sequence[int]) -> "Clips":
        """The clips at ``indices``, in that order, with nothing embedded yet."""
        return Clips(
            self.audio.select(indices),
            [self.requests[i] for i in indices],
            categories=[self.categories[i] for i in indices],
            groups=[self.groups[i] for i in indices],
            status=[self.status[i] for i in indices],
        )

    @property
    def judged(self) -> Bool[Tensor, " batch"]:
        """True where a clip can be judged."""
        return torch.tensor([status.ok for status in self.status], dtype=torch.bool)

    def embedding(self, embedder: Embedder) -> Float[Tensor, "batch dim"]:
        """Unit vectors of the clips; NaN rows where a clip can't be judged."""
        if embedder.fingerprint not in self._embeddings:
            self._embeddings[embedder.fingerprint] = self.frame_embeddings(embedder).pooled(len(self))
        return self._embeddings[embedder.fingerprint]

    def frame_embeddings(self, embedder: Embedder) -> FrameEmbeddings:
        """Un-normalised window vectors of the clips that can be judged; ``clip`` counts within this batch."""
        if embedder.fingerprint not in self._frames:
            rows = torch.nonzero(self.judged)[:, 0]
            frames = embedder.frame_embeddings(self.audio.select(rows.tolist()))
            self._frames[embedder.fingerprint] = FrameEmbeddings(frames.embedding, rows[frames.clip])
        return self._frames[embedder.fingerprint]

    def request_status(self, index: int) -> ClipStatus:
        """Whether one clip's request can be judged: there, not blank, and not cut by every text tower."""
        request = self.requests[index]
        if request is None or not request.strip():
            return ClipStatus(Status.NO_REQUEST, f"clip {index} has no request: say what was asked for")
        if len(request) > MAX_REQUEST_CHARACTERS:
            long = f"the request of clip {index} has {len(request)} characters"
            return ClipStatus(Status.NO_REQUEST, f"{long}: keep it under {MAX_REQUEST_CHARACTERS}")
        return OK

    def text_embedding(self, embedder: TextAudioEmbedder) -> Float[Tensor, "batch dim"]:
        """Unit vectors of the requests, equal ones embedded once; NaN rows where a clip has none that is usable."""
        if embedder.fingerprint not in self._texts:
            asked = [request if self.request_status(i).ok else None for i, request in enumerate(self.requests)]
            unique = sorted({request for request in asked if request is not None})
            vectors = embedder.embed_text(unique) if unique else torch.zeros(0, embedder.dim)
            place = {request: row for row, request in enumerate(unique)}
            table = torch.cat([vectors, torch.full((1, embedder.dim), float("nan"))])
            rows = [len(unique) if request is None else place[request] for request in asked]
            self._texts[embedder.fingerprint] = table[rows]
        return self._texts[embedder.fingerprint]


def gather_clips(
    audio: AudioLike,
    requests: Sequence[str | None] | str | None = None,
    *,
    sample_rate: int | None = None,
    categories: Sequence[str | None] | None = None,
    groups: Sequence[str | None] | None = None,
) -> Clips:
    """Clips from whatever a caller has: a batch, arrays with ``sample_rate``, or paths.

    Args:
        audio: ``AudioBatch``; or arrays ``(time,)`` or ``(channel, time)``; or paths of audio files.
        requests: One a clip; a single string stands for all clips.
        sample_rate: Hz of the arrays.
        categories: One a clip.
        groups: One a clip.

    Returns:
        Clips; a file that can't be read is a clip with the status ``unreadable``.

    Raises:
        ScoringError: If arrays come without their rate, or counts differ.
        AudioError: If an array's shape or the rate is impossible.
    """
    batch, status = _as_batch(audio, sample_rate)
    asked = [requests] * len(batch) if isinstance(requests, str) else requests
    return Clips(batch, asked, categories=categories, groups=groups, status=status)


def content_status(audio: AudioBatch, index: int) -> ClipStatus:
    """Whether the content of one clip can be judged: finite, long enough, audible, and no square wave."""
    clip = audio.clip(index)
    seconds = clip.shape[1] / audio.sample_rate
    if not bool(torch.isfinite(clip).all()):
        return ClipStatus(Status.NON_FINITE, f"clip {index} has NaN or infinite samples: mend its source")
    if seconds < MIN_SECONDS:
        return ClipStatus(Status.TOO_SHORT, f"clip {index} lasts {seconds:.3f} s: give at least {MIN_SECONDS} s")
    peak = float((clip - clip.mean(1, keepdim=True)).abs().max())
    if peak < SILENCE_PEAK:
        return ClipStatus(Status.SILENT, f"clip {index} is silent (peak below -80 dBFS): check its source")
    share = float((clip.abs() >= CEILING).float().mean())
    if share >= CLIPPED_SHARE:
        reason = f"clip {index} is clipped ({share:.0%} of its samples at full scale): lower its gain before it is cut"
        return ClipStatus(Status.CLIPPED, reason)
    return OK


def _column(noun: str, values: Sequence[str | None] | None, count: int) -> tuple[str | None, ...]:
    if values is None:
        return (None,) * count
    if isinstance(values, str):
        raise ScoringError(f"expected one {noun} per clip as a list, got a single string: wrap it in a list.")
    if len(values) != count:
        raise ScoringError(f"clips need one {noun} per clip: got {len(values)} for {count} clips.")
    for index, value in enumerate(values):
        if value is not None and not isinstance(value, str):
            raise ScoringError(f"the {noun} of clip {index} is a {type(value).__name__}, expected text.")
    return tuple(values)


def _as_batch(audio: AudioLike, sample_rate: int | None) -> tuple[AudioBatch, list[ClipStatus]]:
    if isinstance(audio, AudioBatch):
        return audio, [OK] * len(audio)
    if isinstance(audio, str | Path):
        raise ScoringError(f"expected a list of clips, got the single path {str(audio)!r}: wrap it in a list.")
    items = list(audio)
    if not items:
        return AudioBatch.from_arrays([], sample_rate or 48_000), []
    if all(isinstance(item, str | Path) for item in items):
        return _read(cast("list[str | Path]", items))
    if sample_rate is None:
        raise ScoringError("arrays come without their rate: give sample_rate= in Hz (for example sample_rate=44100).")
    return AudioBatch.from_arrays(cast("list[ArrayLike]", items), sample_rate), [OK] * len(items)


def _read(paths: list[str | Path]) -> tuple[AudioBatch, list[ClipStatus]]:
    clips: list[tuple[Tensor, int] | None] = []
    status: list[ClipStatus] = []
    for path in paths:
        try:
            clips.append(read_audio(path))
            status.append(OK)
        except AudioError as error:
            clips.append(None)
            status.append(ClipStatus(Status.UNREADABLE, str(error)))
    rate = max((clip[1] for clip in clips if clip is not None), default=48_000)
    decoded = [torch.zeros(1, 0) if clip is None else resample_clip(clip[0], clip[1], rate) for clip in clips]
    return AudioBatch.from_arrays(decoded, rate), status
