import json
import shutil

import pytest

from reward_models.checkpoints import CheckpointError, checkpoint_path
from reward_models.embedders.registry import SHIPPED, load_embedder, load_text_audio_embedder
from tests.tiny_clap import write_checkpoint


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_copied_folder_loads_as_what_it_says_it_is(name, tmp_path):
    shutil.copytree(checkpoint_path(name), tmp_path / "copy")
    copy = load_embedder(str(tmp_path / "copy"))
    assert copy.name == name
    assert copy.fingerprint == load_embedder(name).fingerprint


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_shipped_embedder_leaves_no_choice_of_precision_and_fill(name):
    with pytest.raises(CheckpointError, match=f"{name} runs in float32 .* precision='bfloat16'"):
        load_embedder(name, precision="bfloat16")
    with pytest.raises(CheckpointError, match="fill='repeatpad'"):
        load_embedder(name, fill="repeatpad")


def test_precision_and_fill_reach_laion_clap(tmp_path):
    folder = str(write_checkpoint(tmp_path / "clap"))
    chosen = load_text_audio_embedder(folder, precision="bfloat16", fill="repeatpad")
    assert chosen.fill == "repeatpad"
    assert chosen.fingerprint != load_embedder(folder).fingerprint


def test_a_folder_that_says_nothing_is_refused(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"dim": 3}))
    with pytest.raises(CheckpointError, match="neither a model_type nor the format"):
        load_embedder(str(tmp_path))


def test_an_unknown_name_lists_what_there_is():
    with pytest.raises(CheckpointError, match="'nothing': give one of mini, aisfx, musicnn, fidelity, vggish, pann"):
        load_embedder("nothing")


@pytest.mark.parametrize("path", ["./clap", "../models", "/models/clap", "~/clap"])
def test_a_path_that_is_not_there_is_not_taken_for_a_hub_id(path):
    with pytest.raises(CheckpointError, match="there is no folder"):
        load_embedder(path)


def test_an_embedder_without_text_is_no_text_audio_embedder():
    with pytest.raises(CheckpointError, match="'aisfx' has no text tower"):
        load_text_audio_embedder("aisfx")
