import ctypes

from audioforge.env.memory import trim_memory


def test_freed_memory_is_handed_back_where_the_c_library_can():
    assert trim_memory() == hasattr(ctypes.CDLL(None), "malloc_trim")


def test_a_c_library_without_such_a_call_is_left_alone(monkeypatch):
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    assert trim_memory() is False
