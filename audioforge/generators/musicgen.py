"""MusicGen through transformers: a second generator of another kind, which predicts codec frames one by one."""

import hashlib
from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor
from transformers import LogitsProcessor, LogitsProcessorList
from typing_extensions import override

from audioforge.generators.base import Generator, ParameterSpace
from audioforge.generators.batching import alike, in_batches
from audioforge.proposals import Proposal
from reward_models.audio import AudioBatch
from reward_models.checkpoints import CheckpointError
from reward_models.hub import why_unreachable

SMALL = "facebook/musicgen-small"
LONGEST_SECONDS = 30.0
"""What the released checkpoints were trained on (arXiv 2306.05284)."""
TOP_K = 250
"""Candidates of a frame, as published."""
_REFUSED = -1e9  # finite, since guidance subtracts it from itself


class MusicGenGenerator(Generator):
    """Renders prompts with a MusicGen checkpoint.

    ``cfg_scale`` is its guidance scale (3 as published), ``sampler`` is ``sample`` (top 250) or ``greedy``, and
    ``steps`` is always 1: frames follow from the seconds. Negative prompts are not read. Item *i* depends on its seed
    alone: a frame is the largest of the guided logits plus Gumbel noise from the item's own generator, which is the
    same as drawing from their softmax.

    Args:
        model: Hub id, or a folder.
        device: Torch device.
        dtype: Of the weights.
        max_batch: Items of equal settings and seconds rendered at once; halved by itself where memory runs out.

    Raises:
        CheckpointError: If the weights are missing; says what to do.
    """

    def __init__(
        self, model: str = SMALL, *, device: str = "cpu", dtype: torch.dtype = torch.float32, max_batch: int = 8
    ) -> None:
        self.network, self.tokenizer = _load(model, device, dtype)
        codec = self.network.config.audio_encoder
        self.name = "musicgen"
        self.description = f"MusicGen ({model}): autoregressive frames of an audio codec, by Meta AI."
        self.sample_rate = int(codec.sampling_rate)
        self.channels = int(self.network.config.decoder.audio_channels)
        self.parameters = ParameterSpace(
            samplers=("sample", "greedy"), steps=(1, 1), cfg_scale=(1.0, 15.0), seconds=(0.5, LONGEST_SECONDS)
        )
        self.fingerprint = _fingerprint(self.network)
        self._frame_rate = float(codec.frame_rate)
        self._codebooks = int(self.network.config.decoder.num_codebooks)
        self._max_batch = max_batch

    @override
    def generate(self, proposals: Sequence[Proposal], seeds: Sequence[int]) -> AudioBatch:
        """Render one clip a proposal (see ``Generator.generate``)."""
        self.check(proposals, seeds)
        shared = [(own.cfg_scale, own.sampler, own.seconds) for own in proposals]
        items = list(zip(proposals, seeds, strict=True))
        clips: list[Tensor] = in_batches(items, alike(shared, self._max_batch), self._render)
        return AudioBatch.from_arrays(clips, self.sample_rate)

    @torch.no_grad()
    def _render(self, items: Sequence[tuple[Proposal, int]]) -> list[Float[Tensor, "channel time"]]:
        first = items[0][0]
        samples = round(first.seconds * self.sample_rate)
        frames = -(-int(samples * self._frame_rate) // self.sample_rate) + 1
        text = self.tokenizer([own.prompt for own, _ in items], padding=True, return_tensors="pt")
        drawn = _SeededDraw(
            [seed for _, seed in items], first.cfg_scale, self._codebooks, greedy=first.sampler == "greedy"
        )
        rendered = self.network.generate(
            **text.to(self.network.device),
            guidance_scale=first.cfg_scale,
            do_sample=False,
            max_new_tokens=frames + self._codebooks,  # the codebooks are read one frame apart
            logits_processor=LogitsProcessorList([drawn]),
        )
        clips = rendered.float().cpu()[..., :samples]
        return [clip / clip.abs().max().clamp_min(1.0) for clip in clips]


class _SeededDraw(LogitsProcessor):
    """Guides, keeps the best candidates, and adds each item's own Gumbel noise, so that the largest is a draw.

    transformers guides after this; both halves are equal then, and guidance changes nothing.
    """

    def __init__(self, seeds: Sequence[int], scale: float, codebooks: int, *, greedy: bool) -> None:
        self._generators = [torch.Generator().manual_seed(seed) for seed in seeds]
        self._scale = scale
        self._codebooks = codebooks
        self._greedy = greedy

    def __call__(
        self, input_ids: Int[Tensor, "sequence frame"], scores: Float[Tensor, "row vocabulary"]
    ) -> Float[Tensor, "row vocabulary"]:
        rows = len(self._generators) * self._codebooks
        guided = scores
        if self._scale > 1:
            asked, unasked = scores[:rows], scores[rows:]
            guided = unasked + (asked - unasked) * self._scale
        if not self._greedy:
            guided = self._noisy(guided)
        return torch.cat([guided, guided]) if self._scale > 1 else guided

    def _noisy(self, guided: Tensor) -> Tensor:
        least = guided.topk(min(TOP_K, guided.shape[1]), dim=1).values[:, -1:]
        shape = (self._codebooks, guided.shape[1])
        uniform = torch.cat([torch.rand(shape, generator=own, dtype=torch.float64) for own in self._generators])
        gumbel = -torch.log(-torch.log(uniform.clamp(1e-12, 1 - 1e-12)))
        return torch.where(guided >= least, guided + gumbel.to(guided), _REFUSED)


def _load(model: str, device: str, dtype: torch.dtype) -> tuple[Any, Any]:
    from transformers import AutoTokenizer, MusicgenForConditionalGeneration

    found = None
    for only_local in (True, False):
        if not only_local and (reason := why_unreachable()):
            raise CheckpointError(
                f"{model} is not here, and {reason}: fetch it with `hf download {model}` where there is a network, "
                "give a folder, or use the embedded preset's generator 'sketch'."
            ) from found
        try:
            network: Any = MusicgenForConditionalGeneration.from_pretrained(
                model, dtype=dtype, local_files_only=only_local
            )
            return network.to(device).eval(), AutoTokenizer.from_pretrained(model, local_files_only=only_local)
        except (OSError, ValueError) as error:
            found = error
    raise CheckpointError(
        f"{model} can't be loaded as MusicGen ({found}): check the name, such as {SMALL!r}."
    ) from found


def _fingerprint(network: Any) -> str:  # noqa: ANN401 - transformers' own class
    digest = hashlib.sha256(network.config.to_json_string().encode())
    for name, value in sorted(network.state_dict().items()):
        digest.update(name.encode())
        digest.update(value.detach().float().cpu().numpy().tobytes())
    return digest.hexdigest()[:16]
