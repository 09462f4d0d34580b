import pytest
import torch

from training.measure_embedder import logistic_regression, nearest_centroid, shared_labels


@pytest.fixture
def blobs():
    """Two well-separated classes in each of two packs."""
    generator = torch.Generator().manual_seed(0)
    centres = torch.tensor([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0]])
    classes = ["rain", "dog"] * 10
    points = centres[[0, 1] * 10] + 0.1 * torch.randn(20, 3, generator=generator)
    return points, classes, ["first"] * 10 + ["second"] * 10


def test_separated_classes_are_told_apart_in_a_pack_never_seen(blobs):
    points, classes, packs = blobs
    assert nearest_centroid(points, classes, packs) == (1.0, 1.0, 20)


def test_swapped_labels_in_the_held_out_pack_score_zero(blobs):
    points, classes, packs = blobs
    swapped = [*classes[:10], *("dog", "rain") * 5]
    assert nearest_centroid(points, swapped, packs)[0] == 0.0


def test_a_class_of_a_single_pack_is_not_judged(blobs):
    points, classes, packs = blobs
    lonely = [*classes[:-1], "bell"]
    assert nearest_centroid(points, lonely, packs)[2] == 19


def test_the_balanced_figure_gives_each_class_the_same_weight(blobs):
    points, classes, packs = blobs
    wrong = [*classes[:19], "rain"]  # a dog called rain: 1 of 11 rains, 0 of 9 dogs
    plain, balanced, _ = nearest_centroid(points, wrong, packs)
    assert plain == pytest.approx(19 / 20)
    assert balanced == pytest.approx((10 / 11 + 1) / 2)


def test_logistic_regression_learns_from_the_others_and_is_judged_on_the_held_out(blobs):
    points, classes, packs = blobs
    held_out = torch.tensor([pack == "second" for pack in packs])
    swapped = [*classes[:10], *("dog", "rain") * 5]
    assert logistic_regression(points, classes, held_out) == 1.0
    assert logistic_regression(points, swapped, held_out) == 0.0


def test_labels_count_as_shared_from_the_second_pack_on():
    records = [{"label": "rain"}, {"label": "dog"}, {"label": "rain"}]
    assert shared_labels(records, ["a", "a", "b"]) == [0, 2]
