"""Who follows a person in a structure: proposed, accepted, told to her, reviewed, handed on, ended.

All of it happens on her one open coordination case, which the first proposal opens. Rights follow in the same
transaction: none before acceptance, none after the end. A place that somebody leaves has a successor, or is vacant and
says so, or is given up for a reason.
"""

from datetime import date, datetime
from functools import partial

from django.db import transaction
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions import case as cases, coordination, sharing, support
from cases.actions.coordination import PLACES, acts_for
from cases.actions.given_up_places import give_up
from cases.actions.new_places import why_not_new_place
from cases.actions.places import (
    close_referent,
    in_place,
    open_case_of,
    record_in_journal,
    take_first_place,
    take_locked_place,
    why_not_referent,
)
from cases.actions.vacancies import open_vacancy
from cases.locks import lock_case
from cases.models import (
    Beneficiary,
    Case,
    CaseKind,
    HouseholdMember,
    JournalEntry,
    Participation,
    Referent,
    Structure,
    User,
    Vacancy,
    Wish,
)
from cases.refusals import Refusal

End = Referent.End


class CannotFollow(Refusal):
    """A person is not followed so."""


@transaction.atomic
def propose(
    *,
    beneficiary: Beneficiary,
    structure: Structure,
    user: User,
    by: User,
    at: datetime,
    cause: JournalEntry | None = None,
) -> tuple[Referent, JournalEntry]:
    """Propose a professional as a person’s référent in his structure; also to succeed the one who is there.

    Refuses (`CannotFollow`) who neither manages the structure, nor follows her there, nor proposes himself, a professional without the right,
    absent without substitute or leaving, the one who is there already, a second proposal, and a structure that does not follow
    her yet while what is done with her household is restricted, or once she opposed the ground of coordinations.
    """
    person = _lock_person(beneficiary)
    follows = Referent.objects.current().filter(beneficiary=person, structure=structure, user=by).exists()
    if user != by and not follows and not permissions.has_right(by, "view_backlog", structure.pk, at=localdate(at)):
        raise CannotFollow(
            "Un responsable de la structure ou le référent en place propose ; chacun peut se proposer lui-même."
        )
    if refused := why_not_new_place(person, structure):
        raise CannotFollow(refused)
    if refused := why_not_referent(user, structure, by=by, on=localdate(at)):
        raise CannotFollow(refused)
    return _create_proposal(person, structure, user, open_case_of(person), by=by, at=at, cause=cause)


@transaction.atomic(savepoint=False)
def follow_case(
    *, case: Case, structure: Structure, user: User, by: User | None, at: datetime, cause: JournalEntry
) -> tuple[Referent, JournalEntry] | None:
    """Who takes charge of a case is proposed to the person whose home it is; he has accepted when he took it himself.

    None when the structure names no référents, or has one for her already, there or proposed: continuity comes first; and
    where the structure may not begin to follow her (`new_places`).
    None too when he cannot be one: her place is then said to be vacant.
    """
    if not structure.names_referents or case.kind == CaseKind.COORDINATION:
        return None
    person = _lock_holder(case.household_id)
    if person is None:
        return None
    if why_not_new_place(person, structure):
        return None
    known_case = open_case_of(person)
    known = Referent.objects.filter(beneficiary=person, structure=structure)
    if known_case and (known.current() | known.proposed()).exists():
        return None
    if why_not_referent(user, structure, by=by, on=localdate(at)):
        say_vacant(beneficiary=person, structure=structure, by=by, at=at, cause=cause)
        return None
    accepted_at = at if user == by and known_case is None else None
    referent, entry = _create_proposal(
        person, structure, user, known_case, accepted_at=accepted_at, by=by, at=at, cause=cause
    )
    if user == by:
        take = take_locked_place if known_case else take_first_place
        entry = take(referent=referent, by=user, at=at, cause=entry)
    return referent, entry


