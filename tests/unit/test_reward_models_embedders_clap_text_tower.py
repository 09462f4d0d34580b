import pytest
import torch

from reward_models.checkpoints import CheckpointError
from reward_models.embedders.clap.text_tower import (
    PROBES,
    TextTower,
    check_not_collapsed,
    check_tokenizer,
    mean_pairwise_cosine,
)
from reward_models.embedders.clap.transformers_checkpoint import read_tokenizer
from tests.tiny_clap import CAPTIONS, random_clap, tiny_config, write_tokenizer


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tokenizer")
    write_tokenizer(folder)
    return read_tokenizer(folder)


@pytest.fixture(scope="module")
def tower(tokenizer):
    model = random_clap(tiny_config())
    return TextTower(model.text_model, model.text_projection, tokenizer).requires_grad_(False)


def test_vectors_have_unit_length_and_differ_by_text(tower):
    vectors = tower(CAPTIONS)
    assert torch.allclose(vectors.norm(dim=1), torch.ones(len(CAPTIONS)), atol=1e-5)
    assert mean_pairwise_cosine(vectors) < 0.9


def test_a_text_has_the_same_vector_alone_and_beside_longer_ones(tower):
    together = tower(["rain", "a very long sentence about rain that falls on a tin roof"])
    assert torch.allclose(tower(["rain"])[0], together[0], atol=1e-5)


def test_more_texts_than_one_pass_keep_their_order(tower):
    texts = [f"{caption} {index}" for index in range(12) for caption in CAPTIONS]
    assert torch.allclose(tower(texts)[70], tower([texts[70]])[0], atol=1e-5)


def test_words_past_the_last_position_are_not_read(tower):
    assert tower.max_tokens == 512
    long = "rain " * 600
    assert torch.allclose(tower([long]), tower([long + "and an explosion"]), atol=1e-5)


def test_words_past_laion_claps_77_tokens_are_read(tower):
    long = "rain " * 100
    assert not torch.allclose(tower([long + "and an explosion"]), tower([long + "and a woman"]), atol=1e-5)


def test_a_working_tower_passes(tower):
    check_not_collapsed(tower, "tiny")


def test_a_collapsed_tower_is_refused_with_names_that_work(tokenizer):
    model = random_clap(tiny_config())
    # All words alike, as when training has pulled every caption to one point.
    model.text_model.embeddings.word_embeddings.weight.data.mul_(1e-3)
    model.text_model.embeddings.position_embeddings.weight.data.mul_(1e-3)
    tower = TextTower(model.text_model, model.text_projection, tokenizer)
    with pytest.raises(CheckpointError, match=r"laion/larger_clap_music is collapsed.*clap-htsat-unfused.*'mini'"):
        check_not_collapsed(tower, "laion/larger_clap_music")


def test_a_tower_that_gives_no_numbers_is_refused(tokenizer):
    model = random_clap(tiny_config())
    model.text_projection.linear2.bias.data.fill_(float("nan"))
    with pytest.raises(CheckpointError, match="collapsed"):
        check_not_collapsed(TextTower(model.text_model, model.text_projection, tokenizer), "broken")


def test_a_tokenizer_of_five_tokens_is_refused():
    def empty(_text):
        return {"input_ids": [0, 3, 2]}

    with pytest.raises(CheckpointError, match=r"tokenizer of laion/clap.*same tokens.*tokenizer\.json"):
        check_tokenizer(empty, "laion/clap-htsat-unfused")


def test_a_tokenizer_that_tells_the_probes_apart_passes(tokenizer):
    check_tokenizer(tokenizer, "tiny")
    assert len(PROBES) == 6


def test_a_missing_tokenizer_is_an_error_and_not_an_empty_one(tmp_path):
    with pytest.raises(CheckpointError, match=r"no readable tokenizer"):
        read_tokenizer(tmp_path)


def test_mean_pairwise_cosine_leaves_out_the_diagonal():
    assert mean_pairwise_cosine(torch.eye(3)) == pytest.approx(0.0)
    assert mean_pairwise_cosine(torch.tensor([[1.0, 0.0], [1.0, 0.0]])) == pytest.approx(1.0)


def test_a_damaged_tokenizer_is_an_error_of_the_checkpoint(tmp_path):
    write_tokenizer(tmp_path)
    read_tokenizer(tmp_path).save_pretrained(tmp_path)
    (tmp_path / "tokenizer.json").write_text('{"version": "1.0", "added_to')
    with pytest.raises(CheckpointError, match="no readable tokenizer"):
        read_tokenizer(tmp_path)
