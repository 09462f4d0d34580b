"""Data, losses and stages that make the ``mini`` checkpoint; ``training/fit_mini.py`` runs them."""
