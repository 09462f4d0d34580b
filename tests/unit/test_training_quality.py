import csv
import json

import numpy as np
import pytest
import soundfile
import torch

from training.degradations import HELD_OUT_KINDS, KINDS
from training.quality.chip_sounds import chip_sounds
from training.quality.delivery import TONE_DB, delivered
from training.quality.evaluation import LadderResults, below_clean
from training.quality.examples import CLEAN, Label, garbage_examples, ladder_examples, trained_kinds, training_examples
from training.quality.garbage import GARBAGE, HELD_OUT_GARBAGE, garbage
from training.quality.order import worse
from training.quality.pictures import as_pictures, joined, load_pictures, save_pictures
from training.quality.ratings import noise_ceiling, read_ratings
from training.quality.sources import HELD_OUT_GROUPS, SAMPLE_RATE, Passage, Source, choose, folder_sources, passages


def passage(seconds=1.0, held_out=False):
    rng = np.random.default_rng(0)
    waveform = (0.1 * rng.standard_normal(round(seconds * SAMPLE_RATE))).astype(np.float32)
    return Passage(waveform, Source(None, "g", "sfx", held_out))


def test_choosing_takes_turns_between_groups():
    sources = [Source(None, "large", "sfx", False)] * 50 + [Source(None, "small", "sfx", False)] * 2
    chosen = choose(sources, 6, np.random.default_rng(0))
    assert sorted(source.group for source in chosen) == ["large"] * 4 + ["small"] * 2


def test_a_folder_gives_sources_and_holds_out_whole_groups(tmp_path):
    held = sorted(HELD_OUT_GROUPS)[0]
    rows = [{"file": f"{i}.wav", "group": group, "category": "sfx"} for i, group in enumerate([held, "other"])]
    for row, level in zip(rows, (0.5, 0.0), strict=True):
        soundfile.write(tmp_path / row["file"], level * np.ones(SAMPLE_RATE, np.float32), SAMPLE_RATE)
    (tmp_path / "manifest.json").write_text(json.dumps(rows))
    sources = folder_sources(tmp_path)
    assert [source.held_out for source in sources] == [True, False]
    assert len(list(passages(sources, np.random.default_rng(0)))) == 1  # the silent one is left out
    with pytest.raises(ValueError, match=r"has no manifest.json"):
        folder_sources(tmp_path / "elsewhere")


def test_training_examples_are_clean_first_then_rising_ladders_of_trained_kinds():
    kinds = trained_kinds()
    examples = list(training_examples([passage()], ladders=2, kinds=kinds, rng=np.random.default_rng(0)))
    labels = [example.label for example in examples]
    assert labels[0].kind == CLEAN
    assert labels[0].damage == 0.0
    assert len(labels) == 7
    assert not {label.kind for label in labels} & set(HELD_OUT_KINDS)
    assert [label.severity for label in labels[1:4]] == sorted(label.severity for label in labels[1:4])
    assert all(len(example.waveform) == 3 * SAMPLE_RATE for example in examples)


def test_pictures_come_back_from_a_file_and_sets_are_numbered_on(tmp_path):
    examples = training_examples([passage(), passage()], ladders=1, kinds=["hum"], rng=np.random.default_rng(0))
    garbage = garbage_examples(1, held_out=False, rng=np.random.default_rng(0))
    drawn = as_pictures([*examples, *garbage])
    save_pictures(drawn, tmp_path / "pictures.safetensors")
    loaded = load_pictures(tmp_path / "pictures.safetensors")
    assert loaded.labels == drawn.labels
    assert torch.equal(loaded.picture, drawn.picture)
    assert torch.equal(loaded.details, drawn.details)
    twice = joined([drawn, loaded])
    assert [label.passage for label in twice.labels] == [0] * 4 + [1] * 4 + [-1] + [2] * 4 + [3] * 4 + [-1]
    assert len(twice.details) == 18


def test_ladders_take_turns_through_every_kind():
    clean = [passage(0.3)] * 6
    examples = ladder_examples(clean, ladders=7, severities=(1.0,), rng=np.random.default_rng(0))
    assert {example.label.kind for example in examples} == {CLEAN, *KINDS}


def test_delivery_repeats_itself_and_differs_between_passages():
    waveform = passage().waveform
    ways = [delivered(waveform, SAMPLE_RATE, seed=seed) for seed in range(8)]
    assert np.array_equal(ways[0], delivered(waveform, SAMPLE_RATE, seed=0))
    assert all(len(way) == len(waveform) for way in ways)
    assert not any(np.array_equal(way, waveform) for way in ways)
    assert not any(np.allclose(ways[0], way, atol=1e-3) for way in ways[1:])


def test_delivery_turns_the_tone_by_a_few_decibels_at_most():
    waveform = passage(3.0).waveform
    clean = np.abs(np.fft.rfft(waveform))[300:20_000]
    for seed in range(8):
        arrived = np.abs(np.fft.rfft(delivered(waveform, SAMPLE_RATE, seed=seed)))[300:20_000]
        assert np.abs(20 * np.log10(np.median(arrived / clean))) < TONE_DB + 1


