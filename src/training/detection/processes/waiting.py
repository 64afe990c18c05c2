"""How the threads of PyTorch and NumPy wait for each other's work."""

from __future__ import annotations

import os

# Threads of OpenMP sleep at once, and those of OpenBLAS after 2**4 ticks of the processor in place of 2**26.
_VARIABLES = {"OMP_WAIT_POLICY": "PASSIVE", "OPENBLAS_THREAD_TIMEOUT": "4"}


def sleep_while_waiting() -> None:
    """Lets threads sleep while they wait, where the environment does not say how they wait.

    Threads that look again and again take the cores from those that prepare the next batch, and from other programs: a
    tenth of the processor time of the demo. Both libraries read the variables once, so this comes before the first
    import of NumPy and PyTorch.
    """
    for name, value in _VARIABLES.items():
        os.environ.setdefault(name, value)
