"""The reference sets that ship belong to the embedders and clips that ship, and tell their categories apart."""

import pytest
import torch

from audioforge.reference_building import data_hash
from audioforge.reference_clips import load_reference_clips
from audioforge.reference_sets import folder_name
from audioforge.targets import CATEGORIES
from reward_models import load_embedder
from reward_models.checkpoints import checkpoint_path
from reward_models.reference import ReferenceSet

EMBEDDERS = ("mini", "aisfx")


@pytest.mark.parametrize("name", EMBEDDERS)
def test_the_sets_are_those_of_the_embedder_and_the_clips_that_ship(name):
    fingerprint = load_embedder(name).fingerprint
    for category in CATEGORIES:
        own = ReferenceSet.load(checkpoint_path("references") / folder_name(name), category)
        mend = f"run: python training/build_reference_sets.py --embedder {name}"
        assert own.fingerprint == fingerprint, mend
        assert own.data_hash == data_hash(load_reference_clips(category=category)), mend
        assert own.warning is None


@pytest.mark.parametrize(("name", "least"), [("mini", 0.8), ("aisfx", 0.7)])
def test_held_out_clips_are_more_typical_of_their_own_category(name, least):
    sets = [ReferenceSet.load(checkpoint_path("references") / folder_name(name), category) for category in CATEGORIES]
    for own in sets:
        others = torch.cat([other.held_out for other in sets if other is not own])
        for typicality in (own.mahalanobis, own.kernel) if name == "mini" else (own.mahalanobis,):
            inside, outside = typicality(own.held_out), typicality(others)
            assert float((inside[:, None] > outside[None]).double().mean()) > least, own.category
