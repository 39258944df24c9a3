"""The only door to who may see and do what. No other module names a guardian or a participation filter.

Rights live on structures (django-guardian, a group per structure and role) and count only while a membership
is active on the day asked for; a case is seen through a participation of a structure or an assignment of the
person. An unseen case does not exist: callers answer 404.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from guardian.models import GroupObjectPermission

from cases.models import (
    CLAIMANT_KINDS,
    Appointment,
    Assignment,
    Beneficiary,
    Case,
    CaseKind,
    CaseOutcome,
    Document,
    HouseholdMember,
    Letter,
    Membership,
    Note,
    Participation,
    Question,
    Referent,
    RepaymentPlan,
    Report,
    SharingRequest,
    Structure,
    SubjectRequest,
    User,
    Watch,
)
from cases.models.appointments import AppointmentQuerySet
from cases.models.structures import OPERATOR_KINDS, StructureKind
from cases.rules.procedures import PROCEDURES

Level = Literal["full", "card", "none"]
Rights = dict[str, frozenset[int]]
KEPT = "_kept_rights"
MANY = 5000
COVERED = ("handle_case", "pilot_action")
"""Whoever holds one of these in a structure has cases or steps of his own there."""


def rights(user: User | AnonymousUser, *, at: date) -> Rights:
    """Right → ids of the structures in which the user holds it on that day. One query, or none (see `keep_rights`)."""
    if not user.is_authenticated:
        return {}
    kept: dict[date, Rights] | None = getattr(user, KEPT, None)
    if kept is None:
        return _read_rights(user, at=at)
    if at not in kept:
        kept[at] = _read_rights(user, at=at)
    return kept[at]


def keep_rights(user: User) -> None:
    """Read this user’s rights once for all that one page shows. For pages that only read: an act asks again."""
    setattr(user, KEPT, {})


def _read_rights(user: User, *, at: date) -> Rights:
    groups = Membership.objects.active(at).filter(user_id=user.pk).values("group_id")
    rows = GroupObjectPermission.objects.filter(
        group__in=groups, content_type__app_label="cases", content_type__model="structure"
    ).values_list("permission__codename", "object_pk")
    found: dict[str, set[int]] = defaultdict(set)
    for codename, structure_id in rows:
        found[codename].add(int(structure_id))
    return {codename: frozenset(ids) for codename, ids in found.items()}


def structures_where(user: User, right: str, *, at: date) -> QuerySet[Structure]:
    return Structure.objects.filter(pk__in=rights(user, at=at).get(right, frozenset()))


def structures_covered(user: User, *, at: date) -> QuerySet[Structure]:
    """Those in which the user has cases or steps of his own: he can be replaced there, and replace."""
    return Structure.objects.filter(pk__in=_covered_structure_ids(rights(user, at=at)))


def _covered_structure_ids(held: Rights) -> frozenset[int]:
    return frozenset().union(*(held.get(right, frozenset()) for right in COVERED))


def labelling_structure_ids(held: Rights) -> frozenset[int]:
    """Ids of the structures whose labels are read and put by whoever holds these rights: never another’s."""
    return _covered_structure_ids(held)


def labels_for(user: User, case: Case, *, at: date) -> Structure | None:
    """The structure whose labels a person puts on a case that he sees."""
    structure = acting_structure(user, case, at=at)
    return structure if structure and structure.pk in labelling_structure_ids(rights(user, at=at)) else None


def possible_substitutes(structure: Structure, *, at: date) -> QuerySet[User]:
    """The members of a structure who can replace somebody there."""
    found = User.objects.none()
    for right in COVERED:
        found |= colleagues_with_right(structure, right, at=at)
    return found.distinct().order_by("last_name", "first_name", "pk")


def structures_of(user: User, *, at: date) -> QuerySet[Structure]:
    """Those in which the user works on that day, whatever he may do there."""
    return Structure.objects.filter(pk__in=Membership.objects.active(at).filter(user=user).values("structure_id"))


def has_right(user: User | AnonymousUser, right: str, structure_id: int | None, *, at: date) -> bool:
    return structure_id in rights(user, at=at).get(right, frozenset())


SHOWN = (Participation.Level.FULL, Participation.Level.CARD)
OPENED_BY: dict[str, list[str]] = {
    Participation.Part.ASKED: ["answer_routing"],
    Participation.Part.QUALIFYING: ["pilot_action"],
    Participation.Part.ARBITER: ["pilot_action"],
}
"""Besides those who see all the cases of a structure: the right that each part in a case opens it to."""


def _opening_participations(held: Rights, *, at: date) -> QuerySet[Participation]:
    """Participations that open a case to someone who holds these rights."""
    part = Participation.Part
    return Participation.objects.active(at).filter(
        Q(structure__in=held.get("view_structure_cases", ()))
        | Q(structure__in=held.get("answer_routing", ()), part=part.ASKED)
        | Q(structure__in=held.get("pilot_action", ()), part__in=(part.QUALIFYING, part.ARBITER)),
        level__in=SHOWN,
    )


def _active_assignments(user: User, *, at: date) -> QuerySet[Assignment]:
    """Active ones, in structures where the person still works."""
    still_member = Membership.objects.active(at).filter(user=user).values("structure_id")
    return Assignment.objects.active(at).filter(user=user, structure__in=still_member)


def looked_after(user: User, *, at: date) -> QuerySet[Assignment]:
    """The cases that a person answers for in a structure where he works, or looks after meanwhile: he sees each."""
    kinds = (Assignment.Kind.RESPONSIBLE, Assignment.Kind.SUBSTITUTE)
    return _active_assignments(user, at=at).filter(kind__in=kinds)


def substitute_assignments(user: User, *, at: date) -> QuerySet[Assignment]:
    """What a person does on a day in place of somebody who is away."""
    return _active_assignments(user, at=at).filter(kind=Assignment.Kind.SUBSTITUTE)


def is_replacing(user: User, other: int, *, case: int, structure: int, at: date) -> bool:
    """Does the person do on a day, on that case, what is given to the other one?"""
    return substitute_assignments(user, at=at).filter(replaces=other, case=case, structure=structure).exists()


def visible_cases(user: User | AnonymousUser, *, at: date, held: Rights | None = None) -> QuerySet[Case]:
    """The cases a person sees on a day: lists, pages, exports, searches and notices all start here."""
    if not user.is_authenticated:
        return Case.objects.none()
    held = rights(user, at=at) if held is None else held
    by_right = _opening_participations(held, at=at).order_by().values("case_id")
    own = _active_assignments(user, at=at).order_by().values("case_id")
    return Case.objects.filter(pk__in=by_right.union(own))


def sees_many(held: Rights, *, at: date, is_open: bool | None = None) -> bool:
    """Do these rights open so many cases that a list in the order of an index does better with `sees_case`? One query."""
    if not held.get("view_structure_cases") and not held.get("pilot_action"):
        return False
    opened = _opening_participations(held, at=at).order_by()
    if is_open is not None:
        opened = opened.filter(is_open=is_open)
    return opened[:MANY].count() == MANY


def sees_case(user: User, case: str, *, at: date, held: Rights) -> Q:
    """For a query on rows that belong to cases (`case`: their field): the person sees the case of the row.

    The same cases as `visible_cases`, but asked row by row: for lists that an index already gives in their order.
    """
    # Written as a range, so that the planner asks the index for each row shown and never hashes a whole structure.
    this_case = Q(case__gte=OuterRef(case), case__lte=OuterRef(case))
    return Q(Exists(_opening_participations(held, at=at).filter(this_case))) | Q(
        Exists(_active_assignments(user, at=at).filter(this_case))
    )


def shown_in_full(user: User, *, at: date) -> Exists:
    """For a query on cases: does the person see the whole of each, and not its card only?"""
    full = Participation.Level.FULL
    by_right = _opening_participations(rights(user, at=at), at=at).filter(case=OuterRef("pk"), level=full)
    own = _active_assignments(user, at=at).filter(case=OuterRef("case"), structure=OuterRef("structure"))
    by_assignment = Participation.objects.active(at).filter(Exists(own), case=OuterRef("pk"), level=full)
    return Exists(by_right.values("case").union(by_assignment.values("case"), all=True))


def sees_in_full(user: User, case: str, *, at: date) -> Exists:
    """As `sees_case`: the person sees the whole of the case of the row. Asked row by row, and of no other case."""
    this_case = Q(pk__gte=OuterRef(case), pk__lte=OuterRef(case))
    return Exists(Case.objects.filter(this_case, shown_in_full(user, at=at)))


def read_for(user: User, *, at: date) -> dict[str, Any]:
    """For a query on cases that the person sees: for which structure he reads each, and whether he is assigned to it."""
    own = _active_assignments(user, at=at).filter(case=OuterRef("pk")).order_by("pk")
    by_right = _opening_participations(rights(user, at=at), at=at).filter(case=OuterRef("pk")).order_by("pk")
    structure = Coalesce(Subquery(own.values("structure")[:1]), Subquery(by_right.values("structure")[:1]))
    return {"read_for": structure, "is_assigned": Exists(own)}


def access_level(user: User | AnonymousUser, case: Case, *, at: date) -> Level:
    """How much of a case a person sees: the fullest of what his structures hold, if he may see it at all."""
    if not user.is_authenticated:
        return "none"
    cases = visible_cases(user, at=at).filter(pk=case.pk)
    shown: bool | None = cases.values_list(shown_in_full(user, at=at), flat=True).first()
    return "none" if shown is None else "full" if shown else "card"


def can_view(user: User | AnonymousUser, case: Case, *, at: date) -> bool:
    return visible_cases(user, at=at).filter(pk=case.pk).exists()


def who_sees(case: Case, *, at: date) -> QuerySet[User]:
    """The other way round: the people who see a case on a day, and may therefore be told of it."""
    kept = _read_once.get()
    if kept is not None:
        return User.objects.filter(pk__in=kept.who_sees(case, at=at))
    giving = Q(pk__in=[])
    for structure, right in _opening_rights(case, at=at):
        giving |= Q(object_pk=str(structure), permission__codename=right)
    groups = GroupObjectPermission.objects.filter(
        giving, content_type__app_label="cases", content_type__model="structure"
    )
    by_right = Membership.objects.active(at).filter(group__in=groups.values("group_id")).order_by().values("user_id")
    return User.objects.filter(Q(pk__in=by_right) | Q(pk__in=_assigned_memberships(case, at=at).values("user_id")))


def _opening_rights(case: Case, *, at: date) -> list[tuple[int, str]]:
    """The rights that open a case, each with the structure in which it is held."""
    parts = Participation.objects.active(at).filter(case=case, level__in=SHOWN).values_list("structure", "part")
    return [
        (structure, right) for structure, part in parts for right in ("view_structure_cases", *OPENED_BY.get(part, ()))
    ]


def _assigned_memberships(case: Case, *, at: date) -> QuerySet[Membership]:
    """Of those who are assigned to a case, in the structures where they still work."""
    named = Assignment.objects.active(at).filter(case=case, user=OuterRef("user"), structure=OuterRef("structure"))
    return Membership.objects.active(at).filter(Exists(named)).order_by()


def acting_structure(user: User, case: Case, *, at: date) -> Structure | None:
    """For which structure a person acts on a case: his assignment's, else one that gives him sight of it."""
    assignment = _active_assignments(user, at=at).filter(case=case).select_related("structure").first()
    if assignment:
        return assignment.structure
    seen = _opening_participations(rights(user, at=at), at=at).filter(case=case).select_related("structure").first()
    return seen.structure if seen else None


