"""Configurations whose results are stored, and the figures that are stored for each.

`tests/equivalence/test_stored_results.py` compares them; ``python -m tests.renew_results`` stores
new ones.
"""
