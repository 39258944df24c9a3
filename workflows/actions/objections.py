"""What follows from an opposition: who saw by the ground that is opposed sees no more, and what was shown is destroyed."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from cases import journal
from cases.actions import case as cases, sharing
from cases.actions.purges import destroy_what_was_shown
from cases.actions.sharing import MANAGED
from cases.actions.subject_requests import CannotChangeSubjectRequest
from cases.locks import lock_case
from cases.models import (
    Household,
    LegalBasis,
    LegalHold,
    Participation,
    SharingObjection,
    Structure,
    SubjectRequest,
    User,
)
from workflows.actions.subject_acts import answer_granted, case_of


def opposable_parts(household: Household) -> QuerySet[Participation]:
    """Accesses that an opposition ends: those that a person gave. The others belong to a procedure, which an opposition does
    not stop by itself, whatever ground they were opened on."""
    return Participation.objects.filter(part__in=MANAGED, case__household=household, until=None)


def opposable_bases(request: SubjectRequest) -> list[LegalBasis]:
    """The grounds of those accesses today; that of possible rights in any case, since it may always be opposed."""
    if request.case is None:
        return []
    found = set(opposable_parts(request.case.household).order_by().values_list("basis", flat=True))
    return [each for each in LegalBasis if each == LegalBasis.POSSIBLE_RIGHTS or each in found]


@transaction.atomic
def object_to_sharing(
    *, request: SubjectRequest, basis: str, structure: Structure, channel: str, by: User, at: datetime
) -> SubjectRequest:
    """Nobody has access on that ground any more, nor will have; what was shown so is destroyed, and the request answered.

    Refuses (`CannotChangeSubjectRequest`) where nobody has access on that ground (but that of possible rights, which may
    always be opposed, even before it serves), and while a hold stands.
    """
    case = case_of(request, SubjectRequest.Kind.OBJECTION)
    home = Household.objects.select_for_update().get(pk=case.household_id)
    if LegalHold.objects.standing().filter(household=home).exists():
        raise CannotChangeSubjectRequest(
            "Ce dossier est gelé : ce qui serait détruit sert à constater, exercer ou défendre des droits en justice (RGPD,"
            " article 21, 1). Mettre fin aux accès depuis le dossier, et donner suite quand le gel est levé ; ou noter la"
            " réponse « refusée », avec ce motif."
        )
    parts = list(opposable_parts(home).filter(basis=basis).select_related("case", "structure").order_by("case", "pk"))
    if not parts and basis != LegalBasis.POSSIBLE_RIGHTS:
        raise CannotChangeSubjectRequest(
            "Aucun accès ne repose sur ce fondement, ou ceux qui y reposent relèvent d’une mission d’intérêt public et"
            " suivent la procédure. Noter la réponse, avec son motif (RGPD, article 21, 1).",
            field="basis",
        )
    for part in parts:
        lock_case(part.case_id)
        _end(part, by=by, at=at)
    SharingObjection.objects.get_or_create(
        household=home, basis=basis, defaults={"request": request, "objected_on": localdate(at)}
    )
    return answer_granted(request=request, structure=structure, channel=channel, by=by, at=at)


def _end(part: Participation, *, by: User, at: datetime) -> None:
    case, structure = part.case, part.structure
    sharing.end_sharing(case=case, structure=structure, at=at, by=by)
    cases.release_all(case=case, structure=structure, by=by, at=at, cause=None)
    destroyed = destroy_what_was_shown(part=part, at=at)
    journal.record(
        "sharing.objected", at=at, case=case, by=by, structure=structure, basis=part.basis, destroyed=destroyed
    )