def following_structure(user: User, case: Case, *, at: date) -> Structure | None:
    """In whose name a person who follows cases works on this one: he writes to the household, and of it."""
    structure = acting_structure(user, case, at=at)
    return structure if structure and has_right(user, "handle_case", structure.pk, at=at) else None


def accepted_structure(user: User, case: Case, *, at: date) -> Structure | None:
    """In whose name a person corrects who somebody is, and reads the address at which alone she may be written to.

    A structure that has accepted to follow: the one that answers for the case, one in support that sees all of it, one
    whose référent accepted. Never one that is merely asked, nor one that has the card only.
    """
    structure = following_structure(user, case, at=at)
    return structure if structure and _has_accepted(structure, case, at=at) else None


def _has_accepted(structure: Structure, case: Case, *, at: date) -> bool:
    if case.kind == CaseKind.COORDINATION:
        return Referent.objects.current().filter(case=case, structure=structure).exists()
    part = Participation.Part
    accepted = Q(part=part.LEAD) | Q(part=part.SUPPORT, level=Participation.Level.FULL)
    return Participation.objects.active(at).filter(accepted, case=case, structure=structure).exists()


def administered_structures(user: User, *, at: date) -> QuerySet[Structure]:
    """The structures in which an administrator grants roles: those of his territory that are in service."""
    territories = structures_where(user, "grant_roles", at=at).values("territory")
    return Structure.objects.filter(territory__in=territories, is_active=True)


