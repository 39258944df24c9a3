"""What follows from an opposition: who saw by the ground that is opposed sees no more, and what was shown is destroyed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from cases.actions.objections import opposable_parts, oppose
from cases.actions.purges import find_beginning, is_frozen, is_kept_for_her
from cases.actions.subject_requests import CannotChangeSubjectRequest
from cases.locks import lock_household
from cases.models import Household, LegalBasis, Participation, SharingObjection, Structure, SubjectRequest, User
from workflows.actions.subject_acts import answer_granted, case_of
from workflows.steps.asked_structures import find_bases_before_asking


@dataclass(frozen=True, kw_only=True)
class OpposableGround:
    """A ground that may be opposed, and what ends with it."""

    basis: LegalBasis
    ending: Sequence[tuple[Structure, date]]
    """Who sees by it today, and since when."""
    is_behind_a_step: bool
    """Would a structure that a step asks meanwhile see by it again?"""
    opposed_on: date | None
    """It was opposed already."""


def opposable_bases(request: SubjectRequest) -> list[LegalBasis]:
    """The grounds of those accesses today; that of possible rights in any case, since it may always be opposed."""
    if request.case is None:
        return []
    found = _find_opposable(request.case.household)
    return [each for each in LegalBasis if each == LegalBasis.POSSIBLE_RIGHTS or each in found]


def _find_opposable(home: Household) -> set[str]:
    """With those of the structures that a step asks meanwhile: they see by the procedure, and would see by these again."""
    held = opposable_parts(home).order_by().values_list("basis", flat=True)
    return {*held, *find_bases_before_asking(home)}


def describe_opposable(request: SubjectRequest) -> list[OpposableGround]:
    """Of each ground that may be opposed, what the act would end, before it is done."""
    if request.case is None:
        return []
    home = request.case.household
    parts = list(opposable_parts(home).select_related("case", "structure").order_by("structure__name", "pk"))
    asked = find_bases_before_asking(home)
    opposed = dict(SharingObjection.objects.filter(household=home).order_by("-pk").values_list("basis", "objected_on"))
    return [
        OpposableGround(
            basis=basis,
            ending=[(part.structure, localdate(find_beginning(part))) for part in parts if part.basis == basis],
            is_behind_a_step=basis in asked,
            opposed_on=opposed.get(basis),
        )
        for basis in opposable_bases(request)
    ]


@transaction.atomic
def object_to_sharing(
    *, request: SubjectRequest, basis: str, structure: Structure, channel: str, by: User, at: datetime
) -> list[Participation]:
    """Nobody has access on that ground any more, nor will have; what was shown so is destroyed, and the request answered.
    Returns the accesses that ended: none, where nobody saw by it.

    Refuses (`CannotChangeSubjectRequest`) where nobody has access on that ground (but that of possible rights, which may
    always be opposed, even before it serves), while a hold stands, and while she asked, on another ground than an opposition,
    that what is done with it be restricted: it is kept for her.
    """
    case = case_of(request, SubjectRequest.Kind.OBJECTION)
    home = lock_household(case.household_id)
    if is_frozen(home.pk):
        raise CannotChangeSubjectRequest(
            "Ce dossier est gelé : ce qui serait détruit sert à constater, exercer ou défendre des droits en justice (RGPD,"
            " article 21, 1). Mettre fin aux accès depuis le dossier, et donner suite quand le gel est levé ; ou noter la"
            " réponse « refusée », avec ce motif."
        )
    if is_kept_for_her(home.pk):
        raise CannotChangeSubjectRequest(
            "Le traitement de ce dossier est limité pour un autre motif que l’opposition (RGPD, article 18) : ce qui serait"
            " détruit se garde. Voir la demande de limitation, et la lever d’abord, une fois la personne informée ; ou noter la"
            " réponse « refusée », avec ce motif."
        )
    if basis != LegalBasis.POSSIBLE_RIGHTS and basis not in _find_opposable(home):
        raise CannotChangeSubjectRequest(
            "Aucun accès ne repose sur ce fondement, ou ceux qui y reposent relèvent d’une mission d’intérêt public et"
            " suivent la procédure. Noter la réponse, avec son motif (RGPD, article 21, 1).",
            field="basis",
        )
    ended = oppose(household=home, basis=basis, request=request, by=by, on=localdate(at), at=at)
    answer_granted(request=request, structure=structure, channel=channel, by=by, at=at)
    return ended
