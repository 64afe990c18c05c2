"""The use of a trained model: predictions for new images, as files or by MLflow."""
