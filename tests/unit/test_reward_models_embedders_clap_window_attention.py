import copy

import pytest
import torch

from reward_models.embedders.clap.window_attention import WindowAttention, with_fused_attention
from tests.tiny_clap import random_clap, tiny_config


@pytest.fixture(scope="module")
def audio_model():
    model = random_clap(tiny_config()).audio_model.requires_grad_(False)
    for name, parameter in model.named_parameters():
        if name.endswith("relative_position_bias_table"):
            parameter.copy_(torch.randn(parameter.shape, generator=torch.Generator().manual_seed(0)))
    return model


@pytest.mark.parametrize("clips", [1, 3])
@pytest.mark.parametrize("shifted", [False, True])
def test_it_mixes_tokens_as_transformers_does(audio_model, clips, shifted):
    original = audio_model.audio_encoder.layers[0].blocks[0].attention.self
    generator = torch.Generator().manual_seed(1)
    tokens = torch.randn(clips * 4, 64, 16, generator=generator)
    mask = -100.0 * (torch.rand(4, 64, 64, generator=generator) > 0.7) if shifted else None
    (expected,) = original(tokens, mask)[:1]
    (mixed,) = WindowAttention(original)(tokens, mask)
    assert torch.allclose(mixed, expected, atol=1e-5)


def test_every_attention_of_a_model_is_replaced_and_its_output_kept(audio_model):
    features = torch.randn(2, 1, 1001, 64, generator=torch.Generator().manual_seed(2)) * 20 - 40
    fused = with_fused_attention(copy.deepcopy(audio_model))
    found = [module for module in fused.modules() if isinstance(module, WindowAttention)]
    assert len(found) == sum(audio_model.config.depths)
    expected = audio_model(input_features=features).pooler_output
    assert torch.allclose(fused(input_features=features).pooler_output, expected, atol=1e-4)
