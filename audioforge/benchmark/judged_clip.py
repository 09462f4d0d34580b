"""A clip as it was judged, and its form in the cache."""

import json
from dataclasses import asdict, dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from audioforge.reports.benchmark_report import ClipRow


@dataclass(frozen=True)
class JudgedClip:
    """What a report needs to know of a clip.

    Attributes:
        row: Its scores.
        peaks: Outline of its waveform, as ``audioforge.reports.waveform`` reads it.
        embeddings: ``(dim,)`` each, in the order of the judges' embedders; empty for a clip that can't be judged.
        failed: A component or the second judge failed on it, so that another try may succeed; never kept in a cache.
    """

    row: ClipRow
    peaks: bytes
    embeddings: tuple[Float[Tensor, " dim"], ...]
    failed: bool = False


def to_bytes(clip: JudgedClip) -> bytes:
    """JSON with hexadecimal arrays; floats survive."""
    vectors = [own.float().numpy().astype("<f4").tobytes().hex() for own in clip.embeddings]
    fields = {"row": asdict(clip.row), "peaks": clip.peaks.hex(), "embeddings": vectors}
    return json.dumps(fields).encode()


def from_bytes(data: bytes) -> JudgedClip:
    """Inverse of ``to_bytes``.

    Raises:
        ValueError, KeyError, TypeError: If the bytes are something else.
    """
    fields = json.loads(data)
    vectors = [np.frombuffer(bytes.fromhex(own), dtype="<f4").copy() for own in fields["embeddings"]]
    embeddings = tuple(torch.from_numpy(own) for own in vectors)
    return JudgedClip(ClipRow(**fields["row"]), bytes.fromhex(fields["peaks"]), embeddings)
