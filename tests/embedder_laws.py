"""What every embedder promises, whatever it is made of: called by the tests of each."""

import torch

from reward_models.audio import AudioBatch
from reward_models.embedders.base import Embedder


def obeys_the_laws(embedder: Embedder, *, longest: float = 1.2) -> None:
    """Repeatable; batch = single; padding doesn't count; input untouched; finite on silence; no clips, no vectors.

    Args:
        embedder: Any.
        longest: Of the clips, in windows.
    """
    rate = embedder.sample_rate
    generator = torch.Generator().manual_seed(0)
    size = round(longest * embedder.window_seconds * rate)
    clips = [0.1 * torch.randn(size, generator=generator), 0.3 * torch.randn(size // 3, generator=generator).cumsum(0)]
    clips[1] /= clips[1].abs().max()
    audio = AudioBatch.from_arrays([*clips, torch.zeros(rate // 4)], rate)
    before = audio.waveform.clone()
    together = embedder.embed_audio(audio)

    assert together.shape == (3, embedder.dim)
    assert bool(torch.isfinite(together).all())
    assert torch.equal(audio.waveform, before)
    assert torch.equal(together, embedder.embed_audio(audio))
    for index, clip in enumerate(clips):
        alone = embedder.embed_audio(AudioBatch.from_arrays([clip], rate))
        torch.testing.assert_close(together[index], alone[0], atol=2e-5, rtol=0)
    assert float(together[0] @ together[1]) < 0.99999  # otherwise all of the above would say nothing
    assert embedder.embed_audio(audio.select([])).shape == (0, embedder.dim)
