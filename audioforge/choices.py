"""A name out of a few: one check and one sentence, wherever a caller can misspell a category or a split."""

from collections.abc import Collection


def wrong_choice(name: str, value: str, options: Collection[str]) -> str:
    """What to say of a value that is none of the options, without a full stop: it may stand in a longer sentence."""
    return f"{name} must be one of {', '.join(options)}, got {value!r}"


def check_choice(name: str, value: str | None, options: Collection[str]) -> None:
    """Refuse a value that is none of the options; ``None`` leaves it open.

    Raises:
        ValueError: Naming the options.
    """
    if value is not None and value not in options:
        raise ValueError(f"{wrong_choice(name, value, options)}.")
