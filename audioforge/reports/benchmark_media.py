"""What a benchmark's page plays and draws: sounds and spectrograms of some clips inside it, links to the others."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from audioforge.reports.benchmark_report import BenchmarkReport, ClipRow
from audioforge.reports.pictures import mel_picture, player_source
from reward_models.audio import AudioBatch, AudioError

COMPRESSION = 0.8


@dataclass(frozen=True)
class MediaOptions:
    """How sounds get into the page.

    Attributes:
        embed_clips: Most clips inside the page itself.
        link_others: The others play from where they are, relative to the page; else they are not heard.
        folder: Where the page will be.
    """

    embed_clips: int
    link_others: bool
    folder: Path


@dataclass(frozen=True)
class ClipMedia:
    """One clip's sound (``data:`` address, relative address or None), spectrogram and outline."""

    audio: str | None
    picture: str | None
    peaks: bytes


def media_of(
    report: BenchmarkReport, paths: Mapping[str, Path], peaks: Mapping[str, bytes], options: MediaOptions
) -> dict[str, ClipMedia]:
    """Sound, spectrogram and outline of every clip that has any, by the clip's key."""
    inside = set(worth_embedding(report)[: options.embed_clips])
    return {
        own.key: _media(own, paths[own.key], peaks[own.key], options, embed=own.key in inside) for own in report.clips
    }


def worth_embedding(report: BenchmarkReport) -> list[str]:
    """Clips in the order in which they are worth their bytes.

    The highlights first, then what other systems answered to the same requests (to compare by ear), then, request by
    request, all systems' clips.
    """
    audible = [own for own in report.clips if own.sha256 and own.seconds > 0]
    lit = {own.clip for own in report.highlights}
    requests = list(dict.fromkeys(own.id for own in report.clips if own.key in lit))
    place = {name: number for number, name in enumerate(requests)}
    first = [one.clip for one in report.highlights]
    partners = [own.key for own in sorted(_once(audible), key=lambda own: place.get(own.id, 0)) if own.id in place]
    others = [own.key for own in sorted(_once(audible), key=lambda own: own.id)]
    keys = {own.key for own in audible}
    return [key for key in dict.fromkeys([*first, *partners, *others]) if key in keys]


def _once(clips: Sequence[ClipRow]) -> list[ClipRow]:
    """The first clip of each system and request."""
    first: dict[tuple[str, str], ClipRow] = {}
    for own in clips:
        first.setdefault((own.system, own.id), own)
    return list(first.values())


def _media(clip: ClipRow, path: Path, peaks: bytes, options: MediaOptions, *, embed: bool) -> ClipMedia:
    if not clip.sha256 or clip.seconds == 0:
        return ClipMedia(None, None, peaks)
    if embed:
        try:
            audio = AudioBatch.load([path])
            sound = player_source(audio, 0, compression=COMPRESSION)
            return ClipMedia(sound, mel_picture(audio, 0, small=True), peaks)
        except AudioError:
            return ClipMedia(None, None, peaks)
    return ClipMedia(_link(path, options.folder) if options.link_others else None, None, peaks)


def _link(path: Path, folder: Path) -> str:
    return quote(Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix())
