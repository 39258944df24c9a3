"""Notices and their e-mails go at their age, read or not."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases.actions.retention.limits import oldest_kept
from notifications.models import Delivery, Notice, Reminder

AT_ONCE = 5000


def forget_old_notices(*, at: datetime) -> int:
    """Returns how many notices. Small transactions: what is told meanwhile waits for nobody."""
    until, gone = oldest_kept("notice", on=localdate(at)), 0
    while old := list(Notice.objects.filter(created_at__date__lt=until).values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            # An e-mail may tell of several notices: the others let it go first.
            Notice.objects.filter(digest__notice__in=old).update(digest=None)
            Delivery.objects.filter(notice__in=old).delete()
            gone += Notice.objects.filter(pk__in=old).delete()[0]
    Delivery.objects.filter(created_at__date__lt=until, notice=None, notices=None).delete()
    Reminder.objects.filter(made_at__date__lt=until).delete()
    return gone
