"""What beat does every thirty seconds: what the hour makes happen, then telling it, then a little of the long jobs. Twice or
in parallel, it is the same."""

from datetime import datetime

from django.apps import apps

from workflows import ticking


def tick(*, at: datetime) -> dict[str, int]:
    """Returns what was done, by kind. Without the application that tells, nobody is told, and all else goes on."""
    done = ticking.follow_time(at=at)
    if apps.is_installed("notifications"):
        from notifications.ticking import tell_people

        done |= tell_people(at=at)
    return done | ticking.go_on_with_jobs(at=at)
