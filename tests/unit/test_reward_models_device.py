import pytest
import torch

from reward_models import load_embedder
from reward_models.checkpoints import CheckpointError


@pytest.mark.parametrize(
    ("device", "message"), [("banana", "no torch device is called 'banana'"), ("cuda:9", "isn't here")]
)
def test_a_device_that_is_not_there_is_named_and_not_the_weights(device, message):
    with pytest.raises(CheckpointError, match=message):
        load_embedder("mini", device=device)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_cuda_without_a_gpu_says_what_torch_sees():
    with pytest.raises(CheckpointError, match="sees 0 CUDA devices"):
        load_embedder("mini", device="cuda")
