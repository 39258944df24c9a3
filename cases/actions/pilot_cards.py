"""The pilot of the référents opens the card of a person whom nobody coordinates or follows, or whose proposal has no answer.

It lasts for a few days and ends by itself, or with what it was opened for: the decision, the place filled, the answer.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.timezone import localdate

from cases import permissions
from cases.actions.new_places import why_not_new_place
from cases.actions.sharing import begin_part
from cases.locks import lock_case
from cases.models import Case, Participation, Structure, User
from cases.refusals import NotAllowed, Refusal
from cases.rules.traces import load_trace_limits

ARBITER, CARD = Participation.Part.ARBITER, Participation.Level.CARD


class CannotOpenCard(Refusal):
    """The card of a person is not opened so."""


@transaction.atomic
def open_card(*, case: Case, desk: Structure, by: User, at: datetime) -> Participation:
    """Open it to the desk; what is open already stays as it is.

    Refuses (`NotAllowed`) who does not pilot the référents there, and (`CannotOpenCard`) where nothing waits any more, or
    what is done with the household is restricted, or the person opposed the ground of coordinations.
    """
    case, today = lock_case(case.pk), localdate(at)
    if not permissions.referent_desks(by, at=today).filter(pk=desk.pk, territory=case.territory).exists():
        raise NotAllowed
    if not permissions.cards_to_open(by, at=today).filter(pk=case.pk).exists():
        raise CannotOpenCard("Rien n’attend plus pour cette personne : recharger la liste.")
    known = Participation.objects.active(today).filter(case=case, structure=desk, part=ARBITER).first()
    if known:
        return known
    if case.beneficiary and (refused := why_not_new_place(case.beneficiary, desk)):
        raise CannotOpenCard(refused)
    until = today + timedelta(days=load_trace_limits().card_days)
    return begin_part(case=case, structure=desk, part=ARBITER, level=CARD, until=until, at=at, by=by)
