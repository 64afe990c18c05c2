"""The pictures of an evaluation: curves, the confusion matrix, and test images with boxes."""