@transaction.atomic
def say_vacant(
    *, beneficiary: Beneficiary, structure: Structure, by: User | None, at: datetime, cause: JournalEntry | None = None
) -> Vacancy:
    """A structure follows a person, and nobody is named: her place there is vacant, and its managers look for somebody.

    Refuses (`CannotFollow`) a structure that does not follow her yet, as `propose` does.
    """
    person = _lock_person(beneficiary)
    if refused := why_not_new_place(person, structure):
        raise CannotFollow(refused)
    case = open_case_of(person)
    case = lock_case(case.pk) if case else _open_case(person, structure, by=by, at=at, cause=cause)
    _take_part(case, structure, by=by, at=at, cause=cause)
    return open_vacancy(case, structure, by=by, at=at, cause=cause)


@transaction.atomic
def accept(*, referent: Referent, by: User, at: datetime, cause: JournalEntry | None = None) -> JournalEntry:
    """The professional accepts: the place is his, and his rights begin. Whoever held it keeps access for a while."""
    _lock_for_answer(referent, by)
    if refused := why_not_referent(referent.user, referent.structure, by=by, on=localdate(at)):
        raise CannotFollow(refused)
    return take_locked_place(referent=referent, by=by, at=at, cause=cause)


@transaction.atomic
def decline(*, referent: Referent, reason: str, by: User, at: datetime) -> JournalEntry:
    """He declines, for a reason: the structure finds somebody else, or the place is vacant."""
    _lock_for_answer(referent, by)
    if reason not in Referent.Decline.values:
        raise CannotFollow("Indiquer pourquoi décliner.")
    referent.state, referent.decline_reason, referent.answered_at = Referent.State.DECLINED, reason, at
    referent.save(update_fields=["state", "decline_reason", "answered_at"])
    entry = record_in_journal("referent.declined", referent, by=by, at=at, reason=reason)
    _say_if_vacant(referent, by=by, at=at, cause=entry)
    return entry


@transaction.atomic
def withdraw(*, referent: Referent, by: User | None, at: datetime, cause: JournalEntry | None = None) -> JournalEntry:
    """A manager takes a proposal back; or nobody does, when who was proposed has left."""
    _lock_proposed(referent)
    if by and not _is_manager_of(by, referent, on=localdate(at)):
        raise CannotFollow("Un responsable de la structure retire une proposition.")
    referent.state, referent.answered_at = Referent.State.WITHDRAWN, at
    referent.save(update_fields=["state", "answered_at"])
    entry = record_in_journal("referent.withdrawn", referent, by=by, at=at, cause=cause)
    _say_if_vacant(referent, by=by, at=at, cause=entry)
    return entry


@transaction.atomic
def inform_of_referent(
    *,
    referent: Referent,
    means: str,
    on: date,
    objects: bool = False,
    asks_change: bool = False,
    by: User,
    at: datetime,
) -> JournalEntry:
    """Record that the person was told who follows her, and what she said of it. The whole case then opens to the structure.

    An objection stops coordination and nothing else; a change that she asks for is told to the managers.
    """
    _in_place(referent)
    if not acts_for(by, referent, on=localdate(at)):
        raise CannotFollow("Le référent informe la personne, ou son remplaçant, ou un responsable.")
    if on > localdate(at) or (referent.since and on < referent.since):
        raise CannotFollow("La personne est informée entre l’acceptation et aujourd’hui : corriger la date.")
    referent.state, referent.informed_on, referent.informed_by = Referent.State.ACTIVE, on, means
    referent.save(update_fields=["state", "informed_on", "informed_by"])
    entry = record_in_journal("referent.informed", referent, by=by, at=at, means=means)
    support.inform_person(
        case=referent.case,
        person=referent.beneficiary,
        structure=referent.structure,
        by=by,
        means=means,
        given_on=on,
        at=at,
        cause=entry,
    )
    if objects and not coordination.is_objected(referent.case):
        coordination.object_to(case=referent.case, structure=referent.structure, on=on, by=by, at=at, cause=entry)
    if asks_change:
        Wish.objects.create(case=referent.case, kind=Wish.Kind.CHANGE, structure=referent.structure, by=by, said_on=on)
        record_in_journal("referent.change_asked", referent, by=by, at=at, cause=entry)
    return entry


