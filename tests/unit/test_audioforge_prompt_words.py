import pytest

from audioforge.prompt_words import count_words, cut_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("... , !", 0),
        ("128 BPM techno, dark", 4),
        ("kick,snare,hat", 3),
        ("kick_snare_hat", 3),
        ("kick/snare\u200bhat", 3),
        ("closed hi-hat, don't rush", 4),
        ("a-b-c-d", 2),
        ("Regen über dem Fluß 雨", 5),
    ],
)
def test_words_are_counted_however_they_are_joined(text, words):
    assert count_words(text) == words


def test_a_text_is_cut_at_the_end_of_a_word_and_left_alone_within_the_limit():
    assert cut_words("kick,snare,hat", 2) == ("kick,snare", 1)
    assert cut_words("soft rain, (on a roof)", 2) == ("soft rain", 3)
    assert cut_words("soft rain.", 2) == ("soft rain.", 0)
    assert cut_words("soft rain", 0) == ("", 2)
