"""The sections of ``benchmarks/validity.py``: each gives plain numbers and a Markdown table."""