def desk_of_rules(catalogue: str) -> str:
    """The kind of structure that pilots the action of which these rules are; of action 12 for what all have in common."""
    pilots = (each.pilot for each in PROCEDURES.values() if catalogue in each.rule_books)
    return next(pilots, StructureKind.CAF_PILOT)


def changes_rules(user: User, catalogue: str, *, territory: str, at: date) -> bool:
    """Does the person pilot at the desk to which these rules belong? Other pilots read them."""
    pilots = structures_where(user, "change_rules", at=at)
    return pilots.filter(kind=desk_of_rules(catalogue), territory=territory).exists()


def pilot_desks(user: User, *, at: date) -> QuerySet[Structure]:
    """The pilots’ desks at which a person works: they compare identities. Who pilots from a service does not."""
    return structures_where(user, "pilot_action", at=at).filter(kind=StructureKind.CAF_PILOT)


def answers_for(user: User, structure: Structure, *, at: date) -> bool:
    """May the person close or reopen what this structure answers for? At a desk, whoever pilots there."""
    right = "pilot_action" if structure.kind == StructureKind.CAF_PILOT else "handle_case"
    return has_right(user, right, structure.pk, at=at)


def followed_in_full(user: User, *, at: date) -> QuerySet[Case]:
    """The cases that a person sees whole for a structure in which he follows cases."""
    held = rights(user, at=at)
    follows = held.get("handle_case", frozenset())
    own = _active_assignments(user, at=at).filter(case=OuterRef("case"), structure=OuterRef("structure"))
    whole = Participation.objects.active(at).filter(structure__in=follows, level=Participation.Level.FULL)
    seen = whole.filter(Q(structure__in=held.get("view_structure_cases", ())) | Exists(own))
    return Case.objects.filter(pk__in=seen.order_by().values("case_id"))


