"""Trained weights of other programs: reading their files."""