@transaction.atomic
def review(*, referent: Referent, on: date, by: User, at: datetime) -> JournalEntry:
    """The référent and the person went through where things stand."""
    _in_place(referent)
    if not acts_for(by, referent, on=localdate(at)):
        raise CannotFollow("Le référent fait le point, ou son remplaçant, ou un responsable.")
    if on > localdate(at) or (referent.since and on < referent.since):
        raise CannotFollow("Le point se fait entre le début du suivi et aujourd’hui : corriger la date.")
    referent.reviewed_on = on
    referent.save(update_fields=["reviewed_on"])
    return record_in_journal("referent.reviewed", referent, by=by, at=at)


@transaction.atomic
def end(
    *,
    referent: Referent,
    reason: str,
    stays_vacant: bool,
    because: str = "",
    by: User | None,
    at: datetime,
    cause: JournalEntry | None = None,
) -> JournalEntry:
    """End a référent for a reason. The place stays, vacant until somebody else accepts; or the structure gives it up.

    Refuses (`CannotFollow`) who is neither he nor a manager, a hand-over (its successor is proposed, and accepts), and
    to give a place up without saying why.
    """
    case = _in_place(referent)
    if by and by != referent.user and not _is_manager_of(by, referent, on=localdate(at)):
        raise CannotFollow("Le référent met fin à son suivi, ou un responsable de la structure.")
    if reason not in End.values or reason == End.HANDED_OVER:
        raise CannotFollow("Choisir un motif ; pour un relais, proposer d’abord le successeur.")
    if not stays_vacant and not because.strip():
        raise CannotFollow("Dire pourquoi personne ne lui succède, ou laisser la place à pourvoir.")
    entry = close_referent(
        referent, reason, because="" if stays_vacant else because.strip(), by=by, at=at, cause=cause
    )
    cases.release_professional(case=case, structure=referent.structure, user=referent.user, at=at, by=by, cause=entry)
    if stays_vacant:
        _say_if_vacant(referent, by=by, at=at, cause=entry)
        case.refresh_from_db()
        coordination.update_coordination(case, by=by, at=at, cause=entry)
    else:
        give_up(case, referent.structure, by=by, at=at, cause=entry)
    return entry


@transaction.atomic
def give_up_place(*, vacancy: Vacancy, because: str, by: User, at: datetime) -> JournalEntry:
    """A structure no longer follows the person: its vacant place is not to be filled, for a reason."""
    case = lock_case(vacancy.case_id)
    vacancy.refresh_from_db()
    structure = vacancy.structure
    if vacancy.closed_on or structure is None:
        raise CannotFollow("Cette place n’est plus à pourvoir : recharger la page.")
    if not permissions.has_right(by, "view_backlog", structure.pk, at=localdate(at)):
        raise CannotFollow("Un responsable de la structure décide de ne plus pourvoir sa place.")
    if not because.strip():
        raise CannotFollow("Dire pourquoi la place n’est plus à pourvoir.")
    entry = journal.record("place.given_up", at=at, case=case, by=by, structure=structure, vacancy=vacancy.pk)
    give_up(case, structure, by=by, at=at, cause=entry)
    return entry


def _lock_person(beneficiary: Beneficiary) -> Beneficiary:
    """Proposals for a person follow one another. Her other rows may still be written meanwhile."""
    return _refuse_merged(Beneficiary.objects.select_for_update(no_key=True).get(pk=beneficiary.pk))


def _lock_holder(household: int) -> Beneficiary | None:
    """The same, of the holder of a household’s lease."""
    held = HouseholdMember.objects.filter(household=household, until=None, position="holder")
    locked = held.select_related("beneficiary").select_for_update(of=("beneficiary",), no_key=True).first()
    return _refuse_merged(locked.beneficiary) if locked else None


def _refuse_merged(person: Beneficiary) -> Beneficiary:
    if person.merged_into_id:
        raise CannotFollow("Cette fiche est réunie à une autre : recharger la page.")
    return person


