"""The times at which the stages of a run began."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timezone

TAG = "stages"
"""The tag that holds the times: a JSON object of UTC times in ISO 8601 by stage, in the stages' order."""

END = "end"
"""The key of the time at which the last stage ended."""


class StageTimes:
    """Notes when each stage of a run begins. A run that is started again notes the times of its own stages.

    Args:
        clock: Seconds since 1970, UTC.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._begun: dict[str, str] = {}

    def begin(self, stage: str) -> Mapping[str, str]:
        """Notes the beginning of a stage, which is the end of the stage before it. END ends the last one.

        Returns:
            The tags that hold all times so far.
        """
        time_of_day = datetime.fromtimestamp(self._clock(), timezone.utc)
        self._begun[stage] = time_of_day.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {TAG: json.dumps(self._begun)}