def comparable_people(user: User, *, at: date) -> QuerySet[Beneficiary]:
    """People whose records a person may compare, and merge when two are of one.

    Those who follow cases: where they see a case of hers whole, and none that is open less than whole. At the
    pilot’s desk: where there is a case at all. Whoever is on a landlord’s watch list only is his alone.
    """
    members = HouseholdMember.objects.order_by()
    if territories := list(pilot_desks(user, at=at).values_list("territory", flat=True)):
        known = Case.objects.filter(territory__in=territories).exclude(outcome=CaseOutcome.VOIDED)
        return _people_of_members(members.filter(household__in=known.order_by().values("household")))
    followed = followed_in_full(user, at=at).order_by()
    elsewhere = Case.objects.filter(closed_on=None).exclude(pk__in=followed.values("pk")).order_by()
    found = members.filter(household__in=followed.values("household"))
    return _people_of_members(found).exclude(
        pk__in=members.filter(household__in=elsewhere.values("household")).values("beneficiary")
    )


def _people_of_members(members: QuerySet[HouseholdMember]) -> QuerySet[Beneficiary]:
    return Beneficiary.objects.filter(pk__in=members.values("beneficiary"), merged_into=None)


def visible_reports(user: User, *, at: date) -> QuerySet[Report]:
    """What a landlord sees: the reports of his structures; of a case that others reported, once a plan is proposed to him."""
    mine = rights(user, at=at).get("report_arrears", frozenset())
    own_of_same_case = Report.objects.filter(case=OuterRef("case"), structure__in=mine)
    plan_of_case = RepaymentPlan.objects.filter(case=OuterRef("case"))
    about_mine = Q(tenancy__manager__in=mine) | Q(tenancy__manager=None, tenancy__landlord__in=mine)
    return Report.objects.filter(
        Q(structure__in=mine) | (about_mine & Exists(plan_of_case) & ~Exists(own_of_same_case))
    )


