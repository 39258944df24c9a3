"""What follows from the register of requests: the file of the person, erasure. Each refusal names its article."""

import logging
import tempfile
from collections.abc import Mapping
from datetime import date, datetime

from django.core.files import File
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from cases import journal
from cases.actions import subject_requests
from cases.actions.person_file import PersonItem, read_archive, read_person_file
from cases.actions.restrictions import is_restricted
from cases.actions.retention.anonymise import anonymise_household
from cases.actions.retention.files import delete_with_file
from cases.actions.retention.limits import kept_for
from cases.actions.subject_requests import CannotChangeSubjectRequest
from cases.letters.person_file import write_person_file
from cases.locks import lock_household
from cases.models import (
    Beneficiary,
    Case,
    Household,
    HouseholdMember,
    LegalHold,
    Structure,
    SubjectRequest,
    User,
)
from cases.models.person_files import PersonFile
from workflows.actions import batches
from workflows.routing.facts import fact_keys

log = logging.getLogger(__name__)
Kind, State = SubjectRequest.Kind, PersonFile.State


# The file of the person


def read_items(household: Household, person: Beneficiary) -> list[PersonItem]:
    """What is known of a person, in the words of the pages."""
    return read_person_file(household, person, fact_words=_fact_words())


def read_archived_items(household: Household, *, cases: QuerySet[Case], structure: Structure) -> list[PersonItem]:
    """What a structure reads of archived cases, in the same words."""
    return read_archive(household, cases=cases, structure=structure, fact_words=_fact_words())


def _fact_words() -> dict[str, str]:
    return {code: key.label for code, key in fact_keys(()).items()}


def find_people(request: SubjectRequest) -> list[Beneficiary]:
    """Of the household of its case: the officer says which one asks."""
    if request.case is None:
        return []
    found = HouseholdMember.objects.filter(household=request.case.household_id).select_related("beneficiary")
    return list(dict.fromkeys(member.beneficiary for member in found.order_by("pk")))


def ask_person_file(
    *,
    request: SubjectRequest,
    person: Beneficiary,
    reviewed: Mapping[str, str],
    structure: Structure,
    by: User,
    at: datetime,
) -> PersonFile:
    """It was reviewed: the worker writes what is given of it. `reviewed`: of each item, `PersonFile.GIVEN` or why it stays.
    Refuses (`CannotChangeSubjectRequest`) one that is being written already, and one of which nothing is given."""
    if request.kind != Kind.ACCESS or request.case is None or not request.is_waiting:
        raise CannotChangeSubjectRequest(
            "Seule une demande d’accès en attente, sur un dossier, reçoit un dossier à remettre."
        )
    made = PersonFile(request=request, person=person, withheld=dict(reviewed), asked_by=by, asked_at=at)
    if not made.given:
        raise CannotChangeSubjectRequest(
            "Rien n’est à remettre : choisir ce qui l’est, ou noter la réponse à la demande avec son motif."
        )
    try:
        with transaction.atomic():
            made.save()
            journal.record(
                "person_file.asked",
                at=at,
                by=by,
                structure=structure,
                subject_request=request.pk,
                withheld=len(made.kept_back),
            )
    except IntegrityError as error:
        raise CannotChangeSubjectRequest("Ce dossier est déjà en préparation : attendre qu’il soit prêt.") from error
    return made


def run_waiting(*, at: datetime) -> int:
    return batches.go_on(PersonFile.objects.filter(state=State.WAITING), lambda made: _write(made, at=at))


def _write(made: PersonFile, *, at: datetime) -> int:
    request = made.request
    home = request.case.household if request.case else None
    # Nothing given: asked before what is given was kept. Nobody knows what was reviewed, and it is reviewed again.
    if home is None or home.anonymised_on or not made.given:
        made.state = State.FAILED
        made.save(update_fields=["state"])
        return 1
    try:
        with tempfile.TemporaryFile() as out:
            write_person_file(
                out,
                read_items(home, made.person),
                given_keys=made.given,
                withheld=made.kept_back,
                controller=request.organisation.name,
                reference=request.reference,
                on=localdate(at),
            )
            out.seek(0)
            made.file.save("", File(out), save=False)
        made.state, made.made_at = State.DONE, at
    except Exception as error:  # noqa: BLE001 - said on the page, and logged without its words, which may be hers
        log.error("person file %s could not be written: %s", made.pk, type(error).__name__)  # noqa: TRY400
        made.state = State.FAILED
    made.save(update_fields=["state", "made_at", "file"])
    return 1


