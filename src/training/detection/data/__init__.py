"""The dataset: its CSV files and images, the batches made of them, and the demo dataset."""
