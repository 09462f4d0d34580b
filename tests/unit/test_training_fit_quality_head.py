import csv

import numpy as np
import pytest
import soundfile
import torch

from reward_models.heads.quality_head import QualityHeadModel
from tests.stand_ins import LoudnessEmbedder
from training.fit_quality_head import Batch, fit, main, pair_loss, ranked
from training.quality.card import Evidence, calibration_knots, write_checkpoint
from training.quality.embedded import Embedded
from training.quality.examples import CLEAN, Label
from training.quality.rated import RatedClips, embed_ratings

# Lightning itself reads a class that torch has renamed.
pytestmark = pytest.mark.filterwarnings("ignore:.*isinstance.treespec, LeafSpec.*", "ignore:.*litlogger.*")


def graded(passages, seed):
    """Embeddings on a quarter circle whose angle is the damage, up to noise."""
    rng = np.random.default_rng(seed)
    labels, angles = [], []
    for passage in range(passages):
        for kind, severity in ((CLEAN, 0.0), ("hum", 0.25), ("hum", 0.5), ("hum", 1.0)):
            labels.append(Label(passage, "sfx", kind, severity, 20 * severity, True))
            angles.append(severity + 0.03 * rng.standard_normal())
    labels.append(Label(-1, "garbage", "babble", 1.0, 20.0, True))
    angle = torch.tensor([*angles, 1.2])
    return Embedded(torch.stack([angle.cos(), angle.sin()], dim=1).float(), tuple(labels))


def made_up_ratings(folder, clips=20, raters=5):
    """A hundred rows by raters who like loud tones; nobody was asked."""
    rng = np.random.default_rng(0)
    with (folder / "ratings.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("clip", "rater", "score"))
        for clip in range(clips):
            level = 0.1 + 0.8 * clip / clips
            soundfile.write(folder / f"{clip}.wav", level * np.sin(np.arange(8_000) / 5), 16_000)
            writer.writerows((f"{clip}.wav", f"rater {r}", 5 * level + rng.standard_normal()) for r in range(raters))
    return folder / "ratings.csv"


def test_a_head_is_fitted_saved_and_loaded_and_ranks_damage(tmp_path):
    rated = embed_ratings(LoudnessEmbedder(), made_up_ratings(tmp_path), np.random.default_rng(0))
    train, test = graded(40, 0), graded(10, 1)
    ensemble = fit(train, None, epochs=30, rate=1e-2, seed=0)
    write_checkpoint(tmp_path / "head", ensemble, LoudnessEmbedder(), Evidence(train, test, rated, "the command", 0))
    model = QualityHeadModel.load(tmp_path / "head")
    model.check(LoudnessEmbedder())
    score = model.share_worse(model.log_damage(test.embedding).mean(1))
    assert float(score[test.clean].min()) > 0.5 > float(score[3::4].max())
    card = (tmp_path / "head" / "README.md").read_text()
    assert "| hum | 10 | 1.000 | 1.000 | 1.000 |" in card
    assert "the command" in card
    assert "Learned from 16 rated clips; on 4 others" in card


def test_the_same_seed_gives_the_same_head():
    first, second = (fit(graded(8, 0), None, epochs=1, rate=1e-2, seed=5) for _ in range(2))
    torch.testing.assert_close(first.state_dict(), second.state_dict())


def test_rated_clips_move_the_prediction_where_nothing_else_was_learned():
    angle = torch.linspace(-1.5, -0.5, 64)
    liked = RatedClips(torch.stack([angle.cos(), angle.sin()], dim=1), torch.full((64,), 2.5))
    plain, moved = (fit(graded(40, 0), rated, epochs=20, rate=1e-2, seed=0) for rated in (None, liked))
    with torch.no_grad():
        assert float(moved(liked.embedding).mean()) > 1.8 > float(plain(liked.embedding).mean())


def test_pairs_of_one_passage_are_ranked_and_others_are_not():
    nothing, passage = torch.zeros(4), torch.tensor([0, 0, 1, 2])
    target, kind = torch.tensor([0.0, 2.0, 0.0, 2.0]), torch.tensor([0, 1, 0, 1])
    pairs = ranked(Batch(nothing[:, None], target, torch.tensor([0.0, 0.5, 0.0, 0.5]), kind, passage))
    assert torch.nonzero(pairs).tolist() == [[1, 0]]
    weight = torch.ones(4, 1)
    right, wrong = torch.tensor([[0.0], [2.0], [5.0], [0.0]]), torch.tensor([[2.0], [0.0], [5.0], [0.0]])
    assert float(pair_loss(right, pairs, weight)) == pytest.approx(float(np.log1p(np.exp(-6))), rel=1e-3)
    assert float(pair_loss(wrong, pairs, weight)) == pytest.approx(6.0, rel=1e-2)


def test_the_script_takes_a_table_of_ratings_from_end_to_end(tmp_path, monkeypatch, capsys):
    ratings = made_up_ratings(tmp_path)
    options = "--passages 2 --test-passages 2 --ladders 1 --test-ladders 2 --epochs 2"
    monkeypatch.setattr("training.fit_quality_head.load_embedder", lambda name: LoudnessEmbedder())
    monkeypatch.setattr(
        "sys.argv", ["fit", "--ratings", str(ratings), "--out", str(tmp_path / "head"), *options.split()]
    )
    main()
    assert "Learned from 16 rated clips; on 4 others" in capsys.readouterr().out
    assert "the raters' noise allows" in (tmp_path / "head" / "README.md").read_text()
    QualityHeadModel.load(tmp_path / "head").check(LoudnessEmbedder())


def test_a_table_of_ratings_that_is_not_there_is_a_message_before_anything_is_made(tmp_path, monkeypatch):
    monkeypatch.setattr("training.fit_quality_head.load_embedder", lambda name: LoudnessEmbedder())
    monkeypatch.setattr("sys.argv", ["fit_quality_head.py", "--ratings", str(tmp_path / "none.csv")])
    with pytest.raises(SystemExit, match=r"fit_quality_head: there is no table at .*none.csv: give a csv file"):
        main()


def test_clean_and_degraded_examples_weigh_half_each_in_the_calibration():
    predicted = torch.tensor([0.0, 0.1] + [5.0 + 0.01 * step for step in range(98)])
    knots = calibration_knots(predicted, predicted < 1)
    assert knots[len(knots) // 4] < 0.2
    assert knots[3 * len(knots) // 4] > 5.0
    assert list(knots) == sorted(knots)
