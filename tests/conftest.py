"""Shared by all tests: threads that don't spin, no hub, annotated shapes checked while tests run."""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("WANDB_MODE", "disabled")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

from jaxtyping import install_import_hook

import tests.shapes  # the hook below finds it by name

install_import_hook(["audioforge", "reward_models"], f"{tests.shapes.__name__}.check_shapes")