def landlords_of(case: Case, *, at: date) -> QuerySet[User]:
    """The other way round: the correspondents who see a report of this case, and may be told of their own part in it."""
    reporting = Report.objects.filter(case=case, structure__kind__in=CLAIMANT_KINDS)
    ids = set(reporting.values_list("structure", flat=True))
    if case.tenancy and RepaymentPlan.objects.filter(case=case).exists():
        ids.add(case.tenancy.manager_id or case.tenancy.landlord_id)
    people = User.objects.none()
    for structure in Structure.objects.filter(pk__in=ids).order_by("pk"):
        people |= colleagues_with_right(structure, "answer_question", at=at)
    return people


def claimant_of(user: User, report: Report, *, at: date) -> Structure | None:
    """In whose name a landlord speaks of a dwelling of which he sees a report: who manages it, or owns it."""
    tenancy = report.tenancy
    mine = structures_where(user, "report_arrears", at=at).filter(kind__in=CLAIMANT_KINDS)
    found = mine.filter(pk__in=[tenancy.manager_id or tenancy.landlord_id, tenancy.landlord_id])
    return next(iter(sorted(found, key=lambda structure: structure.pk != tenancy.manager_id)), None)


def visible_watches(user: User, *, at: date) -> QuerySet[Watch]:
    """The watch list is the landlord's alone."""
    return Watch.objects.filter(structure__in=rights(user, at=at).get("report_arrears", frozenset()))


def visible_notes(user: User, case: Case, *, at: date) -> QuerySet[Note]:
    """Shared facts to those who see the whole case, internal notes to colleagues, personal ones to their author."""
    structures = Membership.objects.active(at).filter(user=user).values("structure_id")
    colleague = Q(visibility=Note.Visibility.INTERNAL, structure__in=structures)
    others = (colleague | Q(visibility=Note.Visibility.SHARED)) & Q(sees_in_full(user, "case", at=at))
    return Note.objects.filter(Q(author=user) | others, case=case)


def visible_letters(user: User, case: Case, *, at: date) -> QuerySet[Letter]:
    """Those who see the whole case read all of its letters; the others, who follow it, their own service’s.

    A sheet made of a diagnosis says all that it says, and a letter about a debt its sums: they are for the former only.
    """
    own = rights(user, at=at).get("handle_case", frozenset())
    in_full = Q(sees_in_full(user, "case", at=at))
    seen = Letter.objects.filter(case__in=visible_cases(user, at=at).filter(pk=case.pk))
    return seen.filter(in_full | Q(structure__in=own, diagnostic=None, line=None))


