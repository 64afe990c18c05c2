"""The training loop, the learning-rate schedule and the checkpoints."""
