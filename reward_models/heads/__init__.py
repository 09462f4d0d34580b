"""Heads: small trained networks on frozen embeddings."""
