"""Policies: language models that turn a request into a proposal, and the loopback server they answer from."""
