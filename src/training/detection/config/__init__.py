"""The exp_config: its settings and how they are read and validated."""
