"""The cases of a random or a long test: the first few for each change, all of them at night.

It is what Fixtures.Seeds is to the C# tests: the nightly run sets NIGHTLY, and SEED runs one seed.
"""

from __future__ import annotations

import os


def is_night() -> bool:
    """Returns whether this is the nightly run, which has time for every case."""
    return os.environ.get("NIGHTLY", "").lower() == "true"


def seeds(per_change: int, per_night: int) -> list[int]:
    """Returns the seeds of a random test, from 1 on."""
    if os.environ.get("SEED"):
        return [int(os.environ["SEED"])]
    return list(range(1, (per_night if is_night() else per_change) + 1))