def forget_person_files(*, at: datetime) -> int:
    """Returns how many were deleted, with their zip."""
    return delete_with_file(PersonFile.objects.filter(asked_at__lt=at - kept_for("person_file", on=localdate(at))))


# Erasure


ADULT_AT = 18


def has_several_adults(home: Household, *, on: date) -> bool:
    """Were there ever two, the one who asks among them: all of them are erased with the household. Without a birth date,
    a child is none."""
    adults = set()
    for member in HouseholdMember.objects.filter(household=home).select_related("beneficiary"):
        born = member.beneficiary.birth_date
        # Maybe partial: what is known of it is compared, and whoever may be of age is.
        may_be_of_age = born <= f"{on.year - ADULT_AT}-{on:%m-%d}"[: len(born)]
        if may_be_of_age if born else member.position != HouseholdMember.Position.CHILD:
            adults.add(member.beneficiary_id)
    return len(adults) > 1


@transaction.atomic
def erase(
    *,
    request: SubjectRequest,
    structure: Structure,
    channel: str,
    by: User,
    at: datetime,
    for_all_adults: bool = False,
) -> SubjectRequest:
    """The household of the case is anonymised at once, and the request answered. Refuses (`CannotChangeSubjectRequest`) while
    a procedure is open or a hold stands: the words name the article, for the officer to answer with. Also while another
    request waits for what would be erased; and without `for_all_adults` where another adult’s data go too."""
    case = case_of(request, Kind.ERASURE)
    home = lock_household(case.household_id)
    if Case.objects.filter(household=home, closed_on=None).exists():
        raise CannotChangeSubjectRequest(
            "Un dossier de ce ménage est ouvert : ses données servent une mission d’intérêt public (RGPD, article 17, 3, b)."
            " Noter la réponse « refusée », avec ce motif ; ou attendre la clôture."
        )
    if LegalHold.objects.standing().filter(household=home).exists():
        raise CannotChangeSubjectRequest(
            "Ce dossier est gelé : ses données servent à constater, exercer ou défendre des droits en justice (RGPD,"
            " article 17, 3, e). Noter la réponse « refusée », avec ce motif."
        )
    if is_restricted(home):
        raise CannotChangeSubjectRequest(
            "Le traitement de ce ménage est limité : ses données sont gardées (RGPD, article 18). Lever d’abord la limitation,"
            " depuis la demande qui l’a posée."
        )
    if SubjectRequest.objects.waiting().filter(case__household=home).exclude(pk=request.pk).exists():
        raise CannotChangeSubjectRequest(
            "Une autre demande attend une réponse sur ce ménage, dans ce registre ou celui d’un autre responsable :"
            " elle porte sur ce qui serait effacé. Attendre qu’elle soit terminée."
        )
    if not for_all_adults and has_several_adults(home, on=localdate(at)):
        raise CannotChangeSubjectRequest(
            "Un autre adulte est ou était dans ce ménage, et ses données seraient effacées aussi : vérifier qu’il le"
            " sait, puis cocher la case.",
            field="for_all_adults",
        )
    anonymise_household(household=home, by=by, at=at)
    return answer_granted(request=request, structure=structure, channel=channel, by=by, at=at)


def case_of(request: SubjectRequest, kind: str) -> Case:
    if request.kind != kind or request.case is None or not request.is_waiting:
        raise CannotChangeSubjectRequest(
            "Cette demande n’est pas de cette nature, est terminée, ou n’a pas de dossier."
        )
    return request.case


def answer_granted(
    *, request: SubjectRequest, structure: Structure, channel: str, by: User, at: datetime
) -> SubjectRequest:
    return subject_requests.answer(
        request=request,
        structure=structure,
        outcome=SubjectRequest.Outcome.GRANTED,
        ground="",
        channel=channel,
        answered_on=localdate(at),
        by=by,
        at=at,
    )
