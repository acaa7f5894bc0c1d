"""Specs as programs for PyTorch and Keras."""
