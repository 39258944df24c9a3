"""Two records that are of one person or household become one, with what that means for the cases; and back."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Prefetch, Q
from django.utils.timezone import localdate

from cases import journal, permissions
from cases.actions import case as cases
from cases.actions.merging import following, merge as merging, unmerge as unmerging
from cases.actions.merging.following import Doubled, United
from cases.actions.merging.merge import CannotMerge, Duplicate
from cases.locks import lock_case, wait_briefly
from cases.models import (
    Beneficiary,
    Case,
    CaseKind,
    CaseOutcome,
    DistinctPeople,
    Household,
    HouseholdMember,
    Merge,
    Report,
    Structure,
    User,
)
from cases.refusals import NotAllowed
from cases.rules.merging import Side
from workflows import engine
from workflows.actions import referents
from workflows.actions.reopen import reopen_case
from workflows.models import CaseTask


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two records to compare; the one that has been known for longer is kept."""

    kept: Beneficiary
    absorbed: Beneficiary

    @classmethod
    def from_people(cls, one: Beneficiary, other: Beneficiary) -> "Pair":
        kept, absorbed = sorted((one, other), key=lambda person: person.pk)
        return cls(kept=kept, absorbed=absorbed)

    def distinct_households(self) -> tuple[Household, Household] | None:
        """The household of each, if each has one and they differ: where she lives, else where she lived last."""
        kept, absorbed = (_household_of(person) for person in (self.kept, self.absorbed))
        return (kept, absorbed) if kept and absorbed and kept != absorbed else None


def _household_of(person: Beneficiary) -> Household | None:
    places = list(person.memberships.select_related("household"))
    here = {place.household for place in places if place.until is None}
    if not here and places:
        here = {max(places, key=lambda place: (place.until or date.min, place.pk)).household}
    return here.pop() if len(here) == 1 else None


# Two open cases with the same landlord


def find_conflicting_cases(pair: Pair) -> list[Case]:
    """The open cases of either person that claim rent for the same landlord: are they one matter? Empty as a rule.

    Each comes with the steps that wait (`waiting`) and with who reported it (`told_by`).
    """
    mine, theirs = _open_cases(pair.kept), _open_cases(pair.absorbed)
    both = [(one, other) for one in mine - theirs for other in theirs - mine if _claimant(one) == _claimant(other)]
    return sorted({case for couple in both for case in couple}, key=lambda case: case.pk)


def _open_cases(person: Beneficiary) -> set[Case]:
    homes = HouseholdMember.objects.filter(beneficiary=person).values("household")
    found = Case.objects.filter(household__in=homes, kind=CaseKind.ARREARS, closed_on=None)
    return set(
        found.select_related("tenancy__landlord", "tenancy__manager", "responsible_structure").prefetch_related(
            Prefetch("tasks", CaseTask.objects.open(), to_attr="waiting"),
            Prefetch("reports", Report.objects.select_related("structure"), to_attr="told_by"),
        )
    )


def _claimant(case: Case) -> Structure | None:
    return (case.tenancy.manager or case.tenancy.landlord) if case.tenancy else None


@dataclass(frozen=True, kw_only=True)
class DuplicateCaseChoice:
    """To the question that `find_conflicting_cases` asks: which case closes as a duplicate of which; none, if both go on."""

    closed: Case | None = None


def may_close(user: User, case: Case, *, at: date) -> bool:
    """Whoever answers for it, and the pilot’s desk, which decides what is one matter."""
    return permissions.answers_for(user, case.responsible_structure, at=at) or permissions.is_of_desk(
        user, case.territory, at=at
    )


