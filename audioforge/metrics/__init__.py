"""Set metrics: plain functions on embeddings, float64. A metric is of a set, a reward is of a clip."""
