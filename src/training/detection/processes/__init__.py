"""The processes of a run that trains with more than one."""
