"""What must always hold between rows, beyond what constraints can say. Each check finds what breaks it; none mends.

A broken one means that someone wrote beside the acts, or that an act forgot something.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import (
    BigIntegerField,
    Count,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    Value,
)
from django.db.models.fields.json import KT, KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Greatest, Least
from guardian.models import GroupObjectPermission, UserObjectPermission

from cases.actions import place_delays, silent_places
from cases.actions.coordination import PLACES
from cases.actions.deadlines import catalogue_in_force
from cases.actions.merging.relations import relations_to
from cases.models import (
    CLAIMANT_KINDS,
    Assignment,
    Beneficiary,
    Case,
    CaseLabel,
    CaseOutcome,
    Coordination,
    Deadline,
    DebtStatement,
    Household,
    Instalment,
    JournalEntry,
    LedgerEntry,
    Membership,
    Merge,
    Milestone,
    Participation,
    Question,
    Referent,
    RepaymentPlan,
    Report,
    StructureKind,
    User,
    Vacancy,
    Wish,
)
from cases.rules.referents import FROM_TWO
from cases.rules.rights import rights_of, roles_with


@dataclass(frozen=True, kw_only=True)
class Invariant:
    code: str
    sentence: str
    """What must hold, in French."""
    things: str
    """What the ids are ids of."""
    broken: Callable[[date], Iterable[int]]
    """Ids of what breaks it on a day."""


def ids(rows: QuerySet) -> QuerySet:  # type: ignore[type-arg]
    return rows.order_by("pk").values_list("pk", flat=True)


def columns_differ(one: str, other: str) -> Q:
    """Two columns that aren’t equal, or of which only one is known."""
    only_one = Q((f"{one}__isnull", True), (f"{other}__isnull", False)) | Q(
        (f"{one}__isnull", False), (f"{other}__isnull", True)
    )
    return only_one | (Q((f"{one}__isnull", False)) & ~Q((one, F(other))))


def _open_cases_without_their_structure(on: date) -> Iterable[int]:
    part = Participation.objects.filter(case=OuterRef("pk"), structure=OuterRef("responsible_structure"), until=None)
    return ids(Case.objects.filter(~Exists(part), closed_on=None))


def _leads_that_do_not_answer(on: date) -> Iterable[int]:
    leads = Participation.objects.filter(until=None, part=Participation.Part.LEAD)
    return ids(leads.exclude(structure=F("case__responsible_structure")))


def _claimants_that_take_part(on: date) -> Iterable[int]:
    return ids(Participation.objects.filter(structure__kind__in=CLAIMANT_KINDS))


def _access_columns_out_of_step(on: date) -> Iterable[int]:
    nearest = Deadline.objects.running().filter(case=OuterRef("case")).order_by("safe_date").values("safe_date")[:1]
    rows = Participation.objects.annotate(expected=Subquery(nearest))
    wrong_state = Q(is_open=True, case__closed_on__isnull=False) | Q(is_open=False, case__closed_on=None)
    return ids(rows.filter(wrong_state | columns_differ("next_due_on", "expected")))


def _deadlines_of_closed_cases(on: date) -> Iterable[int]:
    return ids(Deadline.objects.waiting().filter(case__closed_on__isnull=False))


def _silences_that_nothing_made(on: date) -> Iterable[int]:
    """What silence decided stands beside the delay that expired, on its last day, for the same debt."""
    of_whom = Coalesce("debt", Value(0), output_field=BigIntegerField())
    missed = Deadline.objects.annotate(of_whom=of_whom, silence=KeyTextTransform("silence", "rule__condition")).filter(
        case=OuterRef("case"),
        of_whom=OuterRef("of_whom"),
        silence=OuterRef("kind"),
        legal_date=OuterRef("happened_on"),
        state=Deadline.State.MISSED,
    )
    implied = Milestone.objects.filter(known=Milestone.Known.IMPLIED, replaced_by=None).annotate(of_whom=of_whom)
    return ids(implied.filter(~Exists(missed)))


def _assignments_never_told(on: date) -> Iterable[int]:
    line = JournalEntry.objects.annotate(named=KT("data__user")).filter(
        kind="professional.assigned",
        case=OuterRef("case"),
        structure=OuterRef("structure"),
        named=Cast(OuterRef("user_id"), TextField()),
    )
    return ids(Assignment.objects.filter(~Exists(line), kind=Assignment.Kind.RESPONSIBLE))


def _assignments_without_part(on: date) -> Iterable[int]:
    part = Participation.objects.filter(case=OuterRef("case"), structure=OuterRef("structure"), until=None)
    return ids(Assignment.objects.filter(~Exists(part), until=None))


def _labels_out_of_place(on: date) -> Iterable[int]:
    part = Participation.objects.filter(case=OuterRef("case"), structure=OuterRef("label__structure"), until=None)
    return ids(CaseLabel.objects.filter(~Exists(part) | Q(label__retired_at__isnull=False)))


def _cases_without_report(on: date) -> Iterable[int]:
    """The report of a case that was closed as a duplicate may have gone to the other one."""
    cases = Case.objects.filter(~Exists(Report.everything.filter(case=OuterRef("pk"))), kind="arrears")
    return ids(cases.exclude(outcome=CaseOutcome.DUPLICATE))


def _plans_that_do_not_add_up(on: date) -> Iterable[int]:
    total = Instalment.objects.filter(plan=OuterRef("pk")).order_by().values("plan").annotate(sum=Sum("amount"))
    plans = RepaymentPlan.objects.annotate(total=Subquery(total.values("sum")))
    return ids(plans.filter(columns_differ("amount", "total")))


def _instalments_out_of_order(on: date) -> Iterable[int]:
    plans = RepaymentPlan.objects.annotate(
        number=Count("instalments"),
        first=Min("instalments__number"),
        last=Max("instalments__number"),
        first_due=Min("instalments__due_on"),
    )
    return ids(plans.exclude(first=1, last=F("number"), first_due=F("first_due_on")))


NOTHING = Value(Decimal(0))


def _corrections_that_do_not_cancel(on: date) -> Iterable[int]:
    corrections = LedgerEntry.objects.filter(kind=LedgerEntry.Kind.CORRECTION).annotate(
        opposite=F("corrects__amount") * Value(Decimal(-1))
    )
    wrong = ~Q(amount=F("opposite")) | ~Q(on=F("corrects__on")) | ~Q(debt=F("corrects__debt"))
    return ids(corrections.filter(wrong | columns_differ("plan", "corrects__plan")))


def _movements_beyond_the_debt(on: date) -> Iterable[int]:
    return ids(LedgerEntry.objects.filter(amount__gt=F("owed_before")))


def _instalments_out_of_step_with_the_ledger(on: date) -> Iterable[int]:
    """Payments pay a plan’s instalments up to its amount; what others take charge of beyond their share, up to what
    is left."""
    received = Instalment.objects.filter(plan=OuterRef("pk")).order_by().values("plan")
    kinds = LedgerEntry.Kind
    plans = RepaymentPlan.objects.annotate(
        payments=Greatest(_sum_of_movements(kinds.PAYMENT), NOTHING),
        relief=Greatest(_sum_of_movements(kinds.FSL) - F("fsl_share"), NOTHING)
        + Greatest(_sum_of_movements(kinds.AID) - F("aid_share"), NOTHING)
        + _sum_of_movements(kinds.WAIVER),
        paid=Subquery(received.annotate(sum=Sum("paid")).values("sum")),
        relieved=Subquery(received.annotate(sum=Sum("relieved")).values("sum")),
    )
    return ids(
        plans.exclude(
            paid=Least("amount", "payments"),
            relieved=Least(F("amount") - F("paid"), F("relief")),
        )
    )


def _sum_of_movements(kind: str) -> Coalesce:
    """What the movements of that kind make for a plan, their corrections included."""
    kinds = LedgerEntry.objects.annotate(of_kind=Coalesce("corrects__kind", "kind"))
    chosen = kinds.filter(plan=OuterRef("pk"), of_kind=kind)
    return Coalesce(Subquery(chosen.order_by().values("plan").annotate(sum=Sum("amount")).values("sum")), NOTHING)


def _statements_of_someone_else(on: date) -> Iterable[int]:
    """A rent debt is owed by the household of its tenancy."""
    return ids(
        DebtStatement.objects.exclude(debt__tenancy=None).exclude(debt__household=F("debt__tenancy__household"))
    )


def _users_out_of_step_with_groups(on: date) -> Iterable[int]:
    """A group is held as long as a membership gives it, and none is held that no membership gives any more."""
    current = Membership.objects.filter(Q(until=None) | Q(until__gte=on))
    lacking = current.filter(until=None).exclude(
        Exists(User.groups.through.objects.filter(user=OuterRef("user"), group=OuterRef("group")))
    )
    held = User.groups.through.objects.filter(
        ~Exists(current.filter(user=OuterRef("user"), group=OuterRef("group"))), group__memberships__isnull=False
    )
    return sorted({*lacking.values_list("user", flat=True), *held.values_list("user", flat=True)})


def _groups_out_of_step_with_policy(on: date) -> Iterable[int]:
    """Each group carries, on its structure and on nothing else, the rights of its role."""
    held: dict[int, set[tuple[str, str]]] = {}
    for group, right, structure in GroupObjectPermission.objects.values_list(
        "group", "permission__codename", "object_pk"
    ):
        held.setdefault(group, set()).add((right, structure))
    groups = (
        Membership.objects.order_by("group").values_list("group", "role", "structure__kind", "structure").distinct()
    )
    return [
        group
        for group, role, kind, structure in groups
        if held.get(group, set()) != {(right, str(structure)) for right in rights_of(role, kind)}
    ]


def _rights_given_to_a_person(on: date) -> Iterable[int]:
    return UserObjectPermission.objects.order_by("user").values_list("user", flat=True).distinct()


def _still_pointed_to(model: type[Beneficiary] | type[Household]) -> Callable[[date], Iterable[int]]:
    def find_broken_rows(on: date) -> Iterable[int]:
        absorbed = model.objects.exclude(merged_into=None).values("pk")
        found: set[int] = set()
        for relation in relations_to(model):
            found.update(
                relation.every_row.filter(**{f"{relation.field}__in": absorbed}).values_list(
                    f"{relation.field}_id", flat=True
                )
            )
        return sorted(found)

    return find_broken_rows


def _merged_in_a_circle(model: type[Beneficiary] | type[Household]) -> Callable[[date], Iterable[int]]:
    def find_broken_rows(on: date) -> Iterable[int]:
        into = dict(model.objects.exclude(merged_into=None).values_list("pk", "merged_into"))
        return sorted(pk for pk in into if _comes_back(pk, into))

    return find_broken_rows


def _comes_back(start: int, into: dict[int, int | None]) -> bool:
    seen: set[int] = set()
    pk: int | None = start
    while pk is not None and pk not in seen:
        seen.add(pk)
        pk = into.get(pk)
    return pk == start


def _merged_without_a_merge(kind: str, model: type[Beneficiary] | type[Household]) -> Callable[[date], Iterable[int]]:
    """A record says what it has become as long as its merge stands, and no longer."""

    def find_broken_rows(on: date) -> Iterable[int]:
        told = dict(
            Merge.objects.filter(undone_at=None)
            .exclude(**{f"absorbed_{kind}": None})
            .values_list(f"absorbed_{kind}", f"kept_{kind}")
        )
        into = dict(model.objects.exclude(merged_into=None).values_list("pk", "merged_into"))
        return sorted(pk for pk in told.keys() | into.keys() if told.get(pk) != into.get(pk))

    return find_broken_rows


def _threads_without_question(on: date) -> Iterable[int]:
    waiting = Question.objects.filter(
        line__notice__case=OuterRef("case"), structure=OuterRef("structure"), state=Question.State.ASKED
    )
    threads = Participation.objects.filter(until=None, level=Participation.Level.THREAD)
    return ids(threads.filter(~Exists(waiting)))


def _questions_that_nobody_can_read(on: date) -> Iterable[int]:
    """A question that waits is of an open line, and its service takes part in the case."""
    part = Participation.objects.filter(
        case=OuterRef("line__notice__case"), structure=OuterRef("structure"), until=None
    )
    waiting = Question.objects.filter(state=Question.State.ASKED)
    return ids(waiting.filter(~Exists(part) | Q(line__closed_on__isnull=False)))


def _people_silently_vacant(on: date) -> Iterable[int]:
    """Each place of a structure in an open coordination is held, offered to somebody, or said to be vacant."""
    same = {"case": OuterRef("case"), "structure": OuterRef("structure")}
    places = Participation.objects.filter(case__kind="coordination", case__closed_on=None, until=None, part__in=PLACES)
    held = Exists(Referent.objects.current().filter(**same))
    offered = Exists(Referent.objects.proposed().filter(**same))
    vacant = Exists(Vacancy.objects.open().filter(**same))
    return ids(places.filter(~held, ~offered, ~vacant))


def _places_vacant_and_held(on: date) -> Iterable[int]:
    same = {"case": OuterRef("case"), "structure": OuterRef("structure")}
    vacant = Vacancy.objects.open()
    held = vacant.filter(Exists(Referent.objects.current().filter(**same)))
    coordinated = vacant.filter(Exists(Coordination.objects.current().filter(case=OuterRef("case"))), structure=None)
    return ids(held | coordinated | vacant.filter(case__closed_on__isnull=False))


def _vacancies_without_a_delay(on: date) -> Iterable[int]:
    """What is vacant has its delay, running or missed, as long as the edition in force has a rule for it; what is not
    has none that waits."""
    vacancies = Vacancy.objects.annotate(desk=Coalesce("structure", "case__responsible_structure"))
    broken: set[int] = set()
    for fact, of_structure in ((place_delays.VACANT, True), (place_delays.COORDINATION_VACANT, False)):
        own = vacancies.filter(structure__isnull=not of_structure)
        same = Deadline.objects.filter(case=OuterRef("case"), structure=OuterRef("desk"), rule__start=fact)
        begun = same.filter(started_on=OuterRef("since"))
        silent = own.open().filter(~Exists(begun.filter(state__in=[*Deadline.WAITING, Deadline.State.MISSED])))
        if catalogue_in_force(on=on, start=fact).rules:
            broken.update(ids(silent))
        still = own.open().filter(case=OuterRef("case"), structure=OuterRef("structure") if of_structure else None)
        ended = own.exclude(closed_on=None).filter(Exists(same.waiting()), ~Exists(still))
        broken.update(ids(ended))
    return sorted(broken)


def _referents_without_a_delay_of_acts(on: date) -> Iterable[int]:
    """One delay of acts runs, or was missed, while a référent is in place."""
    own = Deadline.objects.filter(case=OuterRef("case"), structure=OuterRef("structure"), rule__start=place_delays.ACT)
    counted = own.filter(state__in=[*Deadline.WAITING, Deadline.State.MISSED], started_on__gte=OuterRef("since"))
    if not catalogue_in_force(on=on, start=place_delays.ACT).rules:
        return []
    return ids(Referent.objects.current().filter(~Exists(counted)))


def _coordination_silently_vacant(on: date) -> Iterable[int]:
    """From two structures on, and unless she objects: somebody coordinates, or the place is said to be vacant."""
    held = Referent.objects.current().filter(case=OuterRef("pk")).order_by().values("case")
    cases = Case.objects.filter(kind="coordination", closed_on=None).annotate(
        structures=Coalesce(Subquery(held.annotate(number=Count("pk")).values("number")), 0)
    )
    objected = Exists(Wish.objects.filter(case=OuterRef("pk"), kind=Wish.Kind.OBJECTION, lifted_on=None))
    coordinated = Exists(Coordination.objects.current().filter(case=OuterRef("pk")))
    vacant = Exists(Vacancy.objects.open().filter(case=OuterRef("pk"), structure=None))
    return ids(cases.filter(~objected, ~coordinated, ~vacant, structures__gte=FROM_TWO))


def _coordinators_that_are_no_referent(on: date) -> Iterable[int]:
    return ids(Coordination.objects.current().exclude(referent__state__in=Referent.HOLDING))


def _coordinated_against_her_will(on: date) -> Iterable[int]:
    objected = Wish.objects.filter(case=OuterRef("case"), kind=Wish.Kind.OBJECTION, lifted_on=None)
    return ids(Coordination.objects.current().filter(Exists(objected)))


def _referents_without_the_right(on: date) -> Iterable[int]:
    """Of a structure in which they work, with the right to be one. Those who left today are returned by the next tick."""
    works = Membership.objects.filter(
        Q(until=None) | Q(until__gte=on), user=OuterRef("user"), structure=OuterRef("structure"), user__is_active=True
    )
    allowed = Q(pk__in=[])
    for kind in StructureKind.values:
        allowed |= Q(structure__kind=kind, role__in=roles_with("be_referent", kind))
    return ids(Referent.objects.current().filter(~Exists(works.filter(allowed))))


def _referents_without_their_rights(on: date) -> Iterable[int]:
    """Whoever follows a person is assigned to her case for his structure."""
    assigned = Assignment.objects.filter(
        case=OuterRef("case"), structure=OuterRef("structure"), user=OuterRef("user"), kind="responsible", until=None
    )
    return ids(Referent.objects.current().filter(~Exists(assigned)))


def _rights_without_a_referent(on: date) -> Iterable[int]:
    """No right on a coordination before acceptance, nor after the end."""
    holds = Referent.objects.current().filter(
        case=OuterRef("case"), structure=OuterRef("structure"), user=OuterRef("user")
    )
    named = Assignment.objects.filter(kind="responsible", until=None, case__kind="coordination", case__closed_on=None)
    return ids(named.filter(~Exists(holds)))


def _referents_ended_without_following(on: date) -> Iterable[int]:
    """A successor, a reason for none, or a vacancy that was opened the same day or held by another proposal."""
    ended = Referent.objects.filter(state=Referent.State.ENDED, successor=None, without_successor="")
    same = {"case": OuterRef("case"), "structure": OuterRef("structure")}
    vacant = Vacancy.objects.filter(**same, since__gte=OuterRef("until"))
    offered = Referent.objects.filter(**same, pk__gt=OuterRef("pk"))
    return ids(ended.filter(~Exists(vacant), ~Exists(offered)))


def _referents_of_someone_else(on: date) -> Iterable[int]:
    return ids(Referent.objects.exclude(beneficiary=F("case__beneficiary")))


INVARIANTS = (
    Invariant(
        code="a_thread_has_a_question",
        sentence="Un organisme participe à un dossier tant qu’une question y attend sa réponse, et pas au-delà.",
        things="participations",
        broken=_threads_without_question,
    ),
    Invariant(
        code="a_waiting_question_is_read",
        sentence="Une question en attente porte sur une ligne ouverte, et son service la lit.",
        things="questions",
        broken=_questions_that_nobody_can_read,
    ),
    Invariant(
        code="never_silently_vacant",
        sentence="Chaque place de référent est tenue, proposée, ou dite vacante.",
        things="participations",
        broken=_people_silently_vacant,
    ),
    Invariant(
        code="vacant_or_held",
        sentence="Une place dite vacante n’est tenue par personne, et son dossier est ouvert.",
        things="places vacantes",
        broken=_places_vacant_and_held,
    ),
    Invariant(
        code="followed_has_a_referent",
        sentence="Qui est pris en charge par une structure qui nomme des référents y a un référent, une proposition ou une vacance.",
        things="dossiers",
        broken=lambda on: ids(silent_places.find_silent_cases()),
    ),
    Invariant(
        code="vacancy_has_its_delay",
        sentence="Une place vacante a son délai, qui finit avec elle.",
        things="places vacantes",
        broken=_vacancies_without_a_delay,
    ),
    Invariant(
        code="referent_has_his_delay",
        sentence="Le délai d’inactivité de chaque référent en place court, ou a été dépassé.",
        things="référents",
        broken=_referents_without_a_delay_of_acts,
    ),
    Invariant(
        code="coordination_is_never_silently_vacant",
        sentence="Dès deux structures, et sauf opposition, quelqu’un coordonne ou la place est dite vacante.",
        things="dossiers",
        broken=_coordination_silently_vacant,
    ),
    Invariant(
        code="coordinator_is_a_referent",
        sentence="Un coordinateur est un référent en place de la personne.",
        things="coordinations",
        broken=_coordinators_that_are_no_referent,
    ),
    Invariant(
        code="nobody_is_coordinated_against_her_will",
        sentence="Une opposition met fin à la coordination.",
        things="coordinations",
        broken=_coordinated_against_her_will,
    ),
    Invariant(
        code="referent_works_there",
        sentence="Un référent travaille dans sa structure et peut y être référent.",
        things="référents",
        broken=_referents_without_the_right,
    ),
    Invariant(
        code="referent_has_his_rights",
        sentence="Chaque référent est affecté au dossier de coordination de la personne.",
        things="référents",
        broken=_referents_without_their_rights,
    ),
    Invariant(
        code="rights_have_a_referent",
        sentence="Personne n’est affecté à une coordination sans en être un référent.",
        things="affectations",
        broken=_rights_without_a_referent,
    ),
    Invariant(
        code="referent_is_followed",
        sentence="Un référent qui s’en va a un successeur, une place vacante, ou la raison de ne pas en avoir.",
        things="référents",
        broken=_referents_ended_without_following,
    ),
    Invariant(
        code="referent_of_the_person",
        sentence="Un référent est celui de la personne dont le dossier de coordination est le sien.",
        things="référents",
        broken=_referents_of_someone_else,
    ),
    Invariant(
        code="silence_comes_from_a_delay",
        sentence="Un fait né du silence a la date du délai resté sans réponse.",
        things="faits datés",
        broken=_silences_that_nothing_made,
    ),
    Invariant(
        code="responsible_takes_part",
        sentence="La structure responsable d’un dossier ouvert y participe.",
        things="dossiers",
        broken=_open_cases_without_their_structure,
    ),
    Invariant(
        code="lead_is_responsible",
        sentence="La structure qui participe comme responsable est celle du dossier.",
        things="participations",
        broken=_leads_that_do_not_answer,
    ),
    Invariant(
        code="no_claimant_takes_part",
        sentence="Aucun bailleur ni gestionnaire locatif ne participe à un dossier.",
        things="participations",
        broken=_claimants_that_take_part,
    ),
    Invariant(
        code="access_columns",
        sentence="Chaque participation dit comme son dossier s’il est ouvert et quelle est sa prochaine échéance.",
        things="participations",
        broken=_access_columns_out_of_step,
    ),
    Invariant(
        code="closed_case_has_no_deadline",
        sentence="Aucune échéance ne court sur un dossier clos.",
        things="échéances",
        broken=_deadlines_of_closed_cases,
    ),
    Invariant(
        code="assignment_is_told",
        sentence="Le journal dit qui a été nommé responsable de chaque dossier.",
        things="affectations",
        broken=_assignments_never_told,
    ),
    Invariant(
        code="assigned_structure_takes_part",
        sentence="Un professionnel n’est affecté que dans une structure qui participe au dossier.",
        things="affectations",
        broken=_assignments_without_part,
    ),
    Invariant(
        code="label_of_who_takes_part",
        sentence="Une étiquette posée est en usage, et d’une structure qui participe au dossier.",
        things="étiquettes de dossiers",
        broken=_labels_out_of_place,
    ),
    Invariant(
        code="case_has_a_report",
        sentence="Chaque dossier d’impayé vient d’un signalement.",
        things="dossiers",
        broken=_cases_without_report,
    ),
    Invariant(
        code="plan_adds_up",
        sentence="Les mensualités d’un plan font, au centime près, le montant à apurer.",
        things="plans",
        broken=_plans_that_do_not_add_up,
    ),
    Invariant(
        code="instalments_in_order",
        sentence="Les mensualités d’un plan se suivent depuis le numéro 1, à partir de la première échéance.",
        things="plans",
        broken=_instalments_out_of_order,
    ),
    Invariant(
        code="corrections_cancel",
        sentence="La correction d’un mouvement en est le contraire exact : même dette, même jour, même plan.",
        things="mouvements",
        broken=_corrections_that_do_not_cancel,
    ),
    Invariant(
        code="no_payment_beyond_debt",
        sentence="Aucun mouvement ne dépasse ce qui restait dû quand il a été enregistré.",
        things="mouvements",
        broken=_movements_beyond_the_debt,
    ),
    Invariant(
        code="instalments_follow_ledger",
        sentence="Ce que les mensualités d’un plan ont reçu est ce que les mouvements de la dette disent.",
        things="plans",
        broken=_instalments_out_of_step_with_the_ledger,
    ),
    Invariant(
        code="debt_of_the_household",
        sentence="Une dette de loyer est celle du ménage qui tient le bail.",
        things="relevés",
        broken=_statements_of_someone_else,
    ),
    Invariant(
        code="groups_follow_memberships",
        sentence="Chaque professionnel est dans les groupes de droits de ses rattachements, et dans aucun autre.",
        things="professionnels",
        broken=_users_out_of_step_with_groups,
    ),
    Invariant(
        code="groups_follow_policy",
        sentence="Chaque groupe porte les droits de son rôle, sur sa structure seulement.",
        things="groupes",
        broken=_groups_out_of_step_with_policy,
    ),
    Invariant(
        code="no_right_of_its_own",
        sentence="Aucun droit n’est donné à une personne en propre.",
        things="professionnels",
        broken=_rights_given_to_a_person,
    ),
    Invariant(
        code="merged_person_is_alone",
        sentence="Rien ne se rattache à une fiche réunie à une autre.",
        things="bénéficiaires",
        broken=_still_pointed_to(Beneficiary),
    ),
    Invariant(
        code="merged_household_is_alone",
        sentence="Rien ne se rattache à un ménage réuni à un autre.",
        things="ménages",
        broken=_still_pointed_to(Household),
    ),
    Invariant(
        code="merged_people_end_somewhere",
        sentence="De fusion en fusion, une fiche mène à une fiche qui demeure.",
        things="bénéficiaires",
        broken=_merged_in_a_circle(Beneficiary),
    ),
    Invariant(
        code="merged_households_end_somewhere",
        sentence="De fusion en fusion, un ménage mène à un ménage qui demeure.",
        things="ménages",
        broken=_merged_in_a_circle(Household),
    ),
    Invariant(
        code="merged_person_as_told",
        sentence="Une fiche est réunie à une autre tant que sa fusion n’est pas défaite.",
        things="bénéficiaires",
        broken=_merged_without_a_merge("person", Beneficiary),
    ),
    Invariant(
        code="merged_household_as_told",
        sentence="Un ménage est réuni à un autre tant que sa fusion n’est pas défaite.",
        things="ménages",
        broken=_merged_without_a_merge("household", Household),
    ),
)
