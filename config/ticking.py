"""What beat does every thirty seconds: what the hour makes happen, then telling it, then a little of the long jobs. Twice or
in parallel, it is the same."""

from datetime import datetime

from django.apps import apps
from django.utils.timezone import now

from config.accounts import closing, new_passwords
from config.services.jobs import TICK, record_job_run
from workflows import ticking


def tick(*, at: datetime) -> dict[str, int]:
    """Returns what was done, by kind. Without the application that tells, nobody is told, and all else goes on."""
    done = ticking.follow_time(at=at)
    if apps.is_installed("notifications"):
        from notifications.ticking import tell_people

        done |= tell_people(at=at)
    done["mots de passe envoyés"] = new_passwords.send_asked(at=at)
    # After they were told that they are members no more.
    done["comptes fermés"] = closing.close_ended(at=at)
    done |= ticking.go_on_with_jobs(at=at)
    # When it ended, not the instant that it was made for: who stops half-way is late.
    record_job_run(TICK, at=now())
    return done
