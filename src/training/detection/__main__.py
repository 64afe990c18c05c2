import os
import sys

if os.name == "posix" and sys.getfilesystemencoding().lower() not in ("utf-8", "utf8"):
    # In another locale Python reads the names of files in its encoding, and finds none of those that a dataset names.
    options = getattr(sys, "orig_argv", ["", "-m", "detection", *sys.argv[1:]])[1:]
    os.execv(sys.executable, [sys.executable, "-X", "utf8", *options])

from detection.cli import main  # noqa: E402
from detection.processes.leaving import leave  # noqa: E402

leave(main())
