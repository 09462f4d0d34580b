import pytest

from audioforge.generators.sketch.request import parse_request
from audioforge.generators.sketch.scene import arrange, is_vague
from audioforge.targets import load_targets


def read(prompt):
    return parse_request(prompt)[0]


def names(request):
    return [source.name for source in request.sources]


def test_a_drum_request_yields_genre_tempo_voices_and_adjectives():
    request = read("128 BPM techno drum loop with punchy kick and crisp hi-hats")
    assert request.category == "drums"
    assert request.drums
    assert request.genres == ("techno",)
    assert request.bpm == 128
    assert request.voices == ("kick", "hat")
    assert set(request.traits) == {"punchy", "crisp"}
    assert request.understood == 1.0


@pytest.mark.parametrize(
    ("prompt", "category", "source"),
    [
        ("warm jazz piano melody", "instruments", "piano"),
        ("heavy rain on leaves", "ambient", "rain"),
        ("door creaking open", "sfx", "creak"),
        ("church bells tolling", "sfx", "church bell"),
        ("birds chirping in the morning", "ambient", "birds"),
        ("sword swing", "sfx", "sword"),
        ("distorted electric guitar riff", "instruments", "distortion guitar"),
        ("pop of a balloon sound effect", "sfx", "pop"),
    ],
)
def test_a_source_is_found_with_its_category(prompt, category, source):
    request = read(prompt)
    assert request.category == category
    assert source in names(request)


@pytest.mark.parametrize(
    ("prompt", "root", "mode"),
    [
        ("melody in C# minor", 1, "minor"),
        ("pad in B flat major", 10, "major"),
        ("a tune in a quiet room", None, None),
        ("D dorian groove", 2, "dorian"),
        ("violin melody in a minor key", None, "minor"),
        ("violin melody in A minor", 9, "minor"),
    ],
)
def test_key_and_mode_are_read_and_articles_are_no_keys(prompt, root, mode):
    request = read(prompt)
    assert (request.root, request.mode) == (root, mode)


def test_what_the_prompt_excludes_is_kept_apart():
    wanted, unwanted = parse_request("drum loop with snare, no hi-hats, bright")
    assert wanted.voices == ("snare",)
    assert unwanted.voices == ("hat",)
    assert "bright" in wanted.traits


def test_an_adjective_beside_one_of_several_sources_belongs_to_it_alone():
    request = read("gentle stream with distant thunder")
    assert {source.name: set(source.traits) for source in request.sources} == {
        "stream": {"soft"},
        "thunder": {"distant"},
    }
    assert request.traits == {}


def test_a_weak_word_yields_to_real_sources():
    assert names(read("trap beat with rolling hi-hats")) == []
    assert names(read("rolling")) == ["rolling"]


def test_unknown_words_lower_what_is_understood():
    assert read("blorgle fizzwump").understood == 0.0
    assert read("piano blorgle").understood == pytest.approx(0.5)


def test_words_past_the_sixty_fourth_are_not_heard():
    assert names(read(" ".join(["blorgle"] * 64) + " piano")) == []


@pytest.mark.parametrize(
    ("prompt", "sources"),
    [
        ("Expressive solo violin melody in a minor key", ["violin"]),
        ("Airy shimmering pad in a major key", ["pad"]),
        ("Melancholic minor pad with slow chord change", ["pad"]),
        ("Soulful drawbar organ chords with rotary speaker", ["organ"]),
        ("Large church bell tolling once and ringing out", ["church bell"]),
        ("Helicopter hovering overhead", ["helicopter"]),
        ("Window pane shattering, shards falling", ["glass breaking"]),
        ("Single water drops falling into a basin", ["drip"]),
        ("Retro arcade laser zap falling in pitch", ["laser"]),
        ("Vinyl record rewinding fast", ["record scratch"]),
        ("Howling winter wind", ["wind"]),
        ("Big ocean waves breaking on the shore", ["ocean"]),
        ("Crickets singing on a summer night", ["crickets"]),
        ("Rain drumming on a tin roof", ["roof rain"]),
        ("Machinery humming in a factory hall", ["industrial hum"]),
        ("Whirring fans of a server room", ["fan", "industrial hum"]),
    ],
)
def test_a_word_does_not_sound_where_its_neighbours_give_it_another_meaning(prompt, sources):
    request = read(prompt)
    assert (names(request), request.wants_drums) == (sources, False)


def test_a_single_808_kick_is_one_stroke_of_that_kit():
    request = read("Single deep 808 bass drum hit with a long sub tail")
    assert (request.voices, request.kits, names(request)) == (("kick",), ("808",), [])
    assert "once" in request.flags


def test_a_tempo_in_words_is_no_drum_kit():
    request = read("Soft felt piano at 72 beats per minute")
    assert (names(request), request.bpm, request.wants_drums) == (["piano"], 72, False)


def test_what_is_excluded_counts_as_understood():
    assert read("a techno loop, no vocals, no piano").understood == read("a techno loop").understood == 1.0


def test_no_target_of_ours_is_vague():
    vague = [own.id for own in load_targets() if is_vague(arrange(read(own.target_description)))]
    assert vague == []
