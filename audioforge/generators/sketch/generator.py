"""The embedded generator: sketches a prompt by synthesis."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from audioforge.generators.base import Generator, ParameterSpace
from audioforge.generators.sketch.chance import stream
from audioforge.generators.sketch.diffusion import SAMPLERS, Guidance, leave_residue, saturate
from audioforge.generators.sketch.effects import OPPOSITES, apply_traits
from audioforge.generators.sketch.levels import at_peak
from audioforge.generators.sketch.request import MAX_WORDS, SketchRequest, parse_request
from audioforge.generators.sketch.scene import arrange, is_vague, render_scene, render_vague
from audioforge.generators.sketch.soundfont import soundfont_hash
from audioforge.generators.sketch.timebase import SAMPLE_RATE, Stereo, fit_length, to_samples
from audioforge.generators.sketch.vocabulary import tokens
from audioforge.proposals import Proposal
from reward_models.audio import AudioBatch

#: Raise it with every change that can be heard.
VERSION = 3
_CEILING = 10 ** (-1 / 20)


class SketchGenerator(Generator):
    """Renders a prompt with drum machines, a soundfont and synthesised noises.

    It is a sketch, not a diffusion model: it looks known words up in a lexicon and performs what they stand for.
    Unknown words make it vague. Steps, guidance scale and sampler only imitate what they do in a diffusion sampler (see
    ``diffusion``).

    On one machine, item *i* depends on ``(proposals[i], seeds[i])`` alone, bit by bit. Safe to call from several
    threads.
    """

    def __init__(self) -> None:
        self.name = "sketch"
        self.description = (
            "A sketch, not a diffusion model: known words of the prompt are performed with synthesised drums, noises "
            "and a General MIDI soundfont; steps, cfg_scale and sampler imitate a diffusion sampler's leftovers."
        )
        self.sample_rate = SAMPLE_RATE
        self.channels = 2
        self.parameters = ParameterSpace(
            samplers=tuple(SAMPLERS), steps=(1, 50), cfg_scale=(0.0, 15.0), seconds=(0.5, 11.0), prompt_tokens=MAX_WORDS
        )
        self.fingerprint = hashlib.sha256(f"sketch/{VERSION}/{soundfont_hash()}".encode()).hexdigest()[:16]

    def generate(self, proposals: Sequence[Proposal], seeds: Sequence[int]) -> AudioBatch:
        """Render one clip a proposal (see ``Generator.generate``)."""
        self.check(proposals, seeds)
        clips = [render(proposal, int(seed)) for proposal, seed in zip(proposals, seeds, strict=True)]
        return AudioBatch.from_arrays(clips, SAMPLE_RATE)


def render(proposal: Proposal, seed: int) -> np.ndarray:
    """One clip, ``(2, time)`` float32.

    Args:
        proposal: Legal values only.
        seed: At least 0.
    """
    guidance = Guidance.of(proposal.cfg_scale)
    wanted, avoided = _read(proposal)
    sound = _perform(wanted, proposal, seed, guidance)
    traits = _strengths(wanted, avoided, guidance.detail)
    sound = apply_traits(sound, traits, stream(seed, "effects"))
    sound = leave_residue(
        sound, _effective_steps(proposal.steps, traits), proposal.sampler, stream(seed, "noise", proposal.sampler)
    )
    finished = fit_length(saturate(_finish(sound, traits), guidance.drive), to_samples(proposal.seconds))
    return finished.astype(np.float32)


def _read(proposal: Proposal) -> tuple[SketchRequest, SketchRequest]:
    """What shall sound and what shall not: by the negative prompt, and by "no ..." in the prompt."""
    wanted, excluded = parse_request(proposal.prompt)
    avoided, _ = parse_request(proposal.negative_prompt)
    avoided = replace(
        avoided,
        sources=(*avoided.sources, *excluded.sources),
        voices=(*avoided.voices, *excluded.voices),
        drums=avoided.drums or excluded.drums,
        traits={**avoided.traits, **excluded.traits},
    )
    return arrange(wanted).without(avoided), avoided


def _perform(request: SketchRequest, proposal: Proposal, seed: int, guidance: Guidance) -> Stereo:
    words = " ".join(tokens(proposal.prompt)[:MAX_WORDS])
    if is_vague(request):
        return render_vague(words, proposal.seconds, seed)
    content = render_scene(request, proposal.seconds, seed, min(1.0, guidance.detail * 1.18))
    # Words that mean nothing to the lexicon blur the picture as well.
    clarity = guidance.adherence * min(1.0, 0.55 + 0.75 * request.understood)
    if clarity > 0.97:
        return content
    return clarity * content + 1.6 * (1 - clarity) * render_vague("", proposal.seconds, seed)


def _strengths(wanted: SketchRequest, avoided: SketchRequest, detail: float) -> dict[str, float]:
    traits = {name: strength * detail for name, strength in wanted.traits.items() if name not in avoided.traits}
    for name in avoided.traits:
        opposite = OPPOSITES.get(name)
        if opposite:
            traits[opposite] = max(traits.get(opposite, 0.0), 0.5 * detail)
    return traits


def _effective_steps(steps: int, traits: dict[str, float]) -> int:
    """Asking for a clean sound helps as much as two steps."""
    return steps + round(2 * traits.get("clean", 0.0))


def _finish(sound: Stereo, traits: dict[str, float]) -> Stereo:
    edge = min(220, sound.shape[1] // 4)
    faded = sound.copy()
    faded[:, -edge:] *= np.linspace(1.0, 0.0, edge)
    quiet = traits.get("soft", 0.0) * 6.0 + traits.get("distant", 0.0) * 3.0
    return at_peak(faded, _CEILING * 10 ** (-min(quiet, 9.0) / 20))
