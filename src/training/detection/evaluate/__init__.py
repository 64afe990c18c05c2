"""The evaluation of a model on the test images: metrics and plots."""
