"""What a clip of Stable Audio Open Small costs: seconds and memory, of released or of random weights in the real shape.

    python -m benchmarks.stable_audio_cost --model /models/stable-audio --batch 1 4 --device cuda
    python -m benchmarks.stable_audio_cost --random FOLDER --batch 1 2      # writes 2.4 GB of random weights there

Needs stable-audio-tools (``make test-peers`` makes an environment that has it). CPU seconds are summed over threads: on
a busy machine they say more than the clock.
"""

import argparse
import json
import resource
import time
from pathlib import Path

import torch

from audioforge.generators.stable_audio import StableAudioGenerator
from audioforge.generators.stable_audio.prompt_reader import readers_known, with_local_readers
from audioforge.proposals import Proposal

SECONDS = 11.0
_CODER = {"channels": 128, "c_mults": [1, 2, 4, 8, 16], "strides": [2, 4, 4, 8, 8], "use_snake": True}
_AUTOENCODER = {
    "encoder": {"type": "oobleck", "config": {"in_channels": 2, **_CODER, "latent_dim": 128}},
    "decoder": {"type": "oobleck", "config": {"out_channels": 2, **_CODER, "latent_dim": 64, "final_tanh": False}},
    "bottleneck": {"type": "vae"},
    "latent_dim": 64,
    "downsampling_ratio": 2048,
    "io_channels": 2,
}
_CONDITIONS = [
    {"id": "prompt", "type": "t5", "config": {"t5_model_name": "t5-base", "max_length": 64}},
    {"id": "seconds_total", "type": "number", "config": {"min_val": 0, "max_val": 256}},
]
_TRANSFORMER = {
    "io_channels": 64,
    "embed_dim": 1024,
    "depth": 16,
    "num_heads": 8,
    "cond_token_dim": 768,
    "global_cond_dim": 768,
    "transformer_type": "continuous_transformer",
    "attn_kwargs": {"qk_norm": "ln"},
}
_DIFFUSION = {
    "cross_attention_cond_ids": ["prompt", "seconds_total"],
    "global_cond_ids": ["seconds_total"],
    "diffusion_objective": "rf_denoiser",
    "type": "dit",
    "config": _TRANSFORMER,
}
REAL_SHAPE = {
    "model_type": "diffusion_cond",
    "sample_size": 524_288,
    "sample_rate": 44_100,
    "audio_channels": 2,
    "model": {
        "pretransform": {"type": "autoencoder", "iterate_batch": True, "config": _AUTOENCODER},
        "conditioning": {"configs": _CONDITIONS, "cond_dim": 768},
        "diffusion": _DIFFUSION,
        "io_channels": 64,
    },
}
"""The released model's settings as far as its shape goes: 341 million parameters in the transformer."""


def write_random(folder: Path) -> None:
    """A model of the real shape with random weights, and a random T5 of t5-base's shape with a tiny vocabulary."""
    from safetensors.torch import save_file
    from stable_audio_tools.models.factory import create_model_from_config
    from transformers import T5Config, T5EncoderModel

    from tests.tiny_stable_audio import write_t5

    reader = folder / "t5-base"
    reader.mkdir(parents=True, exist_ok=True)
    write_t5(reader)
    T5EncoderModel(T5Config(d_model=768, d_kv=64, d_ff=3072, num_layers=12, num_heads=12)).save_pretrained(reader)
    (folder / "model_config.json").write_text(json.dumps(REAL_SHAPE))
    located = with_local_readers(REAL_SHAPE, folder)
    with readers_known(located):
        network = create_model_from_config(located)
    save_file({name: own.contiguous() for name, own in network.state_dict().items()}, folder / "model.safetensors")


def peak_memory(device: str) -> float:
    """Most memory held so far, in GB: the device's, or the process's."""
    if device == "cpu":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return torch.cuda.max_memory_allocated() / 1e9


def measure(generator: StableAudioGenerator, batch: int) -> tuple[float, float]:
    """Clock and CPU seconds of one batch of clips of 11 s, 8 steps, no guidance."""
    proposals = [Proposal("a kick drum", seconds=SECONDS)] * batch
    clock, cpu = time.perf_counter(), time.process_time()
    generator.generate(proposals, range(batch))
    return time.perf_counter() - clock, time.process_time() - cpu


def main() -> None:
    """Prints one line a batch size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, help="folder with model_config.json and weights")
    parser.add_argument("--random", type=Path, help="folder to write random weights of the real shape to, then measure")
    parser.add_argument("--batch", type=int, nargs="+", default=[1])
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    if arguments.random and not (arguments.random / "model.safetensors").exists():
        write_random(arguments.random)
    start = time.perf_counter()
    generator = StableAudioGenerator(str(arguments.random or arguments.model), device=arguments.device)
    print(f"loaded in {time.perf_counter() - start:.1f} s, peak {peak_memory(arguments.device):.1f} GB")
    for batch in arguments.batch:
        clock, cpu = measure(generator, batch)
        print(f"batch {batch}: {clock / batch:.2f} s a clip by the clock, {cpu / batch:.2f} CPU s a clip, ", end="")
        print(f"peak {peak_memory(arguments.device):.1f} GB")


if __name__ == "__main__":
    main()
