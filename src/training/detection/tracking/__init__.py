"""The log of metrics, and the client of the tracking server."""
