"""The end of a process that trains together with others."""

from __future__ import annotations

import os
import sys
from typing import Any, NoReturn


def leave(code: int) -> NoReturn:
    """Ends this process with an exit code.

    After a failure of a run of several processes it ends at once, without the interpreter's clearing up: threads that
    communicate with processes which are gone would abort it, and SIGABRT in place of the exit code hides the reason.
    """
    distributed: Any = sys.modules.get("torch.distributed")
    if code != 0 and distributed is not None and distributed.is_available() and distributed.is_initialized():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    raise SystemExit(code)
