"""The evaluation of predictions that any program wrote, against any ground truth. Needs numpy alone."""
