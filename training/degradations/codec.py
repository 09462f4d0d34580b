"""Lossy codecs through libsndfile, written to memory and read back: Vorbis, Opus, MP3, GSM and IMA ADPCM."""

import io

import numpy as np
import soundfile
import soxr

from training.degradations.severity import Waveform, geometric, linear


def vorbis(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Vorbis at falling rate and quality: 32 kHz at 0.6 of full compression down to 8 kHz at all of it."""
    rate = round(geometric(32_000, 8_000, severity))
    return through(waveform, sample_rate, rate, ("OGG", "VORBIS"), linear(0.6, 1.0, severity))


def opus(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """Opus at 48 down to 8 kHz, 30 down to 6 kbit/s."""
    rate = (48_000, 48_000, 24_000, 16_000, 8_000)[round(severity * 4)]
    return through(waveform, sample_rate, rate, ("OGG", "OPUS"), linear(0.92, 1.0, severity))


def mp3(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """MP3 at 32 down to 8 kHz, towards its lowest bit rate (libsndfile refuses a level of 1)."""
    rate = (32_000, 32_000, 24_000, 16_000, 8_000)[round(severity * 4)]
    return through(waveform, sample_rate, rate, ("MP3", "MPEG_LAYER_III"), linear(0.75, 0.99, severity))


def adpcm(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """IMA ADPCM (4 bits a sample) at 22 kHz down to 3 kHz."""
    return through(waveform, sample_rate, round(geometric(22_050, 3_000, severity)), ("WAV", "IMA_ADPCM"), None)


def gsm(waveform: Waveform, sample_rate: int, severity: float, rng: np.random.Generator) -> Waveform:
    """GSM 6.10 speech codec at 16 kHz down to 4 kHz."""
    return through(waveform, sample_rate, round(geometric(16_000, 4_000, severity)), ("WAV", "GSM610"), None)


def through(
    waveform: Waveform, sample_rate: int, rate: int, form: tuple[str, str], compression: float | None
) -> Waveform:
    """A clip through one codec at ``rate``, back in time and level; ``compression`` from 0 (mild) to 1."""
    peak = float(np.abs(waveform).max()) or 1.0
    low = soxr.resample(waveform * (0.5 / peak), sample_rate, rate, quality="HQ")
    buffer = io.BytesIO()
    soundfile.write(buffer, low, rate, format=form[0], subtype=form[1], compression_level=compression)
    buffer.seek(0)
    decoded, _ = soundfile.read(buffer, dtype="float32")
    restored = soxr.resample(_aligned(low, decoded), rate, sample_rate, quality="HQ") * (peak / 0.5)
    return np.asarray(np.pad(restored, (0, max(0, len(waveform) - len(restored))))[: len(waveform)], dtype=np.float32)


def _aligned(original: Waveform, decoded: Waveform) -> Waveform:
    """``decoded`` moved back by the codec's delay, found by cross-correlation (at most 4 096 samples)."""
    size = 1 << (len(original) + len(decoded)).bit_length()
    correlation = np.fft.irfft(np.conj(np.fft.rfft(original, size)) * np.fft.rfft(decoded, size), size)
    return decoded[int(np.argmax(correlation[: min(4_096, len(decoded))])) :]
