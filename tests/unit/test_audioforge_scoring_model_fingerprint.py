import pytest

from audioforge.scoring.model_fingerprint import refuse_unready
from audioforge.scoring.presets import build_reward
from reward_models.embedders.registry import load_text_audio_embedder
from tests.tiny_clap import write_checkpoint


def test_a_reward_that_scores_is_let_through():
    refuse_unready(build_reward("embedded"), "mini")


def test_a_new_embedder_without_calibration_and_references_is_refused_before_a_run(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIOFORGE_CACHE", str(tmp_path / "cache"))
    folder = str(write_checkpoint(tmp_path / "clap"))
    reward = build_reward("embedded", embedder=load_text_audio_embedder(folder))
    with pytest.raises(ValueError, match=r"can't judge drums: .*audioforge calibrate .*audioforge reference build"):
        refuse_unready(reward, folder)
