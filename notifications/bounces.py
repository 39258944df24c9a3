"""What a mail provider reports later of an e-mail that it had taken: an address that does not exist, a full mailbox.

Django-anymail reads the report of each provider; the e-mail is found by its Message-ID, that its row gave it.
"""

import logging
from contextlib import suppress
from datetime import datetime
from email.utils import parseaddr
from typing import Any, Final
from uuid import UUID

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.db import transaction

from cases.models import PastRow, User
from notifications.delivery import give_up
from notifications.models import Delivery

log = logging.getLogger(__name__)

REFUSED: Final = frozenset({EventType.BOUNCED, EventType.REJECTED})
OF_THE_ADDRESS: Final = frozenset({RejectReason.INVALID, RejectReason.BOUNCED, RejectReason.BLOCKED})
SOFT: Final = frozenset({"soft_bounce", "softbounce", "soft", "temporary", "transient"})
"""How providers say, beside a bounce, that the mailbox may take the next e-mail."""
SAID_IN: Final = ("event", "Type", "bounce_type", "bounceType", "severity")


@transaction.atomic
def handle_delivery_report(event: Any, *, at: datetime) -> None:
    """Refused for good, the address fails as if the mail server had said so itself. Anything else changes nothing."""
    delivery = _delivery_of(event)
    if delivery is None or _is_old(event, delivery):
        return
    if not _is_for_good(event):
        if event.event_type in (*REFUSED, EventType.DEFERRED):
            log.info("delivery %s is delayed, says the provider", delivery.pk)
        return
    log.warning("delivery %s was refused later", delivery.pk)
    give_up(delivery, at=at, is_to_blame=_is_still_his(event, delivery))


def _delivery_of(event: AnymailTrackingEvent) -> Delivery | None:
    """The e-mail that left under this Message-ID; none for what is not ours, or was not sent."""
    name = str(event.message_id or "").strip("<>").partition("@")[0]
    try:
        public_id = UUID(name)
    except ValueError:
        return None
    sent = Delivery.objects.filter(public_id=public_id, state=Delivery.State.SENT)
    return sent.select_for_update(of=("self",)).select_related("user").first()


def _is_old(event: AnymailTrackingEvent, delivery: Delivery) -> bool:
    """Of an earlier attempt: the address was tried again since."""
    return bool(event.timestamp and delivery.sent_at and event.timestamp < delivery.sent_at)


def _is_for_good(event: AnymailTrackingEvent) -> bool:
    if event.event_type not in REFUSED or event.reject_reason not in OF_THE_ADDRESS:
        return False
    raw = event.esp_event if isinstance(event.esp_event, dict) else {}
    return not any(str(raw.get(name, "")).lower() in SOFT for name in SAID_IN)


def _is_still_his(event: AnymailTrackingEvent, delivery: Delivery) -> bool:
    """A corrected address is not to blame for the former one. What names none is of the one that was written to."""
    _, said = parseaddr(str(event.recipient or ""))
    return _in_ascii(said) == _in_ascii(delivery.user.email) if said else not _was_corrected_since(delivery)


def _was_corrected_since(delivery: Delivery) -> bool:
    """Is the address of its reader another one than when it left?"""
    rows = PastRow.objects.filter(table_name=User._meta.db_table, row=delivery.user_id)  # noqa: SLF001
    return rows.filter(until__gte=delivery.sent_at, was__has_key="email").exists()


def _in_ascii(address: str) -> str:
    """As servers write a domain with accents."""
    local, _, domain = address.casefold().rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode()
    return f"{local}@{domain}"
