"""Set metrics against the way other tools compute them, on the same embeddings, in one run.

    python benchmarks/metrics.py [--dim 512] [--clips 5000]

* ``frechet-audio-distance`` 0.3.4: ``numpy.cov`` of both sets and ``scipy.linalg.sqrtm`` of the complex product, spelt
  out here line by line.
* per clip, as fadtk and kadtk do with ``--indiv``: a covariance and a ``sqrtm`` a clip; ours is a typicality or a
  leave-one-out credit under a reference set whose statistics are ready.

Ratios depend on the machine's load; run it on an idle one. One thread.
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


def fad_of_peers(reference: np.ndarray, candidate: np.ndarray) -> float:
    """As ``frechet_audio_distance.fad`` computes it from embeddings."""
    mean_r, cov_r = np.mean(reference, axis=0), np.cov(reference, rowvar=False)
    mean_c, cov_c = np.mean(candidate, axis=0), np.cov(candidate, rowvar=False)
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
    torch.set_num_threads(1)
    reference, candidate = clips(arguments.clips, arguments.dim, 0), clips(arguments.clips, arguments.dim, 1)
    x, y = reference.numpy(), candidate.numpy()
    stats = GaussianStats.of(reference)
    print(f"dim {arguments.dim}, {arguments.clips} clips a set, float64, one thread")
    ours, theirs = fad(stats, candidate).value, fad_of_peers(x, y)
    print(f"FAD {ours:.9f} against {theirs:.9f}: relative difference {abs(ours - theirs) / theirs:.1e}")

    peers = seconds(lambda: fad_of_peers(x, y), repeats=3)
    report("FAD, reference statistics kept", seconds(lambda: fad(stats, candidate)), peers)
    report("FAD, both sets from embeddings", seconds(lambda: fad(reference, candidate)), peers)
    both = GaussianStats.of(candidate)
    report("FAD, both statistics kept (theirs: sqrtm each time)", seconds(lambda: fad(stats, both)), peers)

    few = candidate[:100]
    typicality = MahalanobisTypicality.of(stats)
    per_clip = seconds(lambda: typicality(few)) / len(few)
    frames = candidate[:20].numpy()
    loop = seconds(lambda: fad_of_peers(x, frames), repeats=3)
    report("one clip: typicality (theirs: FAD of the clip's frames)", per_clip, loop)
    report("a group of 20 against kept statistics", seconds(lambda: fad(stats, candidate[:20])), loop)
    print(f"KAD of {arguments.clips} against {arguments.clips}: {seconds(lambda: kad(reference, candidate), 1):.2f} s")


if __name__ == "__main__":
    main()
