import numpy as np
import pytest
import torch

from audioforge.rewards.steady_alignment_look import LOOKS, Look, drawn_look, looked_at, named
from reward_models.audio import AudioBatch

RATE = 16_000


def clips(count: int = 200) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return [0.3 * torch.randn(1, 500, generator=generator) for _ in range(count)]


def test_the_look_is_the_same_for_a_copy_in_more_channels_another_layout_and_behind_padding():
    for clip in clips(20):
        batch = AudioBatch.from_arrays([clip, torch.zeros(2, 900)], RATE)
        own = drawn_look(clip)
        assert drawn_look(batch.clip(0)) == own
        assert drawn_look(clip.expand(3, -1)) == own
        assert drawn_look(torch.cat([clip, clip]).T.contiguous().T) == own


def test_channels_in_another_order_and_noise_under_sixteen_bits_do_not_matter():
    generator = torch.Generator().manual_seed(1)
    steps = torch.randint(-20_000, 20_000, (6, 500), generator=generator)
    clip = steps / 32_768
    assert drawn_look(clip.flip(0)) == drawn_look(clip)
    assert drawn_look(clip + 1e-6 * torch.randn(clip.shape, generator=generator)) == drawn_look(clip)


def test_every_look_comes_up_and_none_much_more_often_than_others():
    drawn = [drawn_look(own) for own in clips(2_000)]
    counts = np.array([drawn.count(look) for look in LOOKS])
    assert counts.min() > 8
    assert counts.max() < 55


def test_a_changed_sample_or_another_secret_draws_anew():
    own = clips(200)
    before = [drawn_look(clip) for clip in own]
    changed = [drawn_look(clip + 0.001) for clip in own]
    secret = [drawn_look(clip, "s") for clip in own]
    for other in (changed, secret):
        assert sum(a == b for a, b in zip(before, other, strict=True)) < 15


def test_a_secret_has_a_name_that_does_not_give_it_away():
    assert named("") == "none"
    assert named("one") != named("two")
    assert "one" not in named("one")


@pytest.mark.parametrize("rate", [RATE, 44_100])
def test_a_look_plays_the_clip_slower_and_later_at_the_rate_that_is_asked_for(rate):
    tone = torch.sin(2 * torch.pi * 400 * torch.arange(rate) / rate).expand(2, -1)
    heard = looked_at(tone, rate, Look(0.8, 100), RATE)
    assert heard.shape == (1, round(RATE / 0.8) + RATE // 10)
    assert float(heard[0, : RATE // 10].abs().max()) == 0
    spectrum = torch.fft.rfft(heard[0, RATE // 10 :][:RATE]).abs()
    assert int(spectrum.argmax()) == 320
