import io

import numpy as np
import pytest
import soundfile
from pyloudnorm import Meter

from audioforge.audition.loudness import CEILING_DBFS, TARGET_LUFS, matched_wav, matching_gain
from reward_models.audio import AudioError

RATE = 44_100


def sine(seconds, gain=0.1, channels=2):
    wave = gain * np.sin(2 * np.pi * 997 * np.arange(round(seconds * RATE)) / RATE)
    return np.repeat(wave[:, None], channels, axis=1)


@pytest.mark.parametrize("gain", [0.002, 0.9])
@pytest.mark.parametrize("seconds", [0.05, 3.0])
def test_quiet_loud_and_short_clips_come_out_equally_loud(tmp_path, gain, seconds):
    soundfile.write(tmp_path / "a.wav", sine(seconds, gain), RATE, subtype="FLOAT")
    played, rate = soundfile.read(io.BytesIO(matched_wav(tmp_path / "a.wav")))
    heard = np.tile(played, (int(np.ceil(1 / seconds)), 1))
    assert Meter(rate).integrated_loudness(heard) == pytest.approx(TARGET_LUFS, abs=0.2)


def test_the_gain_of_a_full_scale_sine_is_the_standards():
    """ITU-R BS.1770: a 997 Hz sine at full scale in one channel reads -3.01 LUFS, so in both 0.0."""
    assert matching_gain(sine(3, 1.0), RATE).gain_db == pytest.approx(TARGET_LUFS, abs=0.05)


def test_a_mono_clip_is_as_loud_as_the_same_on_both_channels():
    assert matching_gain(sine(1, channels=1), RATE) == pytest.approx(matching_gain(sine(1), RATE))


def test_a_clip_of_one_hard_hit_stays_under_the_ceiling_and_says_how_far_short_it_falls():
    hit = np.zeros((2 * RATE, 1))
    hit[100:110] = 0.8
    gain, short = matching_gain(hit, RATE)
    assert 20 * np.log10(0.8) + gain == pytest.approx(CEILING_DBFS)
    assert short > 3


def test_silence_gets_no_gain():
    assert matching_gain(np.zeros((RATE, 2)), RATE) == (0.0, 0.0)
    assert matching_gain(sine(1, 1e-6), RATE) == (0.0, 0.0)


def test_surround_is_mixed_down_and_what_is_no_sound_is_refused(tmp_path):
    soundfile.write(tmp_path / "surround.wav", sine(1, channels=6), RATE)
    assert soundfile.info(io.BytesIO(matched_wav(tmp_path / "surround.wav"))).channels == 1
    broken = sine(1)
    broken[10] = np.nan
    soundfile.write(tmp_path / "nan.wav", broken, RATE, subtype="FLOAT")
    soundfile.write(tmp_path / "empty.wav", broken[:0], RATE)
    for name in ("nan", "empty"):
        with pytest.raises(AudioError, match=f"{name}.wav"):
            matched_wav(tmp_path / f"{name}.wav")
