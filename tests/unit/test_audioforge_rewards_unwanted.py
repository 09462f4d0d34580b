import pytest
import torch

from audioforge.clips import gather_clips
from audioforge.rewards.unwanted import Wish, read_wish, wish_vectors
from tests.stand_ins import LoudnessEmbedder, tone


class ReadingEmbedder(LoudnessEmbedder):
    """Knows what is quiet and what is loud in any sentence, and no negation."""

    def embed_text(self, texts):
        self.read = list(texts)
        return super().embed_text(["loud" if "loud" in text else "quiet" for text in texts])


@pytest.mark.parametrize(
    ("request_", "wanted", "unwanted"),
    [
        ("rain without thunder, distant birds", "rain, distant birds", ("thunder",)),
        ("piano without any reverb or noise", "piano", ("reverb", "noise")),
        ("no drums, no vocals, soft piano", "soft piano", ("drums", "vocals")),
        ("calm piano, no drums, vocals, or bass, slow", "calm piano, slow", ("drums", "vocals", "bass")),
        ("a loop with no cymbals and no snare", "a loop", ("cymbals", "snare")),
        ("ambient pad with no drums but with birds", "ambient pad but with birds", ("drums",)),
        ("without drums and bass and a warm pad", "a warm pad", ("drums", "bass")),
        ("a dry snare, not a kick", "a dry snare", ("kick",)),
        ("strings (no reverb)", "strings", ("reverb",)),
        ("kick drum. No reverb. Punchy", "kick drum. Punchy", ("reverb",)),
        ("rain, no rain", "rain", ("rain",)),
        ("no drums", "no drums", ("drums",)),
    ],
)
def test_a_negation_splits_a_request(request_, wanted, unwanted):
    assert read_wish(request_) == Wish(wanted, unwanted)


@pytest.mark.parametrize(
    "request_",
    ["warm  pad ,", "no-input mixer", "Symphony No. 5", "not too loud rain", "no wave guitar", "nothing but rain", ""],
)
def test_a_request_that_rules_nothing_out_comes_back_as_it_is(request_):
    assert read_wish(request_) == Wish(request_, ())


def test_only_requests_that_rule_something_out_are_read_again():
    embedder = ReadingEmbedder()
    clips = gather_clips([tone(0.5)] * 3, ["quiet, not loud", "loud", None], sample_rate=16_000)
    whole = clips.text_embedding(embedder)
    found = wish_vectors(clips, embedder)
    assert embedder.read == ["loud", "quiet"]
    assert found.clip == [0]
    assert found.wanted[0].tolist() == [1, 0]
    assert torch.equal(found.wanted[1], whole[1])
    assert bool(found.wanted[2].isnan().all())
    assert found.unwanted.tolist() == [[0, 1]]


def test_hostile_requests_are_read_in_no_time():
    for text in ("no " * 1300, "without a, " * 350, "no a, b, c, d, e, f, " * 180, "and " * 990 + "no", "(" * 4000):
        assert isinstance(read_wish(text), Wish)