def _duplicate(pair: Pair, answer: DuplicateCaseChoice | None, *, by: User, at: date) -> Duplicate | None:
    """Never a silent choice: the two cases are named, and someone says what they are."""
    asked = find_conflicting_cases(pair)
    if not asked:
        return None
    names = " et ".join(case.reference for case in asked)
    if answer is None:
        raise CannotMerge(f"Les dossiers {names} sont ouverts chez le même bailleur : dire lequel garder.")
    if answer.closed is None:
        return None
    if answer.closed not in asked or len(asked) != 2:
        raise CannotMerge(f"Les dossiers ont changé entre-temps : {names}. Dire de nouveau lequel garder.")
    if not may_close(by, answer.closed, at=at):
        raise CannotMerge(
            f"Le dossier {answer.closed.reference} est suivi par une autre structure : garder celui-là, "
            "ou demander au pilote de l’action de réunir les fiches."
        )
    kept = next(case for case in asked if case != answer.closed)
    return Duplicate(kept=kept, closed=next(case for case in asked if case == answer.closed))


# The acts


@transaction.atomic
def merge(
    *,
    pair: Pair,
    choices: Mapping[str, Side],
    together: bool,
    answer: DuplicateCaseChoice | None = None,
    stay: Mapping[str, Side] | None = None,
    is_one_person: bool = True,
    by: User,
    at: datetime,
) -> Merge:
    """Two records are of one person (`together`: of one household too), or two people live in one household.

    1. The cases of both households are locked (`Busy`), then the records.
    2. Refuses (`NotAllowed`) who may not compare both, and (`CannotMerge`) what can’t be one, or a question unanswered.
    3. The records become one; the case that is a duplicate closes in the same transaction.
    4. Of a person who is followed on both records, `stay` says whose référent and coordinator stay; their steps follow.
    """
    structure = acts_for(by, pair, at=localdate(at))
    with _nobody_else(pair):
        homes = pair.distinct_households() if together else None
        if together and homes is None:
            raise CannotMerge("Ces personnes n’ont pas chacune un ménage à réunir : recharger la page.")
        duplicate = _duplicate(pair, answer, by=by, at=localdate(at))
        if is_one_person:
            united = _unite(pair, stay or {}, by=by, at=at)
            done, entry = merging.merge_people(
                kept=pair.kept,
                absorbed=pair.absorbed,
                choices=choices,
                households=homes,
                duplicate=duplicate,
                at=at,
                by=by,
                structure=structure,
            )
            if united:
                following.carry_on(united, person=pair.kept, by=by, at=at)
                referents.settle_procedures(united.case, by=by, at=at, cause=united.entry)
        elif homes:
            done, entry = merging.merge_households(
                kept=homes[0], absorbed=homes[1], duplicate=duplicate, at=at, by=by, structure=structure
            )
        else:
            raise CannotMerge("Dire ce qui est à réunir : les deux fiches, ou les deux ménages.")
        if duplicate:
            engine.stop(duplicate.closed, by=by, at=at, cause=entry)
            cases.close_case(case=duplicate.closed, outcome=CaseOutcome.DUPLICATE, at=at, by=by, cause=entry)
    return done


def find_doubled_places(pair: Pair) -> list[Doubled]:
    """The places that somebody holds on each record: who stays?"""
    return following.find_doubled_places(pair.kept, pair.absorbed)


def _unite(pair: Pair, stay: Mapping[str, Side], *, by: User, at: datetime) -> United | None:
    united = following.unite_coordinations(kept=pair.kept, absorbed=pair.absorbed, choices=stay, by=by, at=at)
    if united:
        engine.stop(united.other, by=by, at=at, cause=united.entry)
    return united


@dataclass(frozen=True, kw_only=True)
class Undone:
    stays: list[str]
    """What was changed or added since, and stays with the kept record."""
    reopened: Case | None = None
    left_closed: Case | None = None
    """Closed as a duplicate by the merge; whoever answers for it must reopen it."""


