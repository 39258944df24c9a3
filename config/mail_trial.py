"""An administrator tries the mail server, with a message to his own address."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import get_connection
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from cases import journal
from cases.models import Installation, JournalEntry, User
from cases.refusals import Refusal
from config.straight_mail import CannotSend, explain_failure, send_straight

KIND = "mail.tried"
APART = timedelta(minutes=1)


class CannotTryMail(Refusal):
    """A trial has only just left."""


@dataclass(frozen=True)
class Trial:
    is_sent: bool
    words: str


@transaction.atomic
def ask_mail_trial(*, by: User, at: datetime) -> JournalEntry:
    """One a minute for each administrator. Kept before the server is asked: whatever it answers, it was tried."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if JournalEntry.objects.filter(kind=KIND, actor=by, happened_at__gt=at - APART).exists():
        raise CannotTryMail("Un essai est parti il y a moins d’une minute : attendre un peu, puis recommencer.")
    return journal.record(KIND, at=at, by=by)


def try_mail(user: User) -> Trial:
    """Outside any transaction: a server that does not answer takes its time."""
    context = {"brand": Installation.brand(), "address": settings.BASE_URL + reverse("services")}
    connection = get_connection()
    try:
        send_straight(
            subject=render_to_string("administration/mail_trial_subject.txt", context).strip(),
            body=render_to_string("administration/mail_trial.txt", context),
            to=user.email,
            connection=connection,
        )
    except CannotSend as error:
        return Trial(is_sent=False, words=explain_failure(error))
    finally:
        connection.close()
    return Trial(
        is_sent=True,
        words="Le serveur d’envoi a pris le courriel d’essai, pour votre adresse. S’il n’arrive pas d’ici quelques "
        "minutes, regarder dans les indésirables, puis demander à qui gère ce serveur.",
    )
