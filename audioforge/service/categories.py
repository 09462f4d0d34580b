"""Guesses of categories, remembered: callers ask for the same few requests again and again."""

from collections.abc import Callable, Sequence

GuessCategories = Callable[[Sequence[str]], Sequence[str | None]]


class RememberedCategories:
    """A guess that runs once for a request; forgets everything when it holds ``limit`` requests."""

    def __init__(self, guess: GuessCategories, *, limit: int = 10_000) -> None:
        self._guess = guess
        self._limit = limit
        self._known: dict[str, str | None] = {}

    def __call__(self, requests: Sequence[str]) -> list[str | None]:
        """One category per request; None where the guess has none."""
        known = self._known
        new = [request for request in dict.fromkeys(requests) if request not in known]
        if new:
            known = {**(known if len(known) < self._limit else {}), **dict(zip(new, self._guess(new), strict=True))}
            self._known = known  # replaced, not changed: other threads may be reading the old one
        return [known[request] if request in known else self._guess([request])[0] for request in requests]
