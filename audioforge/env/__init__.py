"""The Atropos environment: a policy proposes a prompt and parameters, a generator renders them, learned rewards judge.

The only package that imports atroposlib. ``python -m audioforge.env serve|process|evaluate`` runs it; ``run_process``
in ``audioforge.env.process`` does the same from Python.
"""
