"""``mini``'s captions: measured adjectives, tempo, synonyms, and the split."""

import random

import numpy as np

from training.mini.captions import all_phrases, compose, tempo_templates
from training.mini.everyday import families
from training.mini.measures import adjectives_of, measured, quarters
from training.mini.paraphrases import EVERYDAY, PARAPHRASES
from training.mini.sonic_pi import described
from training.mini.split import HELD_OUT_GROUPS, is_held_out, is_measured
from training.mini.synonyms import SYNONYMS


def picture(mel: int, start: int, stop: int) -> np.ndarray:
    decibels = np.full((64, 200), -100.0, dtype=np.float32)
    decibels[mel, start:stop] = 20.0
    return decibels


def test_measures_follow_band_and_length() -> None:
    low, high = measured(picture(5, 0, 20)), measured(picture(50, 0, 150))
    assert (round(low.brightness), round(high.brightness)) == (5, 50)
    assert (low.seconds, high.seconds) == (0.4, 3.0)
    assert low.attack == high.attack == 0.0


def test_a_swell_has_a_slow_attack() -> None:
    swelling = picture(5, 0, 200)
    swelling[5] = np.linspace(-40.0, 20.0, 200)
    assert 1.0 < measured(swelling).attack < 2.0


def test_noise_is_noisier_than_a_tone() -> None:
    assert measured(np.zeros((64, 50), dtype=np.float32)).noisiness > 0.99 > measured(picture(5, 0, 50)).noisiness


def test_adjectives_come_from_the_outer_quarters_alone() -> None:
    several = [measured(picture(mel, 0, 20)) for mel in range(10, 50, 5)]
    limits = quarters(several)
    assert "dark" in adjectives_of(several[0], limits)[0]
    assert "bright" in adjectives_of(several[-1], limits)[0]
    assert not any("dark" in words or "bright" in words for words in adjectives_of(several[4], limits))


def test_captions_always_name_the_phrase() -> None:
    rng = random.Random(0)
    for _ in range(50):
        assert "kick drum" in compose("kick drum", "drums", [("short", "brief"), ("dark",)], 120.0, rng)


def test_tempo_words_follow_the_number() -> None:
    assert any("slow" in template for template in tempo_templates(70))
    assert any("fast" in template for template in tempo_templates(170))
    assert "128 BPM {p}" in tempo_templates(128.2)


def test_phrases_hold_label_captions_and_synonyms_once() -> None:
    phrases = all_phrases("rain", ("rain", "rain falling"))
    assert phrases[:2] == ["rain", "rain falling"]
    assert set(SYNONYMS["rain"]) < set(phrases)
    assert len(phrases) == len(set(phrases))


def test_evaluation_sentences_are_no_training_phrases() -> None:
    sentences = {sentence for several in PARAPHRASES.values() for sentence in several}
    assert len(sentences) == 40
    assert not sentences & {phrase for several in SYNONYMS.values() for phrase in several}
    assert not sentences & {wording for family in families() for wording in family.wordings}
    assert PARAPHRASES.keys() == EVERYDAY.keys()


def test_packs_that_share_recordings_are_on_one_side() -> None:
    assert {"keyboardia", "tonejs-instruments"} <= HELD_OUT_GROUPS
    assert {"ambience-redo", "dynamic-surroundings"} <= HELD_OUT_GROUPS
    assert not any(is_held_out(group) for group in ("fluidr3", "render:FluidR3_GM", "esc10_f1", "esc10_f2", "esc10_f3"))


def test_held_out_clips_that_training_has_heard_are_not_measured() -> None:
    assert is_measured("tonejs-instruments", "harp note")
    assert not is_measured("tonejs-instruments", "saxophone note")
    assert not is_measured("fluidr3", "harp note")


def test_sonic_pi_names_are_read() -> None:
    assert described("bd_haus")[:2] == ("kick drum", "drums")
    assert described("drum_tom_lo_hard")[:2] == ("tom drum", "drums")
    assert described("loop_amen")[0] == "breakbeat loop"
