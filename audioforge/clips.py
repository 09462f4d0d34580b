"""One batch of clips being judged: audio, requests, categories, groups, and the embeddings made so far.

Rewards ask a ``Clips`` for embeddings; each is computed once per embedder, over the clips that can be judged. A clip
that can't be (its ``status`` says why) has NaN rows and is never shown to a network.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, cast

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from audioforge.clip_content import content_status
from audioforge.clip_embedding import embed_frames
from audioforge.status import OK, ClipStatus, ScoringError, Status
from reward_models.audio import ArrayLike, AudioBatch, AudioError, read_audio, resample_clip
from reward_models.embedders.base import Embedder, FrameEmbeddings, TextAudioEmbedder

AudioLike = AudioBatch | Sequence[ArrayLike] | Sequence[str | Path] | Sequence[str] | Sequence[Path]

MAX_REQUEST_CHARACTERS = 4_000
"""No request for a clip is longer; text beyond it would be cut by every text tower without a word."""


class Clips:
    """Clips with what was asked for.

    Attributes:
        audio: The clips; an unreadable one has length 0.
        requests: What was asked for, None where nothing was.
        categories: ``drums``, ``instruments``, ``sfx``, ``ambient`` or None.
        groups: Clips of one name answer the same request together; None for a clip on its own.
        names: What reasons call each clip: its file's name, or ``clip 0``, ``clip 1``, …
        status: Whether each clip can be judged.
        halvings: How often a batch was halved so far because its embedding ran out of memory.
    """

    def __init__(  # noqa: PLR0913 - its columns
        self,
        audio: AudioBatch,
        requests: Sequence[str | None] | None = None,
        *,
        categories: Sequence[str | None] | None = None,
        groups: Sequence[str | None] | None = None,
        names: Sequence[str] | None = None,
        status: Sequence[ClipStatus] | None = None,
        looked_at: bool = False,
    ) -> None:
        """Looks at the content of every clip whose ``status`` is ok, unless it was ``looked_at`` before."""
        self.audio = audio
        self.requests = _column("request", requests, len(audio))
        self.categories = _column("category", categories, len(audio))
        self.groups = _column("group", groups, len(audio))
        self.names = tuple(names) if names is not None else tuple(f"clip {index}" for index in range(len(audio)))
        given = tuple(status) if status is not None else (OK,) * len(audio)
        for noun, column in (("status", given), ("name", self.names)):
            if len(column) != len(audio):
                raise ScoringError(f"clips need one {noun} per clip: got {len(column)} for {len(audio)} clips.")
        self.status = tuple(
            own if looked_at or not own.ok else content_status(audio.clip(i), audio.sample_rate, self.names[i])
            for i, own in enumerate(given)
        )
        self.halvings = 0
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
            names=[self.names[i] for i in indices],
            status=[self.status[i] for i in indices],
            looked_at=True,
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
            audio = self.audio if len(rows) == len(self) else self.audio.select(rows.tolist())  # mostly no copy
            frames, halvings = embed_frames(embedder, audio)
            self.halvings += halvings
            self._frames[embedder.fingerprint] = FrameEmbeddings(frames.embedding, rows[frames.clip])
        return self._frames[embedder.fingerprint]

    def request_status(self, index: int) -> ClipStatus:
        """Whether one clip's request can be judged: there, not blank, and not cut by every text tower."""
        request = self.requests[index]
        if request is None or not request.strip():
            return ClipStatus(Status.NO_REQUEST, f"{self.names[index]} has no request: say what was asked for")
        if len(request) > MAX_REQUEST_CHARACTERS:
            long = f"the request of {self.names[index]} has {len(request)} characters"
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
    batch, status, names = _as_batch(audio, sample_rate)
    asked = [requests] * len(batch) if isinstance(requests, str) else requests
    return Clips(batch, asked, categories=categories, groups=groups, names=names, status=status)


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


class _Gathered(NamedTuple):
    batch: AudioBatch
    status: list[ClipStatus]
    names: list[str] | None = None


def _as_batch(audio: AudioLike, sample_rate: int | None) -> _Gathered:
    if isinstance(audio, AudioBatch):
        return _Gathered(audio, [OK] * len(audio))
    if isinstance(audio, str | Path):
        raise ScoringError(f"expected a list of clips, got the single path {str(audio)!r}: wrap it in a list.")
    shape = getattr(audio, "shape", None)
    if shape is not None and len(shape) < 2:
        raise ScoringError(f"expected a list of clips, got one array of shape {tuple(shape)}: wrap it in a list.")
    items = list(audio)
    if not items:
        return _Gathered(AudioBatch.from_arrays([], sample_rate or 48_000), [])
    if all(isinstance(item, str | Path) for item in items):
        return _read(cast("list[str | Path]", items))
    if sample_rate is None:
        raise ScoringError("arrays come without their rate: give sample_rate= in Hz (for example sample_rate=44100).")
    return _Gathered(AudioBatch.from_arrays(cast("list[ArrayLike]", items), sample_rate), [OK] * len(items))


def _read(paths: list[str | Path]) -> _Gathered:
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
    return _Gathered(AudioBatch.from_arrays(decoded, rate), status, [Path(path).name for path in paths])
