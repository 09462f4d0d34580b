"""The text tower's own tokenizer: MiniLM's word pieces without those that English captions never use."""

import json
import re
from pathlib import Path

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
_KEPT = re.compile(r"(##)?[a-z0-9']+|[.,!?;:()/&%+-]")


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
    target.write_text(json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    return [vocabulary[piece] for piece in kept]
