"""Networks: parts, caches, sampling and checkpoints. PyTorch lives here and in `train`."""
