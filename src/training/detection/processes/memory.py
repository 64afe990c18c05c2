"""How this process gets memory from the system."""

from __future__ import annotations

import ctypes
import os
import sys

# glibc's malloc.h: parameters of mallopt.
_TRIM_THRESHOLD = -1
_MMAP_MAX = -4

_OWN_CHOICE = ("MALLOC_MMAP_MAX_", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "GLIBC_TUNABLES")


def keep_freed_memory() -> bool:
    """Makes this process keep the memory that it frees, up to 2 GiB, for what it allocates next.

    glibc takes every large block from the system and returns it when it is freed. The layers of a detector allocate
    the same blocks in every step, and the system has to clear each of their pages again. This costs a training on the
    CPU more than a quarter of its time, and drawing a picture of the demo nine tenths.

    Returns:
        Whether it does: not with another C library, and not where a variable of the environment tunes malloc.
    """
    if not sys.platform.startswith("linux") or any(name in os.environ for name in _OWN_CHOICE):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    return bool(mallopt(_MMAP_MAX, 0)) and bool(mallopt(_TRIM_THRESHOLD, 2**31 - 1))