def visible_documents(user: User, case: Case, *, at: date) -> QuerySet[Document]:
    """Those who see the whole case read the shared pieces; whoever sees the case, those of his own service."""
    own = Membership.objects.active(at).filter(user=user).values("structure_id")
    shared_in_full = Q(sees_in_full(user, "case", at=at), visibility=Document.Visibility.SHARED)
    seen: QuerySet[Document] = Document.objects.filter(case__in=visible_cases(user, at=at).filter(pk=case.pk))
    return seen.filter(shared_in_full | Q(structure__in=own))


def visible_appointments(user: User, *, at: date) -> AppointmentQuerySet:
    """Those who see the whole case see all of its appointments; the others, who follow it, their own service’s."""
    held = rights(user, at=at)
    own = Q(structure__in=held.get("handle_case", frozenset()))
    seen = sees_case(user, "case", at=at, held=held)
    return Appointment.objects.filter(Q(sees_in_full(user, "case", at=at)) | own, seen)


def reviewed_structures(user: User, *, at: date) -> QuerySet[Structure]:
    """The services whose traces a person reviews: all those of the controllers (organisations) that he is officer of."""
    own = structures_where(user, "review_traces", at=at)
    return Structure.objects.filter(organisation__in=own.values("organisation"))


def reviewed_cases(user: User, *, at: date) -> QuerySet[Case]:
    """Those in which a service of his takes or took part. He knows their number and who saw them, never what they say."""
    taken = Participation.objects.filter(structure__in=reviewed_structures(user, at=at))
    return Case.objects.filter(pk__in=taken.order_by().values("case"))


def visible_subject_requests(user: User, *, at: date, held: Rights | None = None) -> QuerySet[SubjectRequest]:
    """The register of the controllers that the person is officer of."""
    held = rights(user, at=at) if held is None else held
    own = Structure.objects.filter(pk__in=held.get("review_traces", frozenset()))
    return SubjectRequest.objects.filter(organisation__in=own.values("organisation"))


def questioned_structures(user: User, *, at: date, held: Rights | None = None) -> QuerySet[Structure]:
    """The services of operators whose questions a person answers."""
    held = rights(user, at=at) if held is None else held
    return Structure.objects.filter(pk__in=held.get("answer_question", frozenset()), kind__in=OPERATOR_KINDS)


def visible_questions(user: User, *, at: date, held: Rights | None = None) -> QuerySet[Question]:
    """Those addressed to the services of an operator in which the person answers: all that he ever sees of their cases."""
    return Question.objects.filter(structure__in=questioned_structures(user, at=at, held=held).order_by().values("pk"))


def questions_to_answer(user: User, *, at: date, held: Rights | None = None) -> QuerySet[Question]:
    """Those that wait. What is shared with them is shown as long as the service takes part, and no longer."""
    part = Participation.objects.active(at).filter(
        case=OuterRef("line__notice__case"), structure=OuterRef("structure")
    )
    return visible_questions(user, at=at, held=held).filter(Exists(part), state=Question.State.ASKED)


def reported_operators(user: User, *, at: date) -> QuerySet[Structure]:
    """The services of operators whose causes a person reads, in numbers: his own, and all of them for a pilot."""
    own = questioned_structures(user, at=at).values("pk")
    territories = structures_where(user, "pilot_action", at=at).values("territory")
    of_pilots = Q(territory__in=territories, kind__in=OPERATOR_KINDS, is_active=True)
    return Structure.objects.filter(Q(pk__in=own) | of_pilots)


def followed_by(user: User, *, at: date) -> QuerySet[Referent]:
    """The people whom a person follows, in structures where he still works."""
    own = Membership.objects.active(at).filter(user=user).order_by().values("structure_id")
    return Referent.objects.current().filter(user=user, structure__in=own)


def proposals_to(user: User, *, at: date) -> QuerySet[Referent]:
    """Those whom he is asked to follow: he reads whom, and nothing else before he accepts."""
    own = Membership.objects.active(at).filter(user=user).order_by().values("structure_id")
    return Referent.objects.proposed().filter(user=user, structure__in=own)


