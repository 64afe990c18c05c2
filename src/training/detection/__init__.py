"""Trains an object detector from an exp_config and a dataset folder: in Azure ML, in the emulator, or by hand."""

__version__ = "0.1.0"
