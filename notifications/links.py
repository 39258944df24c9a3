"""An answer from an e-mail: a signed address for one person and one question, good as long as the question waits.

It opens a page without a word of anybody: the reference, the structure, the choice. The address alone does nothing.
"""

from datetime import date, datetime, timedelta

from django.core import signing
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.timezone import localdate

from cases.models import JournalEntry, User
from notifications.audience import ASKED
from workflows import engine
from workflows.models import CaseTask

SIGNER = signing.Signer(sep=".", salt="answer-by-link")
VALID = timedelta(days=15)
ANSWER = "answer"


class NoLongerGood(Exception):
    """Refusal, in French, to be shown as it is."""


FORGED = "Ce lien n’est pas complet, ou n’est pas de nous. L’ouvrir depuis le courriel, ou se connecter."
EXPIRED = "Ce lien a plus de quinze jours. Se connecter pour répondre."
ANSWERED = "La réponse est déjà donnée, ou n’est plus attendue : ce lien ne sert qu’une fois."
NOT_ALLOWED = "Vous ne répondez plus pour cette structure : la demande revient à vos collègues."
ANOTHER = "Ce lien est celui d’une autre personne. Répondre depuis votre propre courriel, ou depuis Relais."


def find_answer_address(entry: JournalEntry, user: User, *, on: date) -> str:
    """Where this person answers the question that this line asked; empty once it is no longer asked."""
    if entry.kind not in ASKED:
        return ""
    asked = CaseTask.objects.open().filter(case=entry.case_id, node=ANSWER, structure=entry.structure_id).first()
    return address_of(asked, user, on=on) if asked else ""


def address_of(task: CaseTask, user: User, *, on: date) -> str:
    token = SIGNER.sign_object([str(task.public_id), str(user.public_id), on.isoformat()])
    return reverse("answer_by_link", args=[token])


def read_token(token: str, *, signed_in: User | None, at: datetime) -> tuple[CaseTask, User]:
    """The question and the person, if he may still answer it now. Refuses (`NoLongerGood`) everything else."""
    try:
        task_id, user_id, day = SIGNER.unsign_object(token)
    except (signing.BadSignature, ValueError):
        raise NoLongerGood(FORGED) from None
    if localdate(at) - date.fromisoformat(day) > VALID:
        raise NoLongerGood(EXPIRED)
    try:
        task = CaseTask.objects.select_related("structure", "case", "process__case").get(public_id=task_id)
        user = User.objects.get(public_id=user_id)
    except (CaseTask.DoesNotExist, User.DoesNotExist, ValidationError):
        raise NoLongerGood(FORGED) from None
    if signed_in and signed_in.pk != user.pk:
        raise NoLongerGood(ANOTHER)
    if not task.is_open:
        raise NoLongerGood(ANSWERED)
    if not (user.is_active and engine.may_act(user, task, at=at)):
        raise NoLongerGood(NOT_ALLOWED)
    return task, user
