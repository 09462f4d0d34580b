"""How many words a generator must read: what its limit of tokens and the charge for unseen words count by.

A word here is at least one token of any tokenizer: letters and digits, at most one hyphen or apostrophe among them.
Splitting at spaces would not do: ``kick,snare,hat`` is one such piece and yet three words to a generator.
"""

import re

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)?")


def count_words(text: str) -> int:
    """How many words a text has."""
    return sum(1 for _ in _WORD.finditer(text))


def cut_words(text: str, limit: int) -> tuple[str, int]:
    """The text up to the end of its last word within the limit, and how many words were dropped."""
    words = list(_WORD.finditer(text))
    if len(words) <= limit:
        return text, 0
    return text[: words[limit - 1].end()] if limit > 0 else "", len(words) - max(0, limit)
