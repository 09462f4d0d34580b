"""Embedder backends: each turns clips (and texts) into unit vectors."""
