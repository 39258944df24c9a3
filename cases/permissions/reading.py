"""What a person reads of a case and beside it: notes, letters, pieces, reports, questions, requests."""

from collections.abc import Collection
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.models import (
    Appointment,
    Case,
    CaseKind,
    Document,
    Edition,
    Letter,
    Note,
    Participation,
    ProcessingRestriction,
    Question,
    RepaymentPlan,
    Report,
    SharingRequest,
    Structure,
    SubjectRequest,
    User,
    Watch,
)
from cases.models.appointments import AppointmentQuerySet
from cases.models.structures import OPERATOR_KINDS
from cases.permissions.held_rights import (
    ANSWERING,
    Rights,
    _own_structure_ids,
    desks_of_procedure,
    of_same_bodies,
    rights,
)
from cases.permissions.seeing import followed_in_full, sees_case, sees_in_full, visible_cases


def visible_reports(user: User, *, at: date) -> QuerySet[Report]:
    """What a landlord sees: the reports of his structures; of a case that others reported, once a plan is proposed to him. None
    of a household of which what is done is restricted."""
    mine = rights(user, at=at).get("report_arrears", frozenset())
    own_of_same_case = Report.objects.filter(case=OuterRef("case"), structure__in=mine)
    plan_of_case = RepaymentPlan.objects.filter(case=OuterRef("case"))
    about_mine = Q(tenancy__manager__in=mine) | Q(tenancy__manager=None, tenancy__landlord__in=mine)
    return Report.objects.filter(
        Q(structure__in=mine) | (about_mine & Exists(plan_of_case) & ~Exists(own_of_same_case)),
        ~Exists(restrictions_of(OuterRef("case__household"))),
        case__household__archived_on=None,
    )


def restrictions_of(household: OuterRef | int) -> QuerySet[ProcessingRestriction]:
    """Those that stand, of a household or of one that became it, by one merge or two: one that waits below another
    (`merging.collisions`) is not lost when that one is absorbed too."""
    of_it = (
        Q(household=household) | Q(household__merged_into=household) | Q(household__merged_into__merged_into=household)
    )
    return ProcessingRestriction.objects.standing().filter(of_it)


def visible_watches(user: User, *, at: date) -> QuerySet[Watch]:
    """The watch list is the landlord's alone. None of a household of which what is done is restricted."""
    mine = rights(user, at=at).get("report_arrears", frozenset())
    return Watch.objects.filter(~Exists(restrictions_of(OuterRef("tenancy__household"))), structure__in=mine)


def visible_notes(user: User, case: Case, *, at: date) -> QuerySet[Note]:
    """Shared facts to those who see the whole case, internal notes to colleagues, personal ones to their author."""
    return visible_notes_of(user, [case.pk], at=at)


def visible_notes_of(user: User, cases: Collection[int], *, at: date) -> QuerySet[Note]:
    """`visible_notes`, of several cases."""
    colleague = Q(visibility=Note.Visibility.INTERNAL, structure__in=_own_structure_ids(user, at=at))
    others = (colleague | Q(visibility=Note.Visibility.SHARED)) & Q(sees_in_full(user, "case", at=at))
    return Note.objects.filter(Q(author=user) | others, case__in=cases)


def notes_to_reach(user: User, cases: Collection[int], *, at: date, held: Rights) -> QuerySet[Note]:
    """How to reach the person, as she said it at a counter: read with the card of a case, before she was informed. Never
    her safe address, which is on herself."""
    told = Note.objects.filter(case__in=cases, visibility=Note.Visibility.SHARED, is_to_reach=True)
    return told.filter(sees_case(user, "case", at=at, held=held))


def visible_letters(user: User, case: Case, *, at: date) -> QuerySet[Letter]:
    """Those who see the whole case read all of its letters; the others, who follow it, their own service’s.

    A sheet made of a diagnosis says all that it says, and a letter about a debt, or of the tenant to a court, its sums: they
    are for the former only.
    """
    own = rights(user, at=at).get("handle_case", frozenset())
    in_full = Q(sees_in_full(user, "case", at=at))
    seen = Letter.objects.filter(case__in=visible_cases(user, at=at).filter(pk=case.pk))
    about_money = Q(edition__catalogue=Edition.Catalogue.TENANT_LETTERS)
    return seen.filter(in_full | Q(~about_money, structure__in=own, diagnostic=None, line=None))


def visible_documents(user: User, case: Case, *, at: date) -> QuerySet[Document]:
    """Those who see the whole case read the shared pieces; whoever sees the case, those of his own service."""
    shared_in_full = Q(sees_in_full(user, "case", at=at), visibility=Document.Visibility.SHARED)
    seen: QuerySet[Document] = Document.objects.filter(case__in=visible_cases(user, at=at).filter(pk=case.pk))
    return seen.filter(shared_in_full | Q(structure__in=_own_structure_ids(user, at=at)))


def visible_appointments(user: User, *, at: date) -> AppointmentQuerySet:
    """Those who see the whole case see all of its appointments; the others, who follow it, their own service’s."""
    held = rights(user, at=at)
    own = Q(structure__in=held.get("handle_case", frozenset()))
    seen = sees_case(user, "case", at=at, held=held)
    return Appointment.objects.filter(Q(sees_in_full(user, "case", at=at)) | own, seen)


def visible_subject_requests(user: User, *, at: date, held: Rights | None = None) -> QuerySet[SubjectRequest]:
    """The register of the controllers that the person is officer of: what was recorded in the territories where he is,
    whose rules count it."""
    held = rights(user, at=at) if held is None else held
    own = Structure.objects.filter(pk__in=held.get("review_traces", frozenset()))
    return SubjectRequest.objects.filter(of_same_bodies(own))


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


def followed_questions(user: User, *, at: date) -> QuerySet[Question]:
    """Those put to operators about the cases that the person follows for the structure that answers for them: who could ask
    them, and take them back, notes what the operator says elsewhere than here."""
    mine = rights(user, at=at).get("handle_case", frozenset())
    cases = followed_in_full(user, at=at).filter(responsible_structure__in=mine)
    return Question.objects.filter(line__notice__case__in=cases.order_by().values("pk"))


def reported_operators(user: User, *, at: date) -> QuerySet[Structure]:
    """The services of operators whose causes a person reads, in numbers: his own; all of them for who pilots overpayments.

    The pilot of another action reads theirs together in « Indicateurs »: less those of one service, they would tell another’s.
    """
    own = questioned_structures(user, at=at).values("pk")
    territories = desks_of_procedure(user, CaseKind.OVERPAYMENT, at=at).values("territory")
    of_pilots = Q(territory__in=territories, kind__in=OPERATOR_KINDS, is_active=True)
    return Structure.objects.filter(Q(pk__in=own) | of_pilots)


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
    own = Q(by=user, structure__in=_own_structure_ids(user, at=at))
    return SharingRequest.objects.filter(own | Q(structure__in=managed))
