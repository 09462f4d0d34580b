"""Scripts that make the shipped weights; the only place that may import Lightning."""
