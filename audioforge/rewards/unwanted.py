"""What a request asks for and what it rules out: "rain without thunder, no birds" → "rain", and "thunder", "birds".

Text towers that learned from captions hardly hear a "no": to them "piano without drums" is about drums as much as
about the piano. So a request is read before it is embedded: the words behind *without*, *no*, *not*, *minus*,
*excluding* and *free of*, up to a comma or the next clause, are taken out of it and looked for on their own. Words and
patterns, no grammar: "no wave", "not too loud" and "no. 5" are left alone, and so is whatever isn't recognised.
"""

import re
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from audioforge.clips import Clips
from reward_models.embedders.base import TextAudioEmbedder

_WORD = r"[\w'’/&-]+"
_SPARED = {
    "no": r"(?:wave|man|one|more|matter|longer|doubt|\d)",
    "not": r"(?:too|so|very|only|just|quite|really|overly)",
}
_NEGATION = (
    r"\b(?:without(?:\s+any)?|with\s+no|minus|excluding|free\s+of"
    rf"|no(?!\s+{_SPARED['no']})|not(?!\s+{_SPARED['not']})(?:\s+any)?)\s+"
)
_END = (
    r"(?=\s*(?:[,.;:!?()\n]|$)|\s+(?:but|with|without|while|then|just|only|plus|not?)\b"
    r"|\s+and\s+(?:with|without|not?|an?|the|some|then)\b)"
)
_LISTED = rf"(?:{_WORD}(?:\s+{_WORD}){{0,2}},\s+){{1,5}}(?:n?or)\s+{_WORD}"
_RULED_OUT = re.compile(
    rf"(?:[,;]?\s*\b(?:and|but)\s+)?{_NEGATION}({_LISTED}|{_WORD}(?:\s+{_WORD}){{0,5}}?){_END}", re.I
)
_BETWEEN = re.compile(r",\s*(?:n?or\s+)?|\s+(?:n?or|and)\s+", re.I)
_LEFT_OVER = re.compile(r"\(\s*\)|\s+(?=[,.;:!?])|(?<=[,.;:])\s*[,.;:](?=\s|$)")
_OPENING = re.compile(r"^[\s,.;:]*(?:(?:and|but)\s+)?|[\s,;:]+$", re.I)
_ARTICLE = re.compile(r"^(?:any|an?|the|some)\s+", re.I)


class Wish(NamedTuple):
    """A request, read.

    Attributes:
        wanted: What is asked for; the whole request where it rules nothing out, or nothing else is left.
        unwanted: What it rules out, each on its own.
    """

    wanted: str
    unwanted: tuple[str, ...]


def read_wish(request: str) -> Wish:
    """Splits a request at its negations; one without any comes back as it is."""
    unwanted = [
        _ARTICLE.sub("", part.strip()) for found in _RULED_OUT.findall(request) for part in _BETWEEN.split(found)
    ]
    if not unwanted:
        return Wish(request, ())
    rest = " ".join(_RULED_OUT.sub(" ", request).split())
    wanted = _OPENING.sub("", _LEFT_OVER.sub("", _LEFT_OVER.sub("", rest)))
    return Wish(
        wanted if re.search(r"\w", wanted) else request, tuple(dict.fromkeys(part for part in unwanted if part))
    )


class WishVectors(NamedTuple):
    """The wishes of a batch, embedded.

    Attributes:
        wanted: ``(batch, dim)`` unit vectors; those of whole requests where these rule nothing out.
        unwanted: Vectors of what is ruled out, one after the other.
        clip: Which clip each of ``unwanted`` belongs to.
    """

    wanted: Float[Tensor, "batch dim"]
    unwanted: Float[Tensor, "part dim"]
    clip: list[int]


def wish_vectors(clips: Clips, embedder: TextAudioEmbedder) -> WishVectors:
    """Embeds what the clips' requests ask for and what they rule out."""
    whole = clips.text_embedding(embedder)
    known = torch.isfinite(whole).all(1).tolist()
    wishes = [read_wish(request or "") if known[i] else Wish("", ()) for i, request in enumerate(clips.requests)]
    rows = [index for index, wish in enumerate(wishes) if wish.unwanted]
    if not rows:
        return WishVectors(whole, whole[:0], [])
    parts = [(index, part) for index in rows for part in wishes[index].unwanted]
    texts = sorted({*(wishes[index].wanted for index in rows), *(part for _, part in parts)})
    table = dict(zip(texts, clips.embed_texts(embedder, texts), strict=True))
    wanted = whole.clone()
    wanted[rows] = torch.stack([table[wishes[index].wanted] for index in rows])
    return WishVectors(wanted, torch.stack([table[part] for _, part in parts]), [index for index, _ in parts])
