"""One batch of clips being judged: audio, requests, categories, groups, and the embeddings made so far.

Rewards ask a ``Clips`` for embeddings; each is computed once per embedder, over the clips that can be judged. A clip
that can't be (its ``status`` says why) has NaN rows and is never shown to a network.
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, cast

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from audioforge.clip_audio import ClipAudio
from audioforge.clip_content import content_status
from audioforge.clip_embedding import embed_frames
from audioforge.status import OK, ClipStatus, ScoringError, Status
from audioforge.text_cache import TextCache
from reward_models.audio import ArrayLike, AudioBatch, AudioError, read_audio
from reward_models.embedders.base import Embedder, FrameEmbeddings, TextAudioEmbedder

AudioLike = AudioBatch | Sequence[ArrayLike] | Sequence[str | Path] | Sequence[str] | Sequence[Path]

MAX_REQUEST_CHARACTERS = 4_000
"""No request for a clip is longer; text beyond it would be cut by every text tower without a word."""


class Clips:
    """Clips with what was asked for.

    Attributes:
        sounds: The clips as they came, each at its own rate; an unreadable one has length 0.
        requests: What was asked for, None where nothing was.
        categories: ``drums``, ``instruments``, ``sfx``, ``ambient`` or None.
        groups: Clips of one name answer the same request together; None for a clip on its own.
        names: What reasons call each clip: its file's name, or ``clip 0``, ``clip 1``, …
        status: Whether each clip can be judged.
        text_cache: Where vectors of texts are remembered beyond this batch, if anywhere.
        halvings: How often a batch was halved so far because its embedding ran out of memory.
    """

    def __init__(  # noqa: PLR0913 - its columns
        self,
        audio: AudioBatch | ClipAudio,
        requests: Sequence[str | None] | None = None,
        *,
        categories: Sequence[str | None] | None = None,
        groups: Sequence[str | None] | None = None,
        names: Sequence[str] | None = None,
        status: Sequence[ClipStatus] | None = None,
        looked_at: bool = False,
    ) -> None:
        """Looks at the content of every clip whose ``status`` is ok, unless it was ``looked_at`` before."""
        self.sounds = ClipAudio.of(audio) if isinstance(audio, AudioBatch) else audio
        self.requests = _column("request", requests, len(audio))
        self.categories = _column("category", categories, len(audio))
        self.groups = _column("group", groups, len(audio))
        self.names = tuple(names) if names is not None else tuple(f"clip {index}" for index in range(len(audio)))
        given = tuple(status) if status is not None else (OK,) * len(audio)
        for noun, column in (("status", given), ("name", self.names)):
            if len(column) != len(audio):
                raise ScoringError(f"clips need one {noun} per clip: got {len(column)} for {len(audio)} clips.")
        self.status = tuple(
            own if looked_at or not own.ok else content_status(*self.sounds.clip(i), self.names[i])
            for i, own in enumerate(given)
        )
        self.halvings = 0
        self.text_cache: TextCache | None = None
        self._embeddings: dict[str, Tensor] = {}
        self._frames: dict[str, FrameEmbeddings] = {}
        self._texts: dict[str, Tensor] = {}

    def __len__(self) -> int:
        return len(self.sounds)

    @cached_property
    def audio(self) -> AudioBatch:
        """All clips in one batch, those of lower rates resampled: to show them, not to judge them by."""
        return self.sounds.of_one_rate()

    def select(self, indices: Sequence[int]) -> "Clips":
        """The clips at ``indices``, in that order, with nothing embedded yet."""
        part = Clips(
            self.sounds.select(indices),
            [self.requests[i] for i in indices],
            categories=[self.categories[i] for i in indices],
            groups=[self.groups[i] for i in indices],
            names=[self.names[i] for i in indices],
            status=[self.status[i] for i in indices],
            looked_at=True,
        )
        part.text_cache = self.text_cache
        return part

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
            self._frames[embedder.fingerprint] = self._embedded(embedder)
        return self._frames[embedder.fingerprint]

    def _embedded(self, embedder: Embedder) -> FrameEmbeddings:
        rows = torch.nonzero(self.judged)[:, 0]
        audio = self.sounds.heard(embedder.sample_rate)
        audio = audio if len(rows) == len(self) else audio.select(rows.tolist())  # mostly no copy
        frames, halvings = embed_frames(embedder, audio)
        self.halvings += halvings
        return FrameEmbeddings(frames.embedding, rows[frames.clip])

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
            vectors = self.embed_texts(embedder, unique) if unique else torch.zeros(0, embedder.dim)
            place = {request: row for row, request in enumerate(unique)}
            table = torch.cat([vectors, torch.full((1, embedder.dim), float("nan"))])
            rows = [len(unique) if request is None else place[request] for request in asked]
            self._texts[embedder.fingerprint] = table[rows]
        return self._texts[embedder.fingerprint]

    def embed_texts(self, embedder: TextAudioEmbedder, texts: Sequence[str]) -> Float[Tensor, "text dim"]:
        """Unit vectors of texts, from the cache where there is one."""
        return embedder.embed_text(texts) if self.text_cache is None else self.text_cache.vectors(embedder, texts)


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
        audio: ``AudioBatch``; or arrays ``(time,)`` or ``(channel, time)``; or paths of audio files, which may differ
            in rate and channels: each clip is kept as it is.
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
    sounds, status, names = _gathered(audio, sample_rate)
    asked = [requests] * len(sounds) if isinstance(requests, str) else requests
    return Clips(sounds, asked, categories=categories, groups=groups, names=names, status=status)


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
    sounds: ClipAudio
    status: list[ClipStatus]
    names: list[str] | None = None


def _gathered(audio: AudioLike, sample_rate: int | None) -> _Gathered:
    if isinstance(audio, AudioBatch):
        return _Gathered(ClipAudio.of(audio), [OK] * len(audio))
    if isinstance(audio, str | Path):
        raise ScoringError(f"expected a list of clips, got the single path {str(audio)!r}: wrap it in a list.")
    shape = getattr(audio, "shape", None)
    if shape is not None and len(shape) < 2:
        raise ScoringError(f"expected a list of clips, got one array of shape {tuple(shape)}: wrap it in a list.")
    items = list(audio)
    if not items:
        return _Gathered(ClipAudio.of(AudioBatch.from_arrays([], sample_rate or 48_000)), [])
    if all(isinstance(item, str | Path) for item in items):
        return _read(cast("list[str | Path]", items))
    if sample_rate is None:
        raise ScoringError("arrays come without their rate: give sample_rate= in Hz (for example sample_rate=44100).")
    arrays = cast("list[ArrayLike]", items)
    return _Gathered(ClipAudio.from_arrays(arrays, [sample_rate] * len(arrays)), [OK] * len(items))


def _read(paths: list[str | Path]) -> _Gathered:
    found: list[tuple[Tensor, int] | None] = []
    status: list[ClipStatus] = []
    for path in paths:
        try:
            found.append(read_audio(path))
            status.append(OK)
        except AudioError as error:
            found.append(None)
            status.append(ClipStatus(Status.UNREADABLE, str(error)))
    # What can't be read has no form of its own: it goes with the first that can.
    nothing = next(((clip[0][:, :0], clip[1]) for clip in found if clip is not None), (torch.zeros(1, 0), 48_000))
    clips = [nothing if clip is None else clip for clip in found]
    sounds = ClipAudio.from_arrays([clip for clip, _ in clips], [rate for _, rate in clips])
    return _Gathered(sounds, status, [Path(path).name for path in paths])
