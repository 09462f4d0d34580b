"""Reading recordings for training: mono, at one rate, at most ``MAX_SECONDS``."""

from pathlib import Path

from reward_models.audio import read_audio, resample_clip
from training.mini.records import MAX_SECONDS, SAMPLE_RATE, Waveform


def read_waveform(path: Path) -> Waveform:
    """The file's first ``MAX_SECONDS``, mean of its channels, at ``SAMPLE_RATE``.

    Raises:
        AudioError: If the file can't be read.
    """
    samples, rate = read_audio(path)
    mono = samples.mean(0, keepdim=True)[:, : round(MAX_SECONDS * rate)]
    return resample_clip(mono, rate, SAMPLE_RATE)[0].numpy()
