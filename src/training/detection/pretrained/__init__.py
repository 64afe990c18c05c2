"""Trained weights of other programs: reading their files, and bringing them to a datastore."""
