"""E-mails leave one by one: each is claimed, sent, and marked, so that one that fails holds nobody back."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend
from django.db import connection as database, transaction
from django.db.models import Count, F, Min, Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import localdate

from cases.actions import addresses, invitations
from cases.models import Installation
from notifications import digest, links
from notifications.digest import DigestPart
from notifications.models import Delivery, Notice
from notifications.preferences import first_moment, floor_of
from notifications.quiet_hours import is_quiet
from notifications.told import HANDED_OVER, LOT
from notifications.undone import OPPOSITE, is_still_told

log = logging.getLogger(__name__)

BACKOFF = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
LIMIT = 2000
INVITATION = "invitation.sent"
OF_ACCOUNTS = frozenset({INVITATION, "proconnect.bound", "factors.reset"})
"""Written to whoever cannot read it here yet, or so that he knows of it elsewhere."""
WAITED = timedelta(minutes=10)
"""From then on, whether its reader still sees its case is asked again."""
ALONE = ("notifications/task_subject.txt", "notifications/task.txt")
BINDING = ("notifications/bound_subject.txt", "notifications/bound.txt")
INVITING = ("notifications/invitation_subject.txt", "notifications/invitation.txt")
ACT = ("notifications/act_subject.txt", "notifications/digest.txt")
SUMMARY = ("notifications/digest_subject.txt", "notifications/digest.txt")
CHUNK = 100
CLAIM = """
SELECT u.email, d.attempts, EXISTS (SELECT FROM notifications_notice n WHERE n.digest_id = d.id), EXISTS (
    SELECT FROM cases_journalentry other
    WHERE other.case_id = %(case)s AND other.id <> %(told)s AND other.kind = ANY(%(giving)s)
)
FROM notifications_delivery d JOIN cases_user u ON u.id = d.user_id
WHERE d.id = %(delivery)s AND d.state = 'waiting' AND d.next_try_at <= %(at)s
  AND u.is_active AND u.failing_email <> u.email
