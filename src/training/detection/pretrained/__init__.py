"""Reads the trained weights of other programs."""
