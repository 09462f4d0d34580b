"""Giving freed memory back to the system, so that a run of a week does not look as if it leaked.

Groups are rendered and scored in buffers of every size on several threads. glibc keeps what is freed in the thread's
arena, in pieces, and grows it where none of them fits: resident memory creeps up although what is in use does not.
"""

import ctypes

EVERY = 4
"""Groups between two trims; one takes ten to some tens of milliseconds."""


def trim_memory() -> bool:
    """Hand freed pages back; whether the C library can: glibc does, others have no such call or need none."""
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError):
        return False
    trim.argtypes, trim.restype = [ctypes.c_size_t], ctypes.c_int
    trim(0)
    return True
