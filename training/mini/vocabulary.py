"""The text tower's own tokenizer: MiniLM's word pieces without those that English captions never use.

It reads the name of a note as the word "note": ``mini`` can't hear absolute pitch, and to MiniLM "electric bass A#1" is
hardly about a bass any more.
"""

import json
import re
from pathlib import Path

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
_KEPT = re.compile(r"(##)?[a-z0-9']+|[.,!?;:()/&%+-]")

_OCTAVE = r"(?:-1|[0-9])(?!\w)"
_ALTERED = rf"(?:[A-G]b|[A-Ga-g][#♯♭]){_OCTAVE}"
_BEFORE = r"(?<=[\w,;:] )(?<!\ban )(?<!\ba )(?<!\bthe )(?<!\bof )"
_AFTER = rf"(?=\s*(?:$|[,.;:!?)]|(?:notes?|played|held|plucked|bowed)\b|(?:and|or|to|then)\s+[A-G][#b♯♭]?{_OCTAVE}))"
_NATURAL = rf"{_BEFORE}[A-G]{_OCTAVE}{_AFTER}"
NOTE_NAME = rf"(?:(?<!\w)notes?\s+)?(?<![\w#♯♭])(?:{_ALTERED}|{_NATURAL})(?:\s+notes?(?!\w))?"
"""A letter, an accidental or none, an octave. One without an accidental only where a note is likely: behind other words
and at the end of a text or clause, or beside the next one. Passing F1s, sheets of A4 and C4 charges are left alone."""


def pruned_tokenizer(source: Path, target: Path) -> list[int]:
    """Writes MiniLM's ``tokenizer.json`` with fewer word pieces.

    Args:
        source: MiniLM's file.
        target: The file to write.

    Returns:
        For each new piece, its number in MiniLM's vocabulary.
    """
    tokenizer = json.loads(source.read_text(encoding="utf-8"))
    vocabulary: dict[str, int] = tokenizer["model"]["vocab"]
    kept = [*SPECIAL, *(piece for piece in vocabulary if piece not in SPECIAL and _KEPT.fullmatch(piece))]
    number = {piece: index for index, piece in enumerate(kept)}
    tokenizer["model"]["vocab"] = number
    tokenizer["added_tokens"] = [
        {**token, "id": number[token["content"]]} for token in tokenizer["added_tokens"] if token["content"] in SPECIAL
    ]
    for name, token in tokenizer["post_processor"]["special_tokens"].items():
        token["ids"] = [number[name]]
    tokenizer["truncation"] = tokenizer["padding"] = None
    note = {"type": "Replace", "pattern": {"Regex": NOTE_NAME}, "content": "note"}
    tokenizer["normalizer"] = {"type": "Sequence", "normalizers": [note, tokenizer["normalizer"]]}
    target.write_text(json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    return [vocabulary[piece] for piece in kept]
