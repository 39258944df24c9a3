"""What follows from a request of rectification: the record is corrected by the officer, and what it said is kept."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from cases import journal
from cases.actions import people
from cases.actions.subject_requests import CannotChangeSubjectRequest
from cases.locks import lock_case
from cases.models import Beneficiary, Structure, SubjectRequest, User
from workflows.actions.subject_acts import answer_granted, case_of, find_people


@transaction.atomic
def rectify(
    *,
    request: SubjectRequest,
    person: Beneficiary,
    changes: Mapping[str, object],
    structure: Structure,
    channel: str,
    by: User,
    at: datetime,
) -> SubjectRequest:
    """Write what a person rightly says of herself; who follows her is told, and the request answered. What the record said
    is kept (`PastRow`).

    Refuses (`CannotChangeSubjectRequest`) somebody who is not of the household of the request, and nothing to correct.
    """
    case = case_of(request, SubjectRequest.Kind.RECTIFICATION)
    lock_case(case.pk)
    if person not in find_people(request) or case.household.anonymised_on:
        raise CannotChangeSubjectRequest("Cette personne n’est pas, ou plus, de ce dossier : recharger la page.")
    if not changes:
        raise CannotChangeSubjectRequest(
            "Rien n’est corrigé : changer ce qui est inexact, ou noter la réponse à la demande avec son motif."
        )
    entry = journal.record(
        "person.rectified",
        at=at,
        case=case,
        by=by,
        structure=structure,
        subject_request=request.pk,
        fields=sorted(changes),
    )
    people.correct_person(person=person, changes=changes, at=at, by=by, structure=structure, case=case, cause=entry)
    return answer_granted(request=request, structure=structure, channel=channel, by=by, at=at)