def _create_proposal(
    person: Beneficiary,
    structure: Structure,
    user: User,
    known_case: Case | None,
    *,
    accepted_at: datetime | None = None,
    by: User | None,
    at: datetime,
    cause: JournalEntry | None,
) -> tuple[Referent, JournalEntry]:
    """Of somebody who may follow her (`why_not_referent`). Her case is locked, or opened. `accepted_at`: he proposes himself,
    and takes at once (`take_first_place`) the first place of a case that is opened."""
    if known_case:
        case = lock_case(known_case.pk)
        _refuse_twice(case, structure, user)
    else:
        case = _open_case(person, structure, by=by, at=at, cause=cause)
    referent = Referent(case=case, beneficiary=person, structure=structure, user=user, proposed_by=by, proposed_at=at)
    if accepted_at:
        referent.state, referent.since = Referent.State.ACCEPTED, localdate(accepted_at)
        referent.answered_at = accepted_at
    referent.save(force_insert=True)
    entry = record_in_journal("referent.proposed", referent, by=by, at=at, cause=cause)
    _take_part(case, structure, is_new=known_case is None, by=by, at=at, cause=entry)
    return referent, entry


def _refuse_twice(case: Case, structure: Structure, user: User) -> None:
    current = in_place(case, structure)
    if current and current.user_id == user.pk:
        raise CannotFollow(f"{user} est déjà le référent de cette personne.")
    waiting = Referent.objects.proposed().filter(case=case, structure=structure).select_related("user").first()
    if waiting:
        raise CannotFollow(f"{waiting.user} n’a pas encore répondu : retirer cette proposition d’abord.")


def _open_case(
    person: Beneficiary, structure: Structure, *, by: User | None, at: datetime, cause: JournalEntry | None
) -> Case:
    home = person.memberships.filter(until=None).select_related("household").order_by("pk").first()
    if home is None:
        raise CannotFollow("Indiquer d’abord dans quel ménage vit la personne.")
    return cases.open_case(
        kind=CaseKind.COORDINATION,
        household=home.household,
        beneficiary=person,
        structure=structure,
        by=by,
        at=at,
        cause=cause,
    )


def _take_part(
    case: Case,
    structure: Structure,
    *,
    is_new: bool = False,
    by: User | None,
    at: datetime,
    cause: JournalEntry | None,
) -> None:
    """A place of a structure is its part in the case: until somebody accepts, its managers alone see the card."""
    part = None if is_new else sharing.current_part(case, structure)
    if part is None or part.part not in PLACES:
        role = Participation.Part.LEAD if case.responsible_structure_id == structure.pk else Participation.Part.SUPPORT
        take = partial(sharing.change_part, current=part) if part else sharing.begin_part
        take(case=case, structure=structure, part=role, level=Participation.Level.CARD, at=at, by=by, cause=cause)


def _lock_proposed(referent: Referent) -> None:
    case = lock_case(referent.case_id)
    referent.refresh_from_db()
    referent.case = case
    if referent.state != Referent.State.PROPOSED:
        raise CannotFollow("Cette proposition n’attend plus de réponse : recharger la page.")


def _lock_for_answer(referent: Referent, by: User) -> None:
    _lock_proposed(referent)
    if referent.user_id != by.pk:
        raise CannotFollow("Seul le professionnel proposé répond.")


def _in_place(referent: Referent) -> Case:
    case = lock_case(referent.case_id)
    referent.refresh_from_db()
    if not referent.has_place:
        raise CannotFollow("Ce référent n’est plus en place : recharger la page.")
    referent.case = case
    return case


def _is_manager_of(user: User, referent: Referent, *, on: date) -> bool:
    return permissions.has_right(user, "view_backlog", referent.structure_id, at=on)


def _say_if_vacant(referent: Referent, *, by: User | None, at: datetime, cause: JournalEntry) -> None:
    case, structure = referent.case, referent.structure
    waiting = Referent.objects.proposed().filter(case=case, structure=structure).exists()
    if in_place(case, structure) is None and not waiting:
        open_vacancy(case, structure, by=by, at=at, cause=cause)
