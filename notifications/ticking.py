"""What happens every thirty seconds, and at once when an act was recorded."""

from datetime import datetime


def tick(*, at: datetime) -> dict[str, int]:
    """Does what is due at that time and returns how many of each. Safe to run twice or in parallel."""
    return {}
