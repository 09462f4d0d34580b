"""Parts of ``benchmarks.baselines``."""
