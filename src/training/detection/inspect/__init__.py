"""Inspects datasets: decoding for the build, findings that are no faults, import and export. No PyTorch."""
