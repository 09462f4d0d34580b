"""Set metrics against the way other tools compute them, on the same embeddings, in one run.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python -m benchmarks.metrics [--dim 512] [--clips 5000]

* ``frechet-audio-distance`` 0.3.4: ``numpy.cov`` of both sets and ``scipy.linalg.sqrtm`` of the complex product, spelt
  out here line by line.
* per clip, as fadtk and kadtk do with ``--indiv``: a covariance of the clip's frames and a ``sqrtm`` a clip; both sides
  have the reference's statistics ready. A typicality, which is no FAD, is timed without a ratio.

Ratios depend on the machine's load; run it on an idle one.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
import scipy.linalg
import torch

from audioforge.metrics.frechet import fad
from audioforge.metrics.kad import kad
from reward_models.statistics import GaussianStats
from reward_models.typicality import MahalanobisTypicality

Moments = tuple[np.ndarray, np.ndarray]


def moments(own: np.ndarray) -> Moments:
    """Mean and covariance."""
    return np.mean(own, axis=0), np.cov(own, rowvar=False)


def fad_of_peers(reference: Moments, candidate: Moments) -> float:
    """As ``frechet_audio_distance.fad`` computes it from statistics."""
    (mean_r, cov_r), (mean_c, cov_c) = reference, candidate
    root = scipy.linalg.sqrtm(cov_r.dot(cov_c).astype(complex)).real
    shift = mean_r - mean_c
    return float(shift.dot(shift) + np.trace(cov_r) + np.trace(cov_c) - 2 * np.trace(root))


def seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Fastest of some runs, the first left out."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def clips(n: int, dim: int, seed: int) -> torch.Tensor:
    """Unit vectors with a spectrum like an embedder's."""
    generator = torch.Generator().manual_seed(seed)
    spread = torch.logspace(0, -1.5, dim, dtype=torch.float64)
    vectors = torch.randn(n, dim, dtype=torch.float64, generator=generator) * spread + 0.05 * seed
    return torch.nn.functional.normalize(vectors, dim=1)


def report(name: str, ours: float, theirs: float) -> None:
    """One line."""
    print(f"{name:58s} ours {ours * 1e3:9.2f} ms   theirs {theirs * 1e3:9.2f} ms   ratio {theirs / ours:8.1f}")


def main() -> None:
    """Prints times, ratios and differences."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dim", type=int, default=512)
    parser.add_argument("--clips", type=int, default=5000)
    arguments = parser.parse_args()
    reference, candidate = clips(arguments.clips, arguments.dim, 0), clips(arguments.clips, arguments.dim, 1)
    x, y = reference.numpy(), candidate.numpy()
    stats = GaussianStats.of(reference)
    print(f"dim {arguments.dim}, {arguments.clips} clips a set, float64, {torch.get_num_threads()} threads")
    ours, theirs = fad(stats, candidate).value, fad_of_peers(moments(x), moments(y))
    print(f"FAD {ours:.9f} against {theirs:.9f}: relative difference {abs(ours - theirs) / theirs:.1e}")

    kept, kept_too, both = moments(x), moments(y), GaussianStats.of(candidate)
    report(
        "FAD, both sets from embeddings",
        seconds(lambda: fad(reference, candidate)),
        seconds(lambda: fad_of_peers(moments(x), moments(y)), repeats=3),
    )
    report(
        "FAD, the reference's statistics kept on both sides",
        seconds(lambda: fad(stats, candidate)),
        seconds(lambda: fad_of_peers(kept, moments(y)), repeats=3),
    )
    report(
        "FAD, both statistics kept on both sides",
        seconds(lambda: fad(stats, both)),
        seconds(lambda: fad_of_peers(kept, kept_too), repeats=3),
    )
    report(
        "FAD of a clip of 20 frames, the reference's kept",
        seconds(lambda: fad(stats, candidate[:20])),
        seconds(lambda: fad_of_peers(kept, moments(y[:20])), repeats=3),
    )
    typicality, few = MahalanobisTypicality.of(stats), candidate[:100]
    print(f"a clip's typicality: {seconds(lambda: typicality(few)) / len(few) * 1e6:.1f} µs")
    print(f"KAD of {arguments.clips} against {arguments.clips}: {seconds(lambda: kad(reference, candidate), 1):.2f} s")


if __name__ == "__main__":
    main()
