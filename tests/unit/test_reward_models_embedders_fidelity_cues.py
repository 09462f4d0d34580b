import torch

from reward_models import AudioBatch, load_embedder
from reward_models.checkpoints import checkpoint_path
from reward_models.embedders.fidelity_cues import CUES, FidelityCuesEmbedder


def audio():
    generator = torch.Generator().manual_seed(0)
    clips = [0.1 * torch.randn(round(32_000 * seconds), generator=generator) for seconds in (0.4, 3.0, 5.0)]
    return AudioBatch.from_arrays([*clips, torch.zeros(16_000)], 32_000)


def test_the_vector_is_that_of_fidelity_then_cues_then_the_number_that_stands_for_one():
    embedder, plain = load_embedder("fidelity_cues"), load_embedder("fidelity")
    found, expected = embedder.embed_audio(audio()), plain.embed_audio(audio())
    assert found.shape == (4, embedder.dim)
    torch.testing.assert_close(torch.nn.functional.normalize(found[:, : plain.dim], dim=1), expected)
    window = audio().clip(1)[0]
    torch.testing.assert_close(
        found[1, plain.dim : -1] / found[1, -1], embedder.cues(window[None])[0], atol=1e-4, rtol=1e-4
    )


def test_a_clip_is_the_same_alone_louder_and_in_a_batch_and_silence_is_finite():
    embedder = load_embedder("fidelity_cues")
    together = embedder.embed_audio(audio())
    alone = torch.cat([embedder.embed_audio(audio().select([index])) for index in range(4)])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=0)
    louder = embedder.embed_audio(AudioBatch(2 * audio().waveform, 32_000, audio().lengths))
    torch.testing.assert_close(together[:3], louder[:3], atol=1e-4, rtol=0)
    assert bool(torch.isfinite(together).all())


def test_its_fingerprint_follows_that_of_the_networks():
    embedder, plain = FidelityCuesEmbedder.load(checkpoint_path("fidelity")), load_embedder("fidelity")
    assert embedder.fingerprint == load_embedder("fidelity_cues").fingerprint != plain.fingerprint
    assert embedder.dim == plain.dim + CUES + 1
    plain.fingerprint = "another"
    assert FidelityCuesEmbedder(plain).fingerprint != embedder.fingerprint
