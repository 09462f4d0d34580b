"""Stable Audio Open Small as a generator: batches of equal settings, each item from its own seed."""

import logging
import warnings
from collections.abc import Sequence
from functools import partial

import torch
from jaxtyping import Float
from torch import Tensor
from typing_extensions import override

from audioforge.generators.base import Generator, ParameterSpace
from audioforge.generators.batching import alike, in_batches
from audioforge.generators.stable_audio.flow_sampling import SAMPLERS, Noise, Velocity
from audioforge.generators.stable_audio.loading import SMALL, StableAudioModel, load_stable_audio, prompt_conditioner
from audioforge.proposals import Proposal
from reward_models.audio import AudioBatch

LONGEST_SECONDS = 11.0
"""Published limit of the released checkpoint (arXiv 2505.08175)."""
_log = logging.getLogger(__name__)


class StableAudioGenerator(Generator):
    """Renders prompts with a Stable Audio model whose objective is a flow.

    The released checkpoint is post-trained for 8 steps, ``cfg_scale`` 1 and ``pingpong``; anything else is legal and
    rarely better, and ``cfg_scale`` other than 1 doubles the cost. The network always renders its full length; a clip
    is cut to its seconds. A clip that is louder than full scale is scaled down, never cut off.

    Args:
        model: Hub id, or a folder with ``model_config.json`` and weights.
        device: Torch device.
        dtype: Of the weights; ``float16`` on a GPU halves memory.
        max_batch: Items rendered at once; halved by itself where memory runs out.

    Raises:
        CheckpointError: If package or weights are missing; says what to do.
    """

    def __init__(
        self,
        model: str = SMALL,
        *,
        device: str = "cpu",
        dtype: torch.dtype = torch.float32,
        max_batch: int = 16,
    ) -> None:
        self.model: StableAudioModel = load_stable_audio(model, device, dtype)
        self.name = "stable-audio-open-small"
        self.description = f"Stable Audio ({model}): latent diffusion of sounds and loops, by Stability AI."
        self.sample_rate = self.model.sample_rate
        self.channels = self.model.channels
        longest = min(LONGEST_SECONDS, self.model.sample_size / self.model.sample_rate)
        self.parameters = ParameterSpace(
            samplers=tuple(SAMPLERS),
            steps=(1, 100),
            cfg_scale=(0.0, 15.0),
            seconds=(min(0.5, longest / 4), longest),
            prompt_tokens=self.model.prompt_tokens,
        )
        self.fingerprint = self.model.fingerprint
        self._device = torch.device(device)
        self._max_batch = max_batch

    @override
    def generate(self, proposals: Sequence[Proposal], seeds: Sequence[int]) -> AudioBatch:
        """Render one clip a proposal (see ``Generator.generate``)."""
        self.check(proposals, seeds)
        self._warn_of_unheard_words(proposals)
        items = list(zip(proposals, seeds, strict=True))
        clips: list[Tensor] = in_batches(items, batches(proposals, self._max_batch), self._render)
        return AudioBatch.from_arrays(clips, self.sample_rate)

    def count_tokens(self, prompt: str) -> int:
        """Tokens of a prompt, the closing one included; those past ``parameters.prompt_tokens`` are not heard."""
        return len(prompt_conditioner(self.model.network).tokenizer(prompt)["input_ids"])

    def _warn_of_unheard_words(self, proposals: Sequence[Proposal]) -> None:
        limit = self.model.prompt_tokens
        if limit is None:
            return
        texts = {own.prompt for own in proposals} | {own.negative_prompt for own in proposals if _is_guided_away(own)}
        long = sum(self.count_tokens(text) > limit for text in texts)
        if long:
            _log.warning("%d prompts are longer than the %d tokens that %s reads: cut.", long, limit, self.name)

    @torch.no_grad()
    def _render(self, items: Sequence[tuple[Proposal, int]]) -> list[Float[Tensor, "channel time"]]:
        first = items[0][0]
        velocity = self._velocity([proposal for proposal, _ in items])
        like = next(self.model.network.model.parameters())
        noise = Noise([seed for _, seed in items], self.model.latent_shape, like)
        latents = SAMPLERS[first.sampler](velocity, noise, first.steps)
        waveforms = self._decoded(latents).float().cpu()
        return [self._finished(waveform, own) for waveform, (own, _) in zip(waveforms, items, strict=True)]

    def _velocity(self, proposals: Sequence[Proposal]) -> Velocity:
        network, first = self.model.network, proposals[0]
        asked = self._conditions([own.prompt for own in proposals], proposals, negative=False)
        if _is_guided_away(first):
            asked |= self._conditions([own.negative_prompt for own in proposals], proposals, negative=True)
        return partial(network.model, **asked, cfg_scale=first.cfg_scale, batch_cfg=True, rescale_cfg=True)

    def _conditions(
        self, texts: Sequence[str], proposals: Sequence[Proposal], *, negative: bool
    ) -> dict[str, Tensor | None]:
        network = self.model.network
        dtype = next(network.model.parameters()).dtype
        # One item a call: the library's text tower computes in half precision, whose rounding depends on the batch.
        with warnings.catch_warnings():  # it enters an autocast that torch deprecates, and that a CPU lacks
            warnings.filterwarnings("ignore", ".*autocast")
            rows = [
                network.conditioner([{"prompt": text, "seconds_total": own.seconds}], self._device)
                for text, own in zip(texts, proposals, strict=True)
            ]
        tensors = {
            name: [torch.cat(parts) for parts in zip(*(row[name] for row in rows), strict=True)] for name in rows[0]
        }
        inputs = network.get_conditioning_inputs(tensors, negative=negative)
        if negative:  # the library casts the positive ones alone
            return dict(inputs)
        return {name: None if own is None else own.to(dtype) for name, own in inputs.items()}

    def _decoded(self, latents: Tensor) -> Float[Tensor, "batch channel time"]:
        pretransform = self.model.network.pretransform
        if pretransform is None:
            return latents
        decoded: Tensor = pretransform.decode(latents.to(next(pretransform.parameters()).dtype))
        return decoded

    def _finished(self, waveform: Tensor, proposal: Proposal) -> Float[Tensor, "channel time"]:
        clip = waveform[:, : round(proposal.seconds * self.sample_rate)]
        return clip / clip.abs().max().clamp_min(1.0)


def batches(proposals: Sequence[Proposal], max_batch: int) -> list[list[int]]:
    """Indices of proposals that can be rendered together, in the order of their first items."""
    return alike([_shared(own) for own in proposals], max_batch)


def _shared(proposal: Proposal) -> tuple[object, ...]:
    """What a batch must share; prompts and seconds may differ, and a negative prompt is only read with guidance."""
    return proposal.steps, proposal.cfg_scale, proposal.sampler, _is_guided_away(proposal)


def _is_guided_away(proposal: Proposal) -> bool:
    """Whether its negative prompt is read: only with guidance."""
    return proposal.cfg_scale != 1 and bool(proposal.negative_prompt.strip())