FOR NO KEY UPDATE OF d SKIP LOCKED
"""
MARK = "UPDATE notifications_delivery SET state = 'sent', sent_at = %s, attempts = %s WHERE id = %s"
FOR_GOOD = 500
"""From this answer of a mail server on, trying again changes nothing."""


def send_due(*, at: datetime, limit: int = LIMIT) -> int:
    """Send what is due. A refusal is tried again later; one for good, or the fifth, makes the address fail.

    An address that fails holds what is for it until it is corrected, or tried again. Returns how many left.
    """
    _resume(at=at)
    sent = 0
    connection = get_connection()
    try:
        for delivery in _read_deliveries(list(_due(at).values_list("pk", flat=True)[:limit])):
            if not _is_reached(connection):
                break
            sent += _send(delivery, at=at, connection=connection)
    finally:
        connection.close()
    return sent


def _read_deliveries(ids: list[int]) -> Iterator[Delivery]:
    """Many at once: what may have changed by the time that one is sent is read again as it is claimed.

    Each table by its keys: joined, of lines that are newer than what PostgreSQL knows, the whole journal was read.
    """
    for start in range(0, len(ids), CHUNK):
        found = (
            Delivery.objects.filter(pk__in=ids[start : start + CHUNK]).select_related("user", "notice").order_by("pk")
        )
        yield from found.prefetch_related("notice__case", "notice__entry__structure")


def _is_reached(connection: BaseEmailBackend) -> bool:
    """One conversation with the mail server for all. While it is down nothing is tried: no address is to blame."""
    if not isinstance(connection, SmtpBackend) or connection.connection is not None:
        return True
    try:
        connection.open()
    except (OSError, SMTPException):
        log.warning("the mail server cannot be reached; the next tick tries again")
        return False
    return True


def _due(at: datetime) -> QuerySet[Delivery]:
    return _reachable_deliveries().filter(next_try_at__lte=at).order_by("pk")


def _reachable_deliveries() -> QuerySet[Delivery]:
    """Those that wait for nothing but their hour."""
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING, user__is_active=True)
    return waiting.exclude(user__failing_email=F("user__email"))


def find_late_emails(*, at: datetime) -> tuple[int, datetime | None]:
    """How many e-mails should have left by now, and since when the oldest should: what was tried waits from its first try."""
    late = _reachable_deliveries().filter(Q(next_try_at__lte=at) | Q(attempts__gt=0)).order_by("attempts")
    by_attempts = list(late.values_list("attempts").annotate(Count("pk"), Min("next_try_at")))
    # The morning for which a try waits hides how long ago the first one was.
    since = [min(first - sum(BACKOFF[:attempts], timedelta(0)), at) for attempts, _, first in by_attempts]
    return sum(count for _, count, _ in by_attempts), min(since, default=None)


def _resume(*, at: datetime) -> None:
    """What failed for an address that no longer does is tried again, when people are written to, unless it was read meanwhile.

    Whoever renews an invitation sends another one.
    """
    failed = Delivery.objects.filter(state=Delivery.State.FAILED).exclude(user__failing_email=F("user__email"))
    failed = failed.exclude(notice__read_at__isnull=False).exclude(notice__entry__kind=INVITATION)
    again = {"state": Delivery.State.WAITING, "attempts": 0}
    if not is_quiet(at):
        failed.update(**again, next_try_at=at)
        return
    for delivery in failed.select_related("notice__entry"):
        Delivery.objects.filter(pk=delivery.pk).update(**again, next_try_at=_next_moment(delivery, at))


@transaction.atomic
def _send(delivery: Delivery, *, at: datetime, connection: BaseEmailBackend) -> int:
    claimed = _claim(delivery, at=at)
    if claimed is None:
        return 0
    delivery.user.email, delivery.attempts, has_others, is_perhaps_undone = claimed
    is_of_many = _is_of_many(delivery, has_others=has_others)
    parts = digest.build_digest_parts(delivery, on=localdate(at)) if is_of_many else []
    notice = delivery.notice
    is_told = (
        notice is None
        or is_of_many
        or (is_still_told(notice, is_perhaps_undone=is_perhaps_undone) and not _is_over(delivery, notice, at=at))
    )
    if not is_told or (is_of_many and not parts):
        delivery.state = Delivery.State.LEFT_OUT
        delivery.save(update_fields=["state"])
        return 0
    delivery.attempts += 1
    try:
        build_message(delivery, connection, parts=parts).send()
    except (OSError, SMTPException) as error:
        log.warning("delivery %s failed, attempt %s", delivery.pk, delivery.attempts)
        _record_failure(delivery, error, at=at)
        connection.close()  # where the conversation stands is unknown: the next one begins anew
        return 0
    with database.cursor() as cursor:
        cursor.execute(MARK, [at, delivery.attempts, delivery.pk])
    return 1


def _claim(delivery: Delivery, *, at: datetime) -> tuple[str, int, bool, bool] | None:
    """Its row, locked, if it is still to be sent and nobody else sends it. By hand: it is done for each e-mail.

    The address as it is now, how often it was tried, whether it tells of other notices too, and whether another line than
    that which it tells gives or takes the same case.
    """
    entry = delivery.notice and delivery.notice.entry
    case, told = (entry.case_id, entry.pk) if entry else (None, None)
    with database.cursor() as cursor:
        cursor.execute(
            CLAIM, {"delivery": delivery.pk, "at": at, "case": case, "told": told, "giving": sorted(OPPOSITE)}
        )
        return cursor.fetchone()


def _is_over(delivery: Delivery, notice: Notice, *, at: datetime) -> bool:
    """Was it read before its e-mail left, or is its case no longer its reader’s to see? What leaves at once was just asked."""
    if notice.entry.kind in OF_ACCOUNTS:
        return False
    waited = at - notice.created_at >= WAITED
    return notice.read_at is not None or (waited and digest.is_gone(notice, reader=delivery.user, on=localdate(at)))


def _is_of_many(delivery: Delivery, *, has_others: bool) -> bool:
    """A summary, all that one act says to a person, or many cases handed over in one line."""
    notice = delivery.notice
    return notice is None or has_others or notice.entry.kind == HANDED_OVER


def _record_failure(delivery: Delivery, error: OSError | SMTPException, *, at: datetime) -> None:
    is_last = delivery.attempts > len(BACKOFF)
    if _is_for_good(error) or (is_last and _is_an_answer(error)):
        give_up(delivery, at=at)
        return
    delivery.next_try_at = _next_moment(delivery, at + BACKOFF[min(delivery.attempts, len(BACKOFF)) - 1])
    delivery.save(update_fields=["next_try_at", "attempts"])


def _next_moment(delivery: Delivery, at: datetime) -> datetime:
    notice = delivery.notice
    return first_moment(floor_of(notice.entry) if notice else None, at=at)


def give_up(delivery: Delivery, *, at: datetime, is_to_blame: bool = True) -> None:
    """This e-mail is refused for good: so is what is for its address, unless that one is not to blame."""
    delivery.state = Delivery.State.FAILED
    delivery.save(update_fields=["state", "attempts"])
    if is_to_blame:
        addresses.mark_address_failing(user=delivery.user, at=at)


def _is_for_good(error: OSError | SMTPException) -> bool:
    """The server knows no such address, or wants nothing for it."""
    return isinstance(error, SMTPRecipientsRefused) and all(code >= FOR_GOOD for code, _ in error.recipients.values())


def _is_an_answer(error: OSError | SMTPException) -> bool:
    """To this e-mail; not a server that is down, or that does not want what we send to anybody."""
    return isinstance(error, SMTPRecipientsRefused | SMTPDataError)


def build_message(
    delivery: Delivery, connection: BaseEmailBackend, *, parts: list[DigestPart] | None = None
) -> EmailMessage:
    """The e-mail: a reference and a link. No name, no amount, no situation, even in its headers."""
    context: dict[str, Any] = {"base_url": settings.BASE_URL, "brand": Installation.brand()}
    (subject, body), more = _of_many(delivery, parts) if parts else _of_notice(delivery)
    context |= more
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip(">") or "localhost"
    return EmailMessage(
        subject=render_to_string(subject, context).strip(),
        body=render_to_string(body, context),
        to=[delivery.user.email],
        headers={"Message-ID": f"<{delivery.public_id}@{domain}>"},
        connection=connection,
    )


def _of_notice(delivery: Delivery) -> tuple[tuple[str, str], dict[str, object]]:
    """Its templates, and what they say."""
    notice = delivery.notice
    assert notice is not None  # noqa: S101 - a summary has its own
    if notice.entry.kind == INVITATION:
        return INVITING, _invitation(delivery)
    if notice.entry.kind == "proconnect.bound":
        return BINDING, {"path": reverse("help")}
    lot = {"lot": notice.entry.data["count"], "path": reverse("lots")} if notice.entry.kind == LOT else {}
    answer_path = links.find_answer_address(notice.entry, delivery.user, on=localdate(delivery.next_try_at))
    return ALONE, {"case": notice.case, "lot": 0, "path": "/", "answer_path": answer_path, **lot}


def _of_many(delivery: Delivery, parts: list[DigestPart]) -> tuple[tuple[str, str], dict[str, object]]:
    return SUMMARY if delivery.digest_on else ACT, {
        "parts": parts,
        "total": sum(part.count for part in parts),
        "path": reverse("notifications"),
        "settings_path": reverse("preferences"),
    }


def _invitation(delivery: Delivery) -> dict[str, object]:
    """The link is made as the e-mail leaves: it stands in no table."""
    user = delivery.user
    has_account = invitations.has_account(user, at=delivery.next_try_at)
    own = reverse("my_invitations") if has_account else reverse("invitation", kwargs=invitations.link_parts(user))
    return {
        "structure": delivery.notice and delivery.notice.entry.structure,
        "has_account": has_account,
        "link": own,
        "days": invitations.VALID_FOR.days,
    }
