"""Meta's two sending rates, as token buckets. Both are off until `PUT /_sim/faults` switches them on."""

# Source: Cloud API "Throughput" and "Pair rate limits": 80 messages a second a number; to one user 1 message in
# 6 seconds, of which up to 45 may be borrowed at once.
THROUGHPUT = (80.0, 80.0)
PAIR = (45.0, 1 / 6)


class Buckets:
    """Buckets by key. `take(key, now)` is False when this key has none left at `now` (seconds, any clock)."""

    def __init__(self, capacity: float, per_second: float):
        self.capacity = capacity
        self.per_second = per_second
        self._levels: dict[object, tuple[float, float]] = {}

    def take(self, key, now: float) -> bool:
        level, at = self._levels.get(key, (self.capacity, now))
        level = min(self.capacity, level + (now - at) * self.per_second)
        taken = level >= 1
        self._levels[key] = (level - 1 if taken else level, now)
        return taken

    def clear(self) -> None:
        self._levels.clear()
