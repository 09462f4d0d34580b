from pathlib import Path

from audioforge.audition.clip_list import AuditionClip
from audioforge.audition.trials import make_pairs, pair_order, rating_order


def clips(count, requests=1, system="s"):
    return [
        AuditionClip(Path(f"/{system}/{n}.wav"), f"{n}.wav", system, f"request {n % requests}") for n in range(count)
    ]


def test_an_order_is_the_seeds_and_the_raters_whatever_order_the_files_come_in():
    own = clips(30)
    first = rating_order(own, 1, "ann")
    assert rating_order(own[::-1], 1, "ann") == first
    assert sorted(first, key=str) == sorted(own, key=str)
    assert first != own
    assert rating_order(own, 2, "ann") != first
    assert rating_order(own, 1, "bob") != first


def test_clips_are_compared_within_a_request_and_every_clip_is_reached():
    pairs = make_pairs(clips(12, requests=3), 0)
    assert len(pairs) == 9
    assert all(pair.first.pair_key == pair.second.pair_key for pair in pairs)
    assert len({clip for pair in pairs for clip in (pair.first, pair.second)}) == 12
    assert make_pairs(clips(3, requests=3), 0) == []


def test_each_system_is_played_first_about_as_often():
    pairs = make_pairs(clips(100, 100, "new") + clips(100, 100, "old"), 0)
    order = pair_order(pairs, 0, "ann")
    assert all((pair.first.system, pair.second.system) == ("new", "old") for pair, _ in order)
    assert 35 < sum(straight for _, straight in order) < 65
    assert pair_order(pairs[::-1], 0, "ann") == order
