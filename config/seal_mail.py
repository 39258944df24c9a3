"""The head of the chain of sealed traces leaves the database: to those who answer for it, who then know what it must hold."""

import logging

from django.core.mail import get_connection
from django.template.loader import render_to_string
from django.utils.timezone import localdate

from cases.models import Installation, Membership, Role, TraceSeal, User
from config.services.jobs import find_administrators
from config.straight_mail import CannotSend, send_straight

log = logging.getLogger(__name__)


def send_head(head: TraceSeal) -> int:
    """To each officer and each administrator apart. Returns how many were written to: the next day’s holds this one too."""
    context = {"brand": Installation.brand(), "head": head}
    subject = render_to_string("administration/seal_subject.txt", context).strip()
    body = render_to_string("administration/seal.txt", context)
    connection, told = get_connection(), 0
    try:
        for user in find_keepers(head):
            try:
                send_straight(subject=subject, body=body, to=user.email, connection=connection)
                told += 1
            except CannotSend as error:
                log.warning("keeper of seals %s could not be written to (%s)", user.pk, type(error).__name__)
                connection.close()  # where the conversation stands is unknown: the next one begins anew
    finally:
        connection.close()
    return told


def find_keepers(head: TraceSeal) -> list[User]:
    officers = Membership.objects.active(localdate(head.sealed_at)).filter(role=Role.DPO, user__is_active=True)
    found = {user.pk: user for user in find_administrators(head.sealed_at)}
    found |= {user.pk: user for user in User.objects.filter(pk__in=officers.values("user"))}
    return [found[pk] for pk in sorted(found)]
