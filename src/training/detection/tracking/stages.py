"""The times at which the stages of a run began."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timezone

TAG = "stages"
"""What the name of the tag begins with; its value is a JSON object of ISO 8601 times (UTC) by stage."""

END = "end"
"""The key of the time at which the last stage ended."""


class StageTimes:
    """Notes when each stage of a run begins.

    The name of the tag ends in the time of the first stage, such as ``stages_20260102T030000000``: a run that is
    interrupted and resumed keeps the times of each of its processes.

    Args:
        clock: Seconds since 1970, UTC.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._begun: dict[str, str] = {}
        self._tag = ""

    def begin(self, stage: str) -> Mapping[str, str]:
        """Notes the beginning of a stage, which is the end of the stage before it. END ends the last one.

        Returns:
            The tag that holds all times of this process so far.
        """
        time_of_day = datetime.fromtimestamp(self._clock(), timezone.utc)
        self._begun[stage] = time_of_day.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if not self._tag:
            self._tag = f"{TAG}_{time_of_day:%Y%m%dT%H%M%S}{time_of_day.microsecond // 1000:03d}"
        return {self._tag: json.dumps(self._begun)}
