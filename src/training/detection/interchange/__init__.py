"""Import of labelled images from other tools' formats to the datastore layout, and export. No PyTorch."""