@transaction.atomic
def unmerge(*, merge: Merge, by: User, at: datetime) -> Undone:
    """Undo a merge, and reopen the case that it had closed if this person may.

    Refuses (`NotAllowed`) who may not compare the record, and (`CannotUnmerge`) what a later merge rests on.
    """
    structure = undoes_for(by, merge, at=localdate(at))
    people = [person for person in (merge.kept_person, merge.absorbed_person) if person]
    homes = [home for home in (merge.kept_household, merge.absorbed_household) if home]
    with _cases_locked(Q(household__in=homes) | Q(household__memberships__beneficiary__in=people)):
        stays = unmerging.describe_what_stays(merge)
        unmerging.unmerge(merge=merge, at=at, by=by, structure=structure)
        closed = Case.objects.filter(closed_by_merges=merge, outcome=CaseOutcome.DUPLICATE).first()
        if closed is None:
            return Undone(stays=stays)
        try:
            reopen_case(case=closed, by=by, at=at)
        except (NotAllowed, cases.CannotOpen):
            return Undone(stays=stays, left_closed=closed)
    return Undone(stays=stays, reopened=closed)


@transaction.atomic
def tell_apart(*, pair: Pair, by: User, at: datetime) -> None:
    """Two records that resemble each other are of two people: nobody is asked again."""
    structure = acts_for(by, pair, at=localdate(at))
    either = Q(one=pair.kept, other=pair.absorbed) | Q(one=pair.absorbed, other=pair.kept)
    list(Beneficiary.objects.select_for_update().filter(pk__in=(pair.kept.pk, pair.absorbed.pk)).order_by("pk"))
    if not DistinctPeople.objects.filter(either).exists():
        DistinctPeople.objects.create(one=pair.kept, other=pair.absorbed, decided_by=by, decided_at=at)
        journal.record(
            "person.told_apart", at=at, by=by, structure=structure, person=pair.kept.pk, other=pair.absorbed.pk
        )


# Who may


def acts_for(user: User, pair: Pair, *, at: date) -> Structure:
    """In whose name a person decides about two records. Refuses (`NotAllowed`) who may not compare both."""
    return _compares_for(user, [pair.kept, pair.absorbed], at=at)


def undoes_for(user: User, merge: Merge, *, at: date) -> Structure:
    """Who may compare all the people of the merge: those whose cases it concerns; and the desk that made it, even if
    no case speaks of them any more, since the import that brought it was undone."""
    if own := permissions.pilot_desks(user, at=at).filter(pk=merge.structure_id).first():
        return own
    if merge.kept_person:
        return _compares_for(user, [merge.kept_person], at=at)
    home = merge.kept_household
    return _compares_for(user, [place.beneficiary for place in home.memberships.all()] if home else [], at=at)


def _compares_for(user: User, people: list[Beneficiary], *, at: date) -> Structure:
    wanted = {person.pk for person in people}
    allowed = permissions.comparable_people(user, at=at).filter(pk__in=wanted)
    if not wanted or set(allowed.values_list("pk", flat=True)) != wanted:
        raise NotAllowed
    homes = Household.objects.filter(memberships__beneficiary__in=people)
    territories = set(homes.order_by().values_list("territory", flat=True))
    if len(territories) > 1:  # who works in two knows both, and they stay two
        raise NotAllowed
    if desk := permissions.pilot_desks(user, at=at).filter(territory__in=territories).first():
        return desk
    for case in permissions.followed_in_full(user, at=at).filter(household__memberships__beneficiary__in=people):
        if structure := permissions.following_structure(user, case, at=at):
            return structure
    raise NotAllowed


# One at a time


@contextmanager
def _nobody_else(pair: Pair) -> Iterator[None]:
    with _cases_locked(Q(household__memberships__beneficiary__in=(pair.kept, pair.absorbed))):
        yield


@contextmanager
def _cases_locked(which: Q) -> Iterator[None]:
    """In the order of their keys; then whatever else waits too long is `Busy` as well."""
    with wait_briefly():
        for case in Case.objects.filter(which).order_by("pk").distinct().values_list("pk", flat=True):
            lock_case(case)
        yield
