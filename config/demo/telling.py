"""What people were told in the demonstration: only what is recent is still to be read, and no e-mail leaves."""

from datetime import datetime, timedelta

from django.utils.timezone import localdate

from cases.models import Outbox
from notifications.fanout import drain_outbox
from notifications.models import Delivery, Notice

REMEMBERED = timedelta(days=14)
UNREAD = timedelta(days=2)
MOST_UNREAD = 6


def tell(*, at: datetime, today: datetime) -> None:
    """At the end of a day: notices of the last days exist, older ones were never needed."""
    if localdate(today) - localdate(at) > REMEMBERED:
        Outbox.objects.all().delete()
    else:
        drain_outbox(at=at)


def mark_read(*, at: datetime) -> None:
    """Everyone has read all but the last few of the last days; the e-mails of all of them have left."""
    Delivery.objects.update(state=Delivery.State.SENT, attempts=1, sent_at=at)
    Notice.objects.filter(created_at__lt=at - UNREAD).update(read_at=at)
    for user in set(Notice.objects.filter(read_at=None).values_list("user", flat=True)):
        newest = Notice.objects.filter(user=user).values("pk")[:MOST_UNREAD]
        Notice.objects.filter(user=user, read_at=None).exclude(pk__in=newest).update(read_at=at)
