"""MiniLM as ``mini``'s sentence encoder: the same arithmetic as transformers' BERT."""

import pytest
import torch
from transformers import BertConfig, BertModel

from reward_models.embedders.mini.text import SentenceEncoder, TextTowerConfig
from training.mini.minilm import encoder_state, rounded

KEPT = [0, 3, 5, 7, 11, 13]
SHAPE = TextTowerConfig(vocabulary=len(KEPT), width=64, layers=2, heads=4, hidden=128, max_tokens=10)


@pytest.fixture
def bert() -> BertModel:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=20,
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=128,
        max_position_embeddings=16,
    )
    return BertModel(config).eval()


def test_the_encoder_gives_berts_mean_over_real_tokens(bert: BertModel) -> None:
    encoder = SentenceEncoder(SHAPE).eval()
    encoder.load_state_dict(encoder_state(bert.state_dict(), KEPT, SHAPE))
    pieces = torch.tensor([[1, 4, 2, 5], [3, 2, 0, 0]])
    real = torch.tensor([[True] * 4, [True, True, False, False]])
    with torch.no_grad():
        sentence = encoder(pieces, real)
        hidden = bert(input_ids=torch.tensor(KEPT)[pieces], attention_mask=real.long()).last_hidden_state
    expected = (hidden * real[..., None]).sum(1) / real.sum(1, keepdim=True)
    assert torch.allclose(sentence, expected, atol=1e-5)


def test_rounded_weights_are_those_that_a_checkpoint_gives_back(bert: BertModel) -> None:
    encoder = SentenceEncoder(SHAPE)
    encoder.load_state_dict(encoder_state(bert.state_dict(), KEPT, SHAPE))
    before = {name: tensor.clone() for name, tensor in encoder.state_dict().items()}
    once = {name: tensor.clone() for name, tensor in rounded(encoder).state_dict().items()}
    twice = rounded(encoder).state_dict()
    assert not torch.equal(once["word.weight"], before["word.weight"])
    assert all(torch.allclose(once[name], twice[name], atol=1e-6) for name in once)
