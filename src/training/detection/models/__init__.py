"""The base models: how each is built from MODEL_PARAMS, and how its weights are loaded."""
