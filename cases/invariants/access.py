"""Who takes part in a case and who is named; what the case repeats for lists."""

from datetime import date

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, Subquery, TextField, Value
from django.db.models.fields.json import KT, KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from cases.invariants.register import Found, columns_differ, invariant
from cases.models import (
    CLAIMANT_KINDS,
    Assignment,
    Case,
    CaseLabel,
    CaseOutcome,
    Deadline,
    JournalEntry,
    Milestone,
    Participation,
    Question,
    Report,
)

WRONG_STATE = Q(is_open=True, case__closed_on__isnull=False) | Q(is_open=False, case__closed_on=None)
"""Of what repeats whether its case is open."""


@invariant("La structure responsable d’un dossier ouvert y participe.", of="dossiers")
def responsible_takes_part(on: date) -> Found:
    part = Participation.objects.filter(case=OuterRef("pk"), structure=OuterRef("responsible_structure"), until=None)
    return Case.objects.filter(~Exists(part), closed_on=None)


@invariant("La structure qui participe comme responsable est celle du dossier.", of="participations")
def lead_is_responsible(on: date) -> Found:
    leads = Participation.objects.filter(until=None, part=Participation.Part.LEAD)
    return leads.exclude(structure=F("case__responsible_structure"))


@invariant("Aucun bailleur ni gestionnaire locatif ne participe à un dossier.", of="participations")
def no_claimant_takes_part(on: date) -> Found:
    return Participation.objects.filter(structure__kind__in=CLAIMANT_KINDS)


@invariant(
    "Chaque participation dit comme son dossier s’il est ouvert et quelle est sa prochaine échéance.",
    of="participations",
)
def access_columns(on: date) -> Found:
    nearest = Deadline.objects.running().filter(case=OuterRef("case")).order_by("safe_date").values("safe_date")[:1]
    rows = Participation.objects.annotate(expected=Subquery(nearest))
    return rows.filter(WRONG_STATE | columns_differ("next_due_on", "expected"))


@invariant("Chaque affectation dit comme son dossier s’il est ouvert.", of="affectations")
def assignments_say_if_open(on: date) -> Found:
    return Assignment.objects.filter(WRONG_STATE)


@invariant("Un dossier clos dit comme le journal qui l’a clos.", of="dossiers")
def case_says_who_closed_it(on: date) -> Found:
    closings = JournalEntry.objects.filter(case=OuterRef("pk"), kind="case.closed").order_by("-happened_at", "-pk")
    cases = Case.objects.annotate(expected=Subquery(closings.values("actor")[:1]))
    said = Q(closed_on=None, closed_by__isnull=False)
    return cases.filter(said | Q(closed_on__isnull=False) & columns_differ("closed_by", "expected"))


@invariant("Aucune échéance ne court sur un dossier clos.", of="échéances")
def closed_case_has_no_deadline(on: date) -> Found:
    return Deadline.objects.waiting().filter(case__closed_on__isnull=False)


@invariant("Un fait né du silence a la date du délai resté sans réponse.", of="faits datés")
def silence_comes_from_a_delay(on: date) -> Found:
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
    return implied.filter(~Exists(missed))


@invariant("Le journal dit qui a été nommé responsable de chaque dossier.", of="affectations")
def assignment_is_told(on: date) -> Found:
    line = JournalEntry.objects.annotate(named=KT("data__user")).filter(
        kind="professional.assigned",
        case=OuterRef("case"),
        structure=OuterRef("structure"),
        named=Cast(OuterRef("user_id"), TextField()),
    )
    return Assignment.objects.filter(~Exists(line), kind=Assignment.Kind.RESPONSIBLE)


@invariant("Un professionnel n’est affecté que dans une structure qui participe au dossier.", of="affectations")
def assigned_structure_takes_part(on: date) -> Found:
    part = Participation.objects.filter(case=OuterRef("case"), structure=OuterRef("structure"), until=None)
    return Assignment.objects.filter(~Exists(part), until=None)


@invariant(
    "Une étiquette posée est en usage, et d’une structure qui participe au dossier.", of="étiquettes de dossiers"
)
def label_of_who_takes_part(on: date) -> Found:
    part = Participation.objects.filter(case=OuterRef("case"), structure=OuterRef("label__structure"), until=None)
    return CaseLabel.objects.filter(~Exists(part) | Q(label__retired_at__isnull=False))


@invariant("Chaque dossier d’impayé vient d’un signalement.", of="dossiers")
def case_has_a_report(on: date) -> Found:
    """The report of a case that was closed as a duplicate may have gone to the other one."""
    cases = Case.objects.filter(~Exists(Report.everything.filter(case=OuterRef("pk"))), kind="arrears")
    return cases.exclude(outcome=CaseOutcome.DUPLICATE)


@invariant(
    "Un organisme participe à un dossier tant qu’une question y attend sa réponse, et pas au-delà.",
    of="participations",
)
def a_thread_has_a_question(on: date) -> Found:
    waiting = Question.objects.filter(
        line__notice__case=OuterRef("case"), structure=OuterRef("structure"), state=Question.State.ASKED
    )
    threads = Participation.objects.filter(until=None, level=Participation.Level.THREAD)
    return threads.filter(~Exists(waiting))


@invariant("Une question en attente porte sur une ligne ouverte, et son service la lit.", of="questions")
def a_waiting_question_is_read(on: date) -> Found:
    """A question that waits is of an open line, and its service takes part in the case."""
    part = Participation.objects.filter(
        case=OuterRef("line__notice__case"), structure=OuterRef("structure"), until=None
    )
    waiting = Question.objects.filter(state=Question.State.ASKED)
    return waiting.filter(~Exists(part) | Q(line__closed_on__isnull=False))
