"""These files are imported by tests of the torch group alone: they need PyTorch, and hold no examples to run."""

collect_ignore_glob = ["*.py"]
