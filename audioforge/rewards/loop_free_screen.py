"""Can a clip be a loop at all? A look at its envelope, which clears most clips at a twentieth of the cost.

Where a stretch of sound comes back, its loudness from moment to moment comes back as well. By the triangle inequality
the envelopes of a stretch and of its repeat differ by no more energy than the samples do. The envelope is freed of its
slow course, so that fading and held sounds don't resemble themselves for that alone, and is compared with itself at all
lags in question. What resembles itself there may be a loop or a rhythm: only the samples tell.
"""

import numpy as np
import numpy.typing as npt
from jaxtyping import Float
from scipy.fft import dct, rfft

HOP_SECONDS = 0.001
SMOOTHING = np.exp(-0.5 * (np.arange(-9, 10) / 3.0) ** 2)
"""Weights of neighbouring hops, a bell of 3 ms: a lag that is no multiple of a hop must not hide a repeat, nor may the
ripple of a tone, which is faster than hops can follow."""
COURSE_SECONDS = 0.03
"""Half the span whose mean is the slow course."""
SUSPECT = 0.5
"""Envelopes that resemble themselves more may be loops. Of 1 611 made loops, exact, coded or over another sound, the
least had 0.53 and exact ones 0.75; seven eighths of a library (by seconds) stay below."""
LEAST_OVERLAP = 0.04
"""Share of the energy on both sides of a lag; a little less than the samples themselves must have."""
LEAST_HOPS = 32

Envelope = Float[np.ndarray, " hop"]


def may_loop(steps: npt.NDArray[np.float32], sample_rate: int, lags: tuple[float, float]) -> bool:
    """False where the envelope rules out that the sound comes back within the lags.

    Args:
        steps: ``(time,)`` mono waveform, differenced.
        sample_rate: Hz.
        lags: Shortest and longest, in seconds.
    """
    size = max(1, round(HOP_SECONDS * sample_rate))
    hops = len(steps) // size
    if hops < LEAST_HOPS:
        return True
    pieces = steps[: hops * size].reshape(hops, size)
    energy = np.einsum("ij,ij->i", pieces, pieces).astype(np.float64)
    seconds = size / sample_rate
    return self_likeness(energy, int(lags[0] / seconds) - 1, int(lags[1] / seconds) + 2, seconds) > SUSPECT


def self_likeness(energy: Envelope, shortest: int, longest: int, seconds: float) -> float:
    """The largest normalised autocorrelation of an envelope without its slow course, at most 1.

    Args:
        energy: Of each hop.
        shortest: First lag in hops, at least 0.
        longest: End of the lags in hops; those over half the clip don't count.
        seconds: Of a hop.
    """
    ripple = _without_course(np.sqrt(np.convolve(energy, SMOOTHING, "valid")), round(COURSE_SECONDS / seconds))
    lags = slice(shortest, min(longest, len(ripple) // 2 + 2))
    if lags.stop <= lags.start:
        return 1.0
    product = autocorrelation(ripple, longest)[lags]
    head, tail = energy_around(running_total(ripple**2), lags)
    heard = np.minimum(*energy_around(running_total(energy), lags)) > LEAST_OVERLAP * energy.sum()
    return float((product / np.sqrt(np.maximum(head * tail, 1e-20)) * heard).max())


def autocorrelation(samples: npt.NDArray[np.floating], longest: int) -> npt.NDArray[np.floating]:
    """Sums of products at every lag up to ``longest`` and half the samples; those beyond wrap around.

    A power spectrum is real and even, so a cosine transform takes it back, at half the cost of a Fourier transform.
    """
    size = _transform_size(len(samples) + longest)
    spectrum = rfft(samples, size)
    product: npt.NDArray[np.floating] = dct(np.square(spectrum.real) + np.square(spectrum.imag), type=1) / size
    return product


def running_total(energy: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Of everything before each place, from 0 to the whole."""
    return np.concatenate([[0.0], np.cumsum(energy, dtype=np.float64)])


def energy_around(total: npt.NDArray[np.float64], lags: slice) -> tuple[npt.NDArray[np.float64], ...]:
    """By lag, the energy of all that has a partner so much later, and of all that has one so much earlier.

    Args:
        total: As ``running_total`` gave it.
        lags: From the shortest to the end of the lags, at most the number of places.
    """
    places = len(total) - 1
    return total[places - lags.stop + 1 : places - lags.start + 1][::-1], total[-1] - total[lags]


def _transform_size(least: int) -> int:
    """8 to 16 times a power of two: at most an eighth too long, and faster than the nearest product of small primes."""
    step = 1 << max(0, least.bit_length() - 4)
    return -(-least // step) * step


def _without_course(envelope: Envelope, half: int) -> Envelope:
    """The envelope less its mean over ``half`` hops on either side."""
    padded = np.pad(envelope, half, mode="edge")
    total = np.concatenate([[0.0], np.cumsum(padded)])
    width = 2 * half + 1
    ripple: Envelope = envelope - (total[width:] - total[:-width]) / width
    return ripple
