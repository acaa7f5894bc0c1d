"""PyTorch as a reference, for the opt-in tests: plain modules, random weights, and the comparison of outputs."""
