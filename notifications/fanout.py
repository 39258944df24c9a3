"""The outbox becomes notices. Rows are claimed under SKIP LOCKED and deleted in the transaction that makes the notices."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases.models import Outbox
from notifications.audience import WITHOUT_CASE, audience
from notifications.models import Delivery, Notice

CHUNK = 200


def drain_outbox(*, at: datetime) -> int:
    """Tell people of every journal line not told yet. Safe to run twice, in parallel, and after a crash."""
    told = 0
    while chunk := _drain_chunk(at=at):
        told += chunk
    return told


@transaction.atomic
def _drain_chunk(*, at: datetime) -> int:
    rows = list(
        Outbox.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("entry__case__tenancy", "entry__structure", "entry__cause__cause")
        .order_by("pk")[:CHUNK]
    )
    for row in rows:
        entry = row.entry
        people = audience(entry, on=localdate(at))
        case = None if entry.kind in WITHOUT_CASE else entry.case
        notices = Notice.objects.bulk_create(
            [Notice(user=user, entry=entry, case=case, created_at=at) for user in people], ignore_conflicts=True
        )
        if notices:
            made = Notice.objects.filter(entry=entry)
            Delivery.objects.bulk_create(
                [Delivery(user_id=notice.user_id, notice=notice, next_try_at=at) for notice in made],
                ignore_conflicts=True,
            )
    Outbox.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)
