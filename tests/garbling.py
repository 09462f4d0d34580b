"""Hypothesis strategies for files that almost are what they should be. Nothing here ships."""

import io
import struct

import numpy as np
import soundfile
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.stand_ins import tone

FORMATS = ("WAV", "FLAC", "OGG", "MP3", "AIFF", "AU", "CAF")
INTERESTING = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def audio_bytes(form: str, rate: int = 16_000, channels: int = 1) -> bytes:
    """A short tone as a file."""
    buffer = io.BytesIO()
    soundfile.write(buffer, np.stack([tone(0.5, 0.2, rate).numpy()] * channels, axis=1), rate, format=form)
    return buffer.getvalue()


@st.composite
def garbled(draw, whole: SearchStrategy[bytes]) -> bytes:
    """A file with a few bytes or words changed, pieces cut, doubled or put in, most of them near its start."""
    data = bytearray(draw(whole))
    for _ in range(draw(st.integers(0, 6))):
        if not data:
            break
        reach = draw(st.sampled_from([64, 400, len(data)]))
        place = draw(st.integers(0, min(reach, len(data)) - 1))
        match draw(st.sampled_from(["byte", "word", "cut", "drop", "double", "insert"])):
            case "byte":
                data[place] = draw(st.integers(0, 255))
            case "word":
                value = draw(st.sampled_from(INTERESTING))
                data[place : place + 4] = struct.pack(draw(st.sampled_from(["<I", ">I"])), value)
            case "cut":
                del data[place:]
            case "drop":
                del data[place : place + draw(st.integers(1, 64))]
            case "double":
                data[place:place] = data[place : place + 64]
            case _:
                data[place:place] = draw(st.binary(max_size=32))
    return bytes(data)


AUDIO_FILES = st.one_of(
    garbled(st.sampled_from([audio_bytes(form) for form in FORMATS] + [audio_bytes("WAV", 48_000, 3)])),
    st.binary(max_size=200),
)

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from(["drums", "a kick", "", "UklGRg==", 10**400, -1, 1e308]),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=12), children, max_size=4),
    max_leaves=12,
)