def test_chip_sounds_are_short_clean_and_repeat_themselves():
    sounds, again = (list(chip_sounds(12, np.random.default_rng(3))) for _ in range(2))
    assert {own.source.category for own in sounds} == {"instruments", "sfx", "drums"}
    for own, same in zip(sounds, again, strict=True):
        assert 0.09 * SAMPLE_RATE < len(own.waveform) <= 3 * SAMPLE_RATE
        assert np.abs(own.waveform).max() == pytest.approx(0.5, abs=1e-6)
        assert np.abs(own.waveform[-3:]).max() < 0.05
        assert np.array_equal(own.waveform, same.waveform)


def test_copies_are_ordered_by_severity_within_a_kind_and_by_damage_across():
    damage = torch.tensor([0.0, 1.0, 0.9, 2.0, 0.05])
    severity = torch.tensor([0.0, 0.2, 0.8, 0.1, 0.3])
    kind = torch.tensor([0, 1, 1, 2, 3])  # clean, two of one kind, one of another, one that can't be heard
    found = {(row, column) for row, column in torch.nonzero(worse(damage, severity, kind)).tolist()}
    assert found == {(1, 0), (2, 0), (3, 0), (2, 1), (3, 1), (3, 2), (1, 4), (2, 4), (3, 4)}


@pytest.mark.parametrize("kind", GARBAGE)
def test_garbage_is_finite_loud_and_repeats_itself(kind):
    waveform = garbage(kind, SAMPLE_RATE, SAMPLE_RATE, seed=1)
    assert np.isfinite(waveform).all()
    assert np.abs(waveform).max() == pytest.approx(0.5)
    assert np.array_equal(waveform, garbage(kind, SAMPLE_RATE, SAMPLE_RATE, seed=1))


def test_held_out_garbage_is_only_given_when_asked_for():
    kinds = {
        held_out: {e.label.kind for e in garbage_examples(20, held_out=held_out, rng=np.random.default_rng(0))}
        for held_out in (True, False)
    }
    assert kinds[True] == set(HELD_OUT_GARBAGE)
    assert kinds[False] == set(GARBAGE) - set(HELD_OUT_GARBAGE)


LABELS = (
    Label(0, "sfx", CLEAN, 0.0, 0.0, True),
    Label(0, "sfx", "hum", 0.5, 1.0, True),
    Label(0, "sfx", "hum", 1.0, 5.0, True),
    Label(-1, "garbage", "sine", 1.0, 20.0, True),
)


def test_a_perfect_predictor_wins_every_comparison_and_a_reversed_one_none():
    damage = np.array([label.damage for label in LABELS])
    best, worst = (LadderResults(predicted, LABELS).pooled(["hum"]) for predicted in (damage, -damage))
    assert (best.clean_wins, best.audible_clean_wins, best.rank_correlation) == (1.0, 1.0, pytest.approx(1.0))
    assert (worst.clean_wins, worst.rank_correlation) == (0.0, pytest.approx(-1.0))
    assert below_clean(damage, LABELS) == {"sine": 1.0}


def table(folder, rows):
    path = folder / "ratings.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([("clip", "rater", "score"), *rows])
    return path


def made_up_ratings(folder, *, noise, raters=6, clips=20):
    rng = np.random.default_rng(0)
    for clip in range(clips):
        soundfile.write(folder / f"{clip}.wav", 0.1 * rng.standard_normal(8_000), 16_000)
    # Each rater has a middle and a swing of their own.
    return table(
        folder,
        [
            (f"{clip}.wav", f"r{rater}", rater + (1 + rater) * (clip / clips + noise * rng.standard_normal()))
            for clip in range(clips)
            for rater in range(raters)
        ],
    )


def test_raters_of_different_habits_agree_once_standardised(tmp_path):
    ratings = read_ratings(made_up_ratings(tmp_path, noise=0.0))
    assert list(np.argsort(ratings.opinion)) == list(range(20))
    assert ratings.quality[0] == 0.0
    assert ratings.quality[-1] == 1.0
    assert noise_ceiling(ratings, np.random.default_rng(0)) == pytest.approx(1.0)


def test_the_noise_ceiling_falls_with_the_raters_noise(tmp_path):
    ratings = read_ratings(made_up_ratings(tmp_path, noise=0.6))
    assert 0.2 < noise_ceiling(ratings, np.random.default_rng(0)) < 0.95


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("a.wav", "r", "good")], r"line 2: the score 'good' is no number"),
        ([("a.wav", "r", "nan")], r"line 2: the score 'nan' is not finite"),
        ([("a.wav", "r", 1), ("a.wav", "r", 2)], r"line 3: r rates a.wav a second time"),
        ([("a.wav", "r", 1)], r"rates 1 clips, expected at least 10"),
        ([(f"{i}.wav", "r", 1) for i in range(10)], r"clips that don't exist, such as .*0.wav"),
    ],
)
def test_a_malformed_table_names_the_line_and_the_mend(tmp_path, rows, message):
    with pytest.raises(ValueError, match=message):
        read_ratings(table(tmp_path, rows))


def test_a_table_without_its_columns_is_refused(tmp_path):
    path = tmp_path / "ratings.csv"
    path.write_text("file,score\na.wav,1\n")
    with pytest.raises(ValueError, match=r"has the columns \['file', 'score'\], expected clip, rater, score"):
        read_ratings(path)
