"""Scores by content: equal samples, requests, categories and groups under equal models have equal scores."""

import hashlib
import threading
from collections import OrderedDict

from audioforge.clips import Clips
from audioforge.rewards.scores import Scores
from audioforge.status import Status


class ScoreCache:
    """The most recently used answers, bounded by the clips they hold; safe across threads."""

    def __init__(self, max_clips: int) -> None:
        self._max_clips = max_clips
        self._clips = 0
        self._answers: OrderedDict[str, Scores] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> Scores | None:
        """The answer stored under ``key``, which counts as used now."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
            return self._answers.get(key)

    def put(self, key: str, scores: Scores) -> None:
        """Stores an answer and drops the least recently used ones beyond the bound."""
        with self._lock:
            if key in self._answers or len(scores) > self._max_clips:
                return
            self._answers[key] = scores
            self._clips += len(scores)
            while self._clips > self._max_clips:
                _, dropped = self._answers.popitem(last=False)
                self._clips -= len(dropped)


def has_failed(scores: Scores) -> bool:
    """True where a backend failed on a clip: such an answer isn't remembered, the next call tries again."""
    results = [scores.status, *(result.status for result in scores.components.values())]
    return any(status.code is Status.FAILED for statuses in results for status in statuses)


def content_key(clips: Clips) -> str:
    """SHA-256 over all of a call that its scores depend on, under one reward."""
    columns = (clips.requests, clips.categories, clips.groups, clips.names, clips.status)
    digest = hashlib.sha256(repr(columns).encode(errors="surrogatepass"))
    for rows, audio in clips.sounds.batches:
        digest.update(f"{rows} {audio.sample_rate} {tuple(audio.waveform.shape)}".encode())
        digest.update(audio.lengths.numpy().tobytes())
        digest.update(audio.waveform.cpu().numpy().tobytes())
    return digest.hexdigest()
