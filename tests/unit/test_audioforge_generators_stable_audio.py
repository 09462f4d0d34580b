"""What needs no stable-audio-tools: sampling, batching, and what is said where something is missing."""

import json

import httpx
import pytest
import torch
from huggingface_hub.errors import GatedRepoError, LocalEntryNotFoundError

from audioforge.generators import load_generator
from audioforge.generators.batching import in_halves
from audioforge.generators.stable_audio import loading
from audioforge.generators.stable_audio.flow_sampling import SAMPLERS, Noise, flow_times
from audioforge.generators.stable_audio.generator import batches
from audioforge.proposals import Proposal
from reward_models.checkpoints import CheckpointError

DATA = torch.tensor([[0.5, -1.0, 2.0]])


def _towards_data(x, t):
    """The exact velocity of a distribution that is one point."""
    return (x - DATA) / t[:, None, None]


@pytest.mark.parametrize("sampler", [name for name in SAMPLERS if name != "rk4"])  # which asks at time 0, too
@pytest.mark.parametrize("steps", [1, 2, 8])
def test_every_sampler_finds_data_that_are_one_point(sampler, steps):
    noise = Noise([1, 2], (1, 3), torch.zeros(1))
    assert torch.allclose(SAMPLERS[sampler](_towards_data, noise, steps), DATA.expand(2, 1, 3), atol=1e-5)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_an_items_noise_is_its_own(sampler):
    def velocity(x, t):
        return torch.tanh(x) * t[:, None, None]

    together = SAMPLERS[sampler](velocity, Noise([3, 4, 5], (2, 7), torch.zeros(1)), 6)
    for row, seed in enumerate((3, 4, 5)):
        alone = SAMPLERS[sampler](velocity, Noise([seed], (2, 7), torch.zeros(1)), 6)
        assert torch.allclose(together[row], alone[0], atol=1e-6)


def test_sampling_leaves_the_global_generator_alone():
    torch.manual_seed(0)
    before = torch.get_rng_state()
    SAMPLERS["pingpong"](_towards_data, Noise([1], (1, 3), torch.zeros(1)), 4)
    assert torch.equal(before, torch.get_rng_state())


def test_times_fall_from_noise_to_data():
    times = flow_times(8)
    assert times[0] == 1
    assert times[-1] == 0
    assert bool((times.diff() < 0).all())


def test_a_batch_shares_steps_guidance_and_sampler_and_nothing_else():
    items = [
        Proposal("a"),
        Proposal("b", seconds=9),
        Proposal("c", steps=4),
        Proposal("d", "no drums"),  # without guidance the negative prompt is not read
        Proposal("e", "no drums", cfg_scale=3),
        Proposal("f", cfg_scale=3),
    ]
    assert batches(items, 2) == [[0, 1], [3], [2], [4], [5]]


def test_memory_that_runs_out_halves_the_batch_down_to_one_item():
    sizes = []

    def render(items):
        sizes.append(len(items))
        if len(items) > 2:
            raise torch.OutOfMemoryError
        return [item * 10 for item in items]

    assert in_halves([1, 2, 3, 4, 5], render) == [10, 20, 30, 40, 50]
    assert sizes == [5, 2, 3, 1, 2]
    with pytest.raises(torch.OutOfMemoryError):
        in_halves([1], lambda items: (_ for _ in ()).throw(torch.OutOfMemoryError()))


def test_without_weights_or_network_it_says_at_once_how_to_get_them(monkeypatch):
    monkeypatch.setattr(loading.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(CheckpointError, match=r"model_config\.json missing.*hf download stabilityai.*'sketch'"):
        load_generator("stable-audio-open-small")


def test_a_folder_that_is_not_there_is_no_hub_id(tmp_path):
    with pytest.raises(CheckpointError, match=r"there is no folder .*nowhere: give one, or a hub id"):
        load_generator(f"stable-audio-open-small={tmp_path / 'nowhere'}")


def test_gated_weights_say_where_the_licence_is(monkeypatch):
    def refuse(name, file, local_files_only=False):
        if local_files_only:
            raise LocalEntryNotFoundError("not cached")
        raise GatedRepoError("401", response=httpx.Response(401, request=httpx.Request("GET", "https://hub")))

    monkeypatch.setattr(loading, "hf_hub_download", refuse)
    monkeypatch.setattr(loading, "why_unreachable", lambda: "")
    with pytest.raises(CheckpointError, match=r"gated: accept its licence at .*stable-audio-open-small.*hf auth login"):
        load_generator("stable-audio-open-small")


def test_a_folder_without_weights_is_named(tmp_path):
    (tmp_path / "model_config.json").write_text("{}")
    with pytest.raises(CheckpointError, match=r"needs model_config\.json and one of model\.safetensors, model\.ckpt"):
        load_generator("stable-audio-open-small", model=str(tmp_path))


@pytest.mark.parametrize(
    ("config", "message"),
    [({"model": {"diffusion": {}}}, r"objective 'v'; only flows"), ({"model": {}}, r"no model\.diffusion")],
)
def test_a_model_of_another_kind_is_refused(tmp_path, config, message):
    (tmp_path / "model_config.json").write_text(json.dumps(config))
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(CheckpointError, match=message):
        load_generator("stable-audio-open-small", model=str(tmp_path))


def test_a_missing_package_is_named_with_the_command_that_installs_it(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "stable_audio_tools.models.factory", None)
    (tmp_path / "model_config.json").write_text('{"model": {"diffusion": {"diffusion_objective": "rf_denoiser"}}}')
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(CheckpointError, match="pip install --no-deps stable-audio-tools"):
        load_generator("stable-audio-open-small", model=str(tmp_path))
