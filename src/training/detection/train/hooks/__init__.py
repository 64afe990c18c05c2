"""What happens between the steps of the training loop."""
