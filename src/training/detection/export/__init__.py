"""The trained model as a file that other programs can read."""