ANSWERING = ("handle_case", "pilot_action")
"""Whoever holds one of these in the structure that answers for a case answers to those who ask about it."""


def requests_to_answer(user: User, *, at: date, held: Rights | None = None) -> QuerySet[SharingRequest]:
    """Requests to share that wait, of the cases that the user sees and answers for."""
    held = rights(user, at=at) if held is None else held
    mine = frozenset().union(*(held.get(right, frozenset()) for right in ANSWERING))
    waiting = SharingRequest.objects.filter(
        state=SharingRequest.State.ASKED, case__closed_on=None, case__responsible_structure__in=mine
    )
    return waiting.filter(sees_case(user, "case", at=at, held=held))


def visible_requests(user: User, *, at: date) -> QuerySet[SharingRequest]:
    """Requests to share that the user made, and those of the structures whose cases he sees. They tell nothing more."""
    managed = rights(user, at=at).get("view_structure_cases", frozenset())
    still_member = Membership.objects.active(at).filter(user=user).values("structure_id")
    return SharingRequest.objects.filter(Q(by=user, structure__in=still_member) | Q(structure__in=managed))


def colleagues_with_right(structure: Structure, right: str, *, at: date) -> QuerySet[User]:
    """Active members of a structure who hold a right in it: whom a case or a task can be given to."""
    kept = _read_once.get()
    if kept is not None:
        return User.objects.filter(pk__in=kept.holders_in(structure.pk, at=at).get(right, ()))
    groups = _given_in(structure.pk).filter(permission__codename=right).values("group_id")
    members = Membership.objects.active(at).filter(structure=structure, group__in=groups)
    return User.objects.filter(pk__in=members.values("user_id"))


def _given_in(structure: int) -> QuerySet[GroupObjectPermission]:
    """What groups are allowed in a structure."""
    return GroupObjectPermission.objects.filter(
        object_pk=str(structure), content_type__app_label="cases", content_type__model="structure"
    )


@dataclass
class _People:
    """Those who hold the rights of structures and those who see cases, as they were first read."""

    holders: dict[tuple[int, date], dict[str, set[int]]] = field(default_factory=dict)
    seeing: dict[tuple[int, date], set[int]] = field(default_factory=dict)

    def holders_in(self, structure: int, *, at: date) -> dict[str, set[int]]:
        """Right → ids of the active members of the structure who hold it. Two queries, once."""
        if (structure, at) not in self.holders:
            self.holders[structure, at] = _read_holders(structure, at=at)
        return self.holders[structure, at]

    def who_sees(self, case: Case, *, at: date) -> set[int]:
        if (case.pk, at) not in self.seeing:
            by_right = [
                self.holders_in(where, at=at).get(right, set()) for where, right in _opening_rights(case, at=at)
            ]
            assigned = _assigned_memberships(case, at=at).values_list("user_id", flat=True)
            self.seeing[case.pk, at] = set[int]().union(assigned, *by_right)
        return self.seeing[case.pk, at]


_read_once: ContextVar[_People | None] = ContextVar("people read once", default=None)


@contextmanager
def people_read_once() -> Iterator[None]:
    """Within it `colleagues_with_right` and `who_sees` read each structure and each case once: for whoever tells many lines at once.

    Who gains or loses a right meanwhile is told, or not, as when it began: no longer than a transaction.
    """
    token = _read_once.set(_People())
    try:
        yield
    finally:
        _read_once.reset(token)


def _read_holders(structure: int, *, at: date) -> dict[str, set[int]]:
    members = defaultdict(set)
    for user, group in Membership.objects.active(at).filter(structure=structure).values_list("user_id", "group_id"):
        members[group].add(user)
    given = _given_in(structure).filter(group__in=list(members)).values_list("permission__codename", "group_id")
    found: dict[str, set[int]] = defaultdict(set)
    for right, group in given:
        found[right] |= members[group]
    return dict(found)
