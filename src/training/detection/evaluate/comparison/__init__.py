"""The paired comparison of two runs on the same test images."""
