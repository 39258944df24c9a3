"""News of a household after its case closed are kept: one answer to each question."""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal
from cases.models import Case, LaterAnswer, Structure, User
from cases.refusals import Refusal
from cases.rules.later import WORDS, LaterNews, window_of


class CannotTellLater(Refusal):
    """News of a household after its case are not kept."""


@transaction.atomic
def tell_later(
    *, case: Case, months: int, news: LaterNews, known_on: date, structure: Structure, by: User, at: datetime
) -> LaterAnswer:
    """Keep what became of the household of a closed case, `months` after.

    Refuses (`CannotTellLater`) a case that was opened again, a day outside of the time asked about, and a second answer.
    """
    if case.closed_on is None:
        raise CannotTellLater("Ce dossier est rouvert : il n’y a plus de nouvelles à donner d’après sa clôture.")
    window, today = window_of(case.closed_on, months), localdate(at)
    if known_on > today:
        raise CannotTellLater("Cette date est à venir : saisir le jour où la situation est connue.", field="known_on")
    if known_on < window.first:
        raise CannotTellLater(
            f"Le dossier est clos depuis le {case.closed_on:%d/%m/%Y}, et la question est posée {WORDS[months]} :"
            f" saisir une date à partir du {window.first:%d/%m/%Y}.",
            field="known_on",
        )
    if today not in window:
        raise CannotTellLater(
            f"Cette question n’est plus posée depuis le {window.until:%d/%m/%Y} : elle reste « non connu »."
        )
    _refuse_second(case, months, closed_on=case.closed_on)
    answer = LaterAnswer.objects.create(
        case=case,
        closed_on=case.closed_on,
        months=months,
        home=news.home,
        trend=news.trend,
        plan=news.plan,
        known_on=known_on,
        structure=structure,
        by=by,
        answered_at=at,
    )
    journal.record("case.later_told", at=at, case=case, by=by, structure=structure, months=str(months))
    return answer


def _refuse_second(case: Case, months: int, *, closed_on: date) -> None:
    found = LaterAnswer.objects.select_related("by").filter(case=case, closed_on=closed_on, months=months).first()
    if found:
        raise CannotTellLater(
            f"{found.by} a déjà répondu le {localdate(found.answered_at):%d/%m/%Y} : « {found.news.words} »."
            " Sa réponse reste ; la vôtre n’est pas enregistrée."
        )
