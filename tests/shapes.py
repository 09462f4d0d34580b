"""A runtime check of the shapes that annotations promise, and of nothing else.

Given to jaxtyping's import hook as its type checker. Other annotations are left alone: that is mypy's work, and tests
must be able to call the public edge with wrong types to see its messages.
"""

import functools
import inspect
from collections.abc import Callable

from jaxtyping import AbstractArray
from torch import Tensor


def check_shapes(function: Callable) -> Callable:
    """Checks tensors against jaxtyping annotations, on the way in and on the way out."""
    if not inspect.isfunction(function):
        return function
    expected = {name: note for name, note in inspect.get_annotations(function).items() if _is_shape(note)}
    if not expected:
        return function
    signature = inspect.signature(function)

    @functools.wraps(function)
    def checked(*args, **kwargs):
        for name, value in signature.bind(*args, **kwargs).arguments.items():
            _check(name, value, expected)
        result = function(*args, **kwargs)
        _check("return", result, expected)
        return result

    return checked


def _is_shape(note: object) -> bool:
    return isinstance(note, type) and issubclass(note, AbstractArray)


def _check(name: str, value: object, expected: dict[str, type]) -> None:
    if name in expected and isinstance(value, Tensor) and not isinstance(value, expected[name]):
        raise TypeError(f"{name} has {value.dtype} {tuple(value.shape)}, annotated {expected[name]}")
