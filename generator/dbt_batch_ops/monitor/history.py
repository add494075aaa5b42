"""How the speed of runs went while somebody watched, as a small curve."""

from __future__ import annotations

from collections import deque

from dbt_batch_ops.monitor.figures import Picture

_LEVELS = "▁▂▃▄▅▆▇█"


class History:
    """The speed of each run in the newest pictures.

    Args:
        length: How many pictures are kept.
    """

    def __init__(self, length: int = 12) -> None:
        self._length = length
        self._rates: dict[str, deque[float]] = {}

    def add(self, picture: Picture) -> None:
        """Note the speed of the runs in a picture."""
        self._rates = {
            run.operation_id: self._rates.get(run.operation_id, deque(maxlen=self._length))
            for run in picture.runs
        }
        for run in picture.runs:
            if run.rate is not None:
                self._rates[run.operation_id].append(run.rate)

    def curve(self, operation_id: str) -> str:
        """Return the curve of a run; nothing before it has a shape."""
        rates = self._rates.get(operation_id, ())
        highest = max(rates, default=0.0)
        if len(rates) < 3 or highest <= 0:
            return ""
        return "".join(_LEVELS[round(one / highest * (len(_LEVELS) - 1))] for one in rates)
