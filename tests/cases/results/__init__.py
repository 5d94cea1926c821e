"""Configurations whose results are stored, and the figures that are kept of each.

`tests/equivalence/test_stored_results.py` compares; ``python -m tests.renew_results`` stores anew.
"""
