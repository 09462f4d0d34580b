"""A random model of the released architecture: rendered as stable-audio-tools does it, and item by item the same."""

import logging
import warnings

import pytest
import torch

from audioforge.generators import load_generator
from audioforge.generators.stable_audio import StableAudioGenerator
from audioforge.generators.stable_audio.generator import batches
from audioforge.proposals import Proposal, ProposalError
from reward_models.checkpoints import CheckpointError
from tests.tiny_stable_audio import MAX_TOKENS, RATE, SAMPLE_SIZE, write_model

stable_audio_tools = pytest.importorskip("stable_audio_tools", reason="stable-audio-tools is not installed")

pytestmark = [pytest.mark.peers, pytest.mark.filterwarnings("ignore")]

LONGEST = SAMPLE_SIZE / RATE


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stable") / "tiny"
    write_model(folder)
    return folder


@pytest.fixture(scope="module")
def generator(folder):
    return StableAudioGenerator(str(folder))


@pytest.fixture(scope="module")
def exact(folder):
    """In double precision: a random network amplifies the rounding of another batch size a thousandfold."""
    return StableAudioGenerator(str(folder), dtype=torch.float64)


def _library(generator, proposal, seed, **more):
    from stable_audio_tools.inference.generation import generate_diffusion_cond

    rendered = generate_diffusion_cond(
        generator.model.network,
        steps=proposal.steps,
        cfg_scale=proposal.cfg_scale,
        conditioning=[{"prompt": proposal.prompt, "seconds_total": proposal.seconds}],
        sample_size=SAMPLE_SIZE,
        sampler_type=proposal.sampler,
        seed=seed,
        device="cpu",
        **more,
    )[0]
    clip = rendered[:, : round(proposal.seconds * RATE)]
    return clip / clip.abs().max().clamp_min(1)


@pytest.mark.parametrize("sampler", ["pingpong", "euler", "rk4", "dpmpp"])
@pytest.mark.parametrize("cfg_scale", [1.0, 4.0])
def test_one_item_is_what_the_library_renders_from_the_same_seed(generator, sampler, cfg_scale):
    proposal = Proposal("a deep kick drum", steps=5, cfg_scale=cfg_scale, sampler=sampler, seconds=LONGEST)
    ours = generator.generate([proposal], [7]).clip(0)
    theirs = _library(generator, proposal, 7)
    assert float(theirs.abs().max()) > 1e-3
    assert torch.allclose(ours, theirs, atol=1e-4)


def test_a_negative_prompt_reaches_the_network_as_the_library_passes_it(generator):
    proposal = Proposal("rain on a window", "a drum", steps=4, cfg_scale=3.0, seconds=LONGEST)
    negative = [{"prompt": proposal.negative_prompt, "seconds_total": proposal.seconds}]
    theirs = _library(generator, proposal, 3, negative_conditioning=negative)
    assert torch.allclose(generator.generate([proposal], [3]).clip(0), theirs, atol=1e-4)
    without = Proposal("rain on a window", steps=4, cfg_scale=3.0, seconds=LONGEST)
    assert not torch.allclose(generator.generate([without], [3]).clip(0), theirs, atol=1e-3)


def test_an_item_does_not_depend_on_its_batch(exact):
    items = [
        Proposal("a kick drum", seconds=LONGEST),
        Proposal("rain on a window", seconds=LONGEST / 2),
        Proposal("a deep pad", steps=3, sampler="euler", seconds=LONGEST),
        Proposal("a soft drum", seconds=LONGEST),
    ]
    seeds = [1, 2, 3, 1]
    together = exact.generate(items, seeds)
    for index, (item, seed) in enumerate(zip(items, seeds, strict=True)):
        alone = exact.generate([item], [seed]).clip(0)
        assert torch.allclose(together.clip(index), alone, atol=1e-6), index
    assert together.lengths.tolist() == [SAMPLE_SIZE, SAMPLE_SIZE // 2, SAMPLE_SIZE, SAMPLE_SIZE]


def test_prompt_and_seconds_are_heard(generator):
    items = [Proposal("a kick drum", seconds=LONGEST), Proposal("rain", seconds=LONGEST), Proposal("rain", seconds=0.2)]
    clips = [generator.generate([item], [1]).clip(0)[:, :1_600] for item in items]
    assert float((clips[0] - clips[1]).abs().max()) > 1e-3
    assert float((clips[1] - clips[2]).abs().max()) > 1e-3


def test_nothing_of_the_process_changes(generator, capsys):
    torch.manual_seed(5)
    torch.backends.cuda.matmul.allow_tf32 = True
    before = torch.get_rng_state()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        generator.generate([Proposal("rain", seconds=LONGEST)], [9])
    assert torch.equal(before, torch.get_rng_state())
    assert torch.backends.cuda.matmul.allow_tf32
    assert torch.is_grad_enabled()
    output = capsys.readouterr()
    assert output.out == output.err == ""


def test_a_batch_that_is_too_large_is_halved(folder, monkeypatch):
    generator = StableAudioGenerator(str(folder), dtype=torch.float64)
    render, sizes = generator._render, []

    def scarce(items):
        sizes.append(len(items))
        if len(items) > 1:
            raise torch.OutOfMemoryError("no more")
        return render(items)

    items = [Proposal("rain", seconds=LONGEST), Proposal("a drum", seconds=LONGEST)] * 2
    plain = generator.generate(items, [1, 2, 3, 4])
    monkeypatch.setattr(generator, "_render", scarce)
    assert torch.allclose(generator.generate(items, [1, 2, 3, 4]).waveform, plain.waveform, atol=1e-6)
    assert sizes == [4, 2, 1, 1, 2, 1, 1]


def test_prompts_beyond_the_tokens_are_counted_and_warned_of(generator, caplog):
    assert generator.parameters.prompt_tokens == MAX_TOKENS
    assert generator.count_tokens("a kick drum") == 4
    with caplog.at_level(logging.WARNING):
        generator.generate([Proposal("rain " * 30, seconds=LONGEST)], [0])
    assert "1 prompts are longer than the 16 tokens" in caplog.text
    with caplog.at_level(logging.WARNING):
        guided = Proposal("rain", negative_prompt="hum " * 30, cfg_scale=3.0, seconds=LONGEST)
        generator.generate([guided, Proposal("rain", negative_prompt="hum " * 31, seconds=LONGEST)], [0, 0])
    assert caplog.text.count("1 prompts are longer") == 2


def test_a_sampler_of_another_kind_of_model_is_refused(generator):
    with pytest.raises(ProposalError, match="pingpong, euler, rk4, dpmpp; got 'dpmpp-3m-sde'"):
        generator.generate([Proposal("rain", sampler="dpmpp-3m-sde", seconds=LONGEST)], [0])


def test_weights_of_another_shape_are_refused_by_name(folder, tmp_path):
    import json
    import shutil

    broken = tmp_path / "broken"
    shutil.copytree(folder, broken)
    config = json.loads((broken / "model_config.json").read_text())
    config["model"]["diffusion"]["config"]["depth"] = 3
    (broken / "model_config.json").write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match=r"model\.safetensors doesn't fit"):
        StableAudioGenerator(str(broken))


def test_it_goes_by_its_name(folder):
    assert load_generator("stable-audio-open-small", model=str(folder)).sample_rate == RATE


def test_items_of_other_settings_go_into_other_batches():
    items = [Proposal("a"), Proposal("b", steps=4), Proposal("c", negative_prompt="x"), Proposal("d")]
    assert batches(items, 2) == [[0, 2], [3], [1]]
