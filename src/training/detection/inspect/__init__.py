"""What a dataset is like: decoding for the build, findings that are no faults, import and export. No PyTorch."""
