import huggingface_hub
import pytest
from typer.testing import CliRunner

from audioforge.cli.main import app


@pytest.mark.parametrize("file", ["model.safetensors", "pytorch_model.bin"])
def test_a_checkpoint_in_the_hubs_cache_is_here_in_either_format(file, tmp_path, monkeypatch):
    (tmp_path / file).write_bytes(bytes(2_000_000))
    there = {("facebook/encodec_24khz", file): str(tmp_path / file)}
    monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", lambda name, own: there.get((name, own)))
    lines = CliRunner().invoke(app, ["embedders"]).stdout.splitlines()
    assert [line.split()[0] for line in lines if " yes " in line and line.startswith(("facebook", "laion"))] == [
        "facebook/encodec_24khz"
    ]
    assert "2.0 MB" in next(line for line in lines if line.startswith("facebook"))
