"""What goes at its age, and what Django and its applications leave behind: cleared each night."""

from datetime import datetime, timedelta

from axes.models import AccessAttempt
from django.apps import apps
from django.contrib.sessions.models import Session
from django.utils.timezone import localdate

from cases.actions import proconnect
from cases.actions.closings import restate_closings
from cases.actions.retention import ages, files
from cases.actions.retention.limits import kept_for
from config.accounts import factors, limits
from config.accounts.models import AccountSession
from workflows.actions import retention
from workflows.actions.strayed_delays import give_strayed_delays


def clear_expired(*, at: datetime) -> dict[str, int]:
    """Returns what was cleared, by kind. Twice, or cut in the middle, it is the same the next night."""
    # A session that is over opens nothing: it goes at once. The lock of wrong passwords lasts a quarter of an hour.
    sessions, _ = AccountSession.objects.filter(expire_date__lt=at).delete()
    # Those of 0.2.0: nothing is written there any more.
    sessions += Session.objects.filter(expire_date__lt=at).delete()[0]
    kept = max(kept_for("session", on=localdate(at)), timedelta(days=1))
    attempts, _ = AccessAttempt.objects.filter(attempt_time__lt=at - kept).delete()
    attempts += limits.clear(at=at)
    # What is still sealed by a key that is about to be taken away.
    factors.renew_secrets()
    done = {
        "sessions finies": sessions,
        "essais de connexion oubliés": attempts,
        "demandes d’accès sans suite": proconnect.forget_old_requests(at=at),
        "fichiers de pièces retirées": ages.forget_withdrawn_documents(at=at),
        "clôtures redites": restate_closings(),
        "dossiers dont les délais ont suivi": give_strayed_delays(),
        "ménages bientôt dus": retention.tell_near(at=at),
        "demandes de personnes oubliées": ages.forget_subject_requests(at=at),
    }
    if apps.is_installed("notifications"):
        from notifications.ages import forget_old_notices

        done["notifications oubliées"] = forget_old_notices(at=at)
    return done | {"fichiers orphelins": files.delete_orphans(at=at)}
