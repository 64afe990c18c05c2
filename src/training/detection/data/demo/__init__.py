"""The demo dataset: its pictures, and the drawing of them."""
