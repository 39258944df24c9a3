"""What people were told in the demonstration: only what is recent is still to be read, and few e-mails leave."""

from datetime import datetime, timedelta

from django.db.models import Max
from django.utils.timezone import localdate

from cases.models import Outbox
from demo.cast import Cast
from notifications import floors, preferences
from notifications.delivery import send_due
from notifications.fanout import drain_outbox
from notifications.models import Delivery, Notice, Preference
from notifications.told import TOLD

REMEMBERED = timedelta(days=8)
UNREAD = timedelta(days=2)
MOST_UNREAD = 6
URGENT_SENT = 2


def choose(cast: Cast) -> None:
    """Some want one e-mail a day, or a week; the others are written to at once."""
    daily, weekly = Preference.Rhythm.DAILY, Preference.Rhythm.WEEKLY
    preferences.save_preference(user=cast.people["Montel"], rhythm=daily, by_family={})
    preferences.save_preference(user=cast.people["Lambert"], rhythm=daily, by_family={"team": "now"})
    preferences.save_preference(user=cast.people["Auger"], rhythm=weekly, by_family={"todo": "daily"})


def tell(*, at: datetime, today: datetime) -> None:
    """At the end of a day: notices of the last days exist, older ones were never needed."""
    if localdate(today) - localdate(at) > REMEMBERED:
        Outbox.objects.all().delete()
    else:
        drain_outbox(at=at)


def write(*, at: datetime) -> None:
    """The last summary of each and the last urgent e-mails leave, for the mailbox to show some; the older ones left."""
    due = Delivery.objects.filter(state=Delivery.State.WAITING, next_try_at__lte=at)
    summaries = due.exclude(digest_on=None).order_by().values("user").annotate(last=Max("pk"))
    deadliest = [kind for kind, told in TOLD.items() if told.floor in (floors.always, floors.before_its_day)]
    urgent = due.filter(notice__entry__kind__in=deadliest).order_by("-pk")
    kept = [*summaries.values_list("last", flat=True), *urgent.values_list("pk", flat=True)[:URGENT_SENT]]
    due.exclude(pk__in=kept).update(state=Delivery.State.SENT, attempts=1, sent_at=at)
    send_due(at=at)


def mark_read(*, at: datetime) -> None:
    """Everyone has read all but the last few of the last days."""
    Notice.objects.filter(created_at__lt=at - UNREAD).update(read_at=at)
    for user in set(Notice.objects.filter(read_at=None).values_list("user", flat=True)):
        newest = Notice.objects.filter(user=user).values("pk")[:MOST_UNREAD]
        Notice.objects.filter(user=user, read_at=None).exclude(pk__in=newest).update(read_at=at)
