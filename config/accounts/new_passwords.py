"""The link by which a forgotten password is chosen anew: asked for on a page, sent by the worker."""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.timezone import now

from cases.models import Installation, User
from config.accounts import events
from config.accounts.models import AskedPassword
from config.apps import ask_for_tick
from config.services.jobs import MAIL, record_job_run
from config.straight_mail import CannotSend

log = logging.getLogger(__name__)
KEPT = timedelta(hours=4)
"""While the mail server is down; later nobody waits for it any more."""
PERMANENT = 500
"""From this code of SMTP on."""


@transaction.atomic
def ask(email: str, *, request: HttpRequest, at: datetime) -> None:
    """The same rows and the same call to the worker, whether or not there is an account of that address."""
    user = User.objects.filter(email=email, is_active=True).first()
    events.record(events.Kind.RESET_ASKED, user=user, request=request, at=at)
    AskedPassword.objects.create(user=user, asked_at=at)
    transaction.on_commit(ask_for_tick, robust=True)


def send_asked(*, at: datetime) -> int:
    """What was asked for, and forget it. Twice or in parallel, each leaves once; what the server refuses of one of them holds up
    none of the others. Returns how many left."""
    AskedPassword.objects.filter(asked_at__lt=at - KEPT).delete()
    sent, connection = 0, get_connection()
    try:
        for pk in list(AskedPassword.objects.order_by("pk").values_list("pk", flat=True)):
            try:
                sent += _send(pk, connection)
            except (SMTPDataError, SMTPRecipientsRefused) as error:
                log.warning("a new password could not be sent (%s)", type(error).__name__)
                if is_final(error):
                    AskedPassword.objects.filter(pk=pk).delete()
    except CannotSend as error:
        log.warning("no new password could be sent (%s); the next tick tries again", type(error).__name__)
    finally:
        connection.close()
    return sent


def is_final(error: SMTPDataError | SMTPRecipientsRefused) -> bool:
    """Will the server never take it? A code of 400 and more says that it may later."""
    if isinstance(error, SMTPDataError):
        return error.smtp_code >= PERMANENT
    return all(code >= PERMANENT for code, _ in error.recipients.values())


@transaction.atomic
def _send(pk: int, connection: BaseEmailBackend) -> int:
    asked = AskedPassword.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
    if asked is None:
        return 0
    asked.delete()
    user = asked.user
    if user is None or not user.is_active or not user.has_usable_password():
        return 0
    build_message(user, connection).send()
    record_job_run(MAIL, at=now())
    return 1


def build_message(user: User, connection: BaseEmailBackend) -> EmailMultiAlternatives:
    context = {"brand": Installation.brand(), "link": link_of(user)}
    message = EmailMultiAlternatives(
        subject=render_to_string("registration/password_reset_subject.txt", context).strip(),
        body=render_to_string("registration/password_reset_email.txt", context),
        to=[user.email],
        connection=connection,
    )
    message.attach_alternative(render_to_string("registration/password_reset_email.html", context), "text/html")
    return message


def link_of(user: User) -> str:
    """Made as it leaves: it stands in no table."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    token = default_token_generator.make_token(user)
    return settings.BASE_URL + reverse("password_reset_confirm", kwargs={"uidb64": uid, "token": token})
