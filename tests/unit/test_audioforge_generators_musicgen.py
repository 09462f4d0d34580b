"""MusicGen with random weights of the released architecture, made small."""

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    EncodecConfig,
    MusicgenConfig,
    MusicgenDecoderConfig,
    MusicgenForConditionalGeneration,
    PreTrainedTokenizerFast,
    T5Config,
)

from audioforge.generators import load_generator
from audioforge.generators.musicgen import _SeededDraw
from audioforge.proposals import Proposal, ProposalError
from reward_models.checkpoints import CheckpointError

RATE = 1_000

pytestmark = pytest.mark.filterwarnings("ignore")  # transformers' own


@pytest.fixture(scope="module")
def generator(tmp_path_factory):
    folder = tmp_path_factory.mktemp("musicgen")
    words = {"<pad>": 0, "</s>": 1, "<unk>": 2, "a": 3, "kick": 4, "rain": 5}
    tokenizer = Tokenizer(models.WordLevel(words, "<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>").save_pretrained(folder)
    torch.manual_seed(0)
    text = T5Config(vocab_size=6, d_model=16, d_kv=8, d_ff=16, num_layers=1, num_heads=2)
    codec = EncodecConfig(
        sampling_rate=RATE, upsampling_ratios=[4, 2], num_filters=4, hidden_size=8, codebook_size=32, codebook_dim=8,
        target_bandwidths=[2.0], num_lstm_layers=1,
    )  # fmt: skip
    decoder = MusicgenDecoderConfig(
        vocab_size=32, num_hidden_layers=1, ffn_dim=32, num_attention_heads=2, hidden_size=16, num_codebooks=2,
        max_position_embeddings=512, pad_token_id=32, bos_token_id=32,
    )  # fmt: skip
    config = MusicgenConfig(text_encoder=text.to_dict(), audio_encoder=codec.to_dict(), decoder=decoder.to_dict())
    network = MusicgenForConditionalGeneration(config)
    for layer in network.audio_encoder.quantizer.layers:  # zero before training: all codes would sound alike
        torch.nn.init.normal_(layer.codebook.embed)
    network.generation_config.decoder_start_token_id = network.generation_config.pad_token_id = 32
    network.save_pretrained(folder)
    return load_generator("musicgen", model=str(folder))


def _asked(prompt="a kick", **more):
    return Proposal(prompt, **{"steps": 1, "cfg_scale": 3.0, "sampler": "sample", "seconds": 0.5, **more})


def test_clips_have_their_seconds_and_are_sound(generator):
    batch = generator.generate([_asked(), _asked(seconds=0.75)], [0, 1])
    assert batch.lengths.tolist() == [500, 750]
    assert bool(torch.isfinite(batch.waveform).all())
    assert float(batch.waveform.abs().amax()) <= 1


def test_an_item_depends_on_its_seed_and_not_on_its_batch(generator):
    items, seeds = [_asked(), _asked("rain"), _asked(), _asked(cfg_scale=1.0)], [1, 2, 3, 4]
    together = generator.generate(items, seeds)
    for index, (item, seed) in enumerate(zip(items, seeds, strict=True)):
        assert torch.allclose(together.clip(index), generator.generate([item], [seed]).clip(0), atol=1e-4)
    assert not torch.allclose(together.clip(0), together.clip(2), atol=1e-3)


def test_greedy_needs_no_seed_and_the_global_generator_is_left_alone(generator):
    before = torch.get_rng_state()
    batch = generator.generate([_asked(sampler="greedy")] * 2, [1, 2])
    assert torch.allclose(batch.clip(0), batch.clip(1), atol=1e-5)
    generator.generate([_asked()], [1])
    assert torch.equal(before, torch.get_rng_state())


def test_the_largest_noisy_logit_is_a_draw_from_the_guided_softmax():
    logits = torch.tensor([[0.0, 1.0, 2.0], [0.5, 0.0, 0.0]])
    draws = _SeededDraw([3], 2.0, 1, greedy=False)
    guided = 2 * logits[0] - logits[1]
    picked = [int(draws(torch.zeros(1, 1, dtype=torch.long), logits)[0].argmax()) for _ in range(1500)]
    share = torch.bincount(torch.tensor(picked), minlength=3) / len(picked)
    assert torch.allclose(share, guided.softmax(0), atol=0.04)


def test_values_that_mean_nothing_here_are_refused(generator):
    with pytest.raises(ProposalError, match="steps must lie between 1 and 1"):
        generator.generate([_asked(steps=8)], [0])


def test_without_weights_it_says_at_once_how_to_get_them():
    with pytest.raises(CheckpointError, match=r"facebook/musicgen-small is not here, and HF_HUB_OFFLINE.*'sketch'"):
        load_generator("musicgen")


def test_a_batch_that_is_too_large_is_halved(generator, monkeypatch):
    items = [_asked(), _asked("rain"), _asked("rain")]
    plain = generator.generate(items, [1, 2, 3])
    render, sizes = generator._render, []

    def scarce(items):
        sizes.append(len(items))
        if len(items) > 1:
            raise torch.OutOfMemoryError
        return render(items)

    monkeypatch.setattr(generator, "_render", scarce)
    assert torch.allclose(generator.generate(items, [1, 2, 3]).waveform, plain.waveform, atol=1e-5)
    assert sizes == [3, 1, 2, 1, 1]
