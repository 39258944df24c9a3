"""E-mails leave one by one: each is claimed, sent, and marked, so that one that fails holds nobody back."""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse

from cases.actions import invitations
from notifications.models import Delivery
from notifications.queries import LOT

log = logging.getLogger(__name__)

BACKOFF = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
LIMIT = 500
INVITATION = "invitation.sent"


def send_due(*, at: datetime) -> int:
    """Send what is due. A refusal is tried again later, then given up; returns how many left."""
    sent = 0
    connection = get_connection()
    for pk in list(_due(at).values_list("pk", flat=True)[:LIMIT]):
        sent += _send(pk, at=at, connection=connection)
    return sent


def _due(at: datetime) -> QuerySet[Delivery]:
    return Delivery.objects.filter(state=Delivery.State.WAITING, next_try_at__lte=at).order_by("pk")


@transaction.atomic
def _send(pk: int, *, at: datetime, connection: BaseEmailBackend) -> int:
    delivery = (
        _due(at)
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("user", "notice__case", "notice__entry__structure")
        .filter(pk=pk)
        .first()
    )
    if delivery is None:
        return 0
    delivery.attempts += 1
    try:
        message(delivery, connection).send()
    except (OSError, SMTPException):
        log.warning("delivery %s failed, attempt %s", delivery.pk, delivery.attempts)
        _retry(delivery, at=at)
        return 0
    delivery.state, delivery.sent_at = Delivery.State.SENT, at
    delivery.save(update_fields=["state", "sent_at", "attempts"])
    return 1


def _retry(delivery: Delivery, *, at: datetime) -> None:
    if delivery.attempts > len(BACKOFF):
        delivery.state = Delivery.State.FAILED
    else:
        delivery.next_try_at = at + BACKOFF[delivery.attempts - 1]
    delivery.save(update_fields=["state", "next_try_at", "attempts"])


def message(delivery: Delivery, connection: BaseEmailBackend) -> EmailMessage:
    """The e-mail: a reference and a link. No name, no amount, no situation, even in its headers."""
    entry = delivery.notice.entry
    context = {"case": delivery.notice.case, "base_url": settings.BASE_URL, "brand": settings.RELAIS_BRAND}
    context |= {"lot": entry.data["count"], "path": reverse("lots")} if entry.kind == LOT else {"lot": 0, "path": "/"}
    subject, body = "notifications/task_subject.txt", "notifications/task.txt"
    if entry.kind == INVITATION:
        subject, body = "notifications/invitation_subject.txt", "notifications/invitation.txt"
        context |= _invitation(delivery)
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip(">") or "localhost"
    return EmailMessage(
        subject=render_to_string(subject, context).strip(),
        body=render_to_string(body, context),
        to=[delivery.user.email],
        headers={"Message-ID": f"<{delivery.public_id}@{domain}>"},
        connection=connection,
    )


def _invitation(delivery: Delivery) -> dict[str, Any]:
    """The link is made as the e-mail leaves: it stands in no table."""
    return {
        "structure": delivery.notice.entry.structure,
        "link": reverse("invitation", kwargs=invitations.link_parts(delivery.user)),
        "days": invitations.VALID_FOR.days,
    }
