"""Who is told of each act: for every kind of the journal that is told, on one office, the first names of all who are.

Several rows of a kind tell apart what its words distinguish. The office is made once for the module; each test writes its
line in it, and takes it back.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import transaction

from cases import journal
from cases.actions import documents, invitations, nominations, partners, questions
from cases.actions.case import assign_professional
from cases.actions.notices import NoticeReception
from cases.models import (
    AccessRequest,
    Assignment,
    Case,
    Coordination,
    Deadline,
    Document,
    JournalEntry,
    Membership,
    Question,
    Referent,
    RetentionRun,
    Structure,
    Tenancy,
    User,
)
from cases.rules.notices import TypedLine
from notifications.models import Reminder, ReminderRule
from notifications.told import TOLD as TOLD_KINDS, find_audience
from tests import factories, uploads
from tests.factories import NOON
from tests.journeys import scene
from tests.workflows.walk import Walk
from workflows.actions import absences, referents
from workflows.actions.overpayment import open_with_notice
from workflows.models import CaseTask

TODAY = NOON.date()
MEMBERS = {
    "caf-91": {"Nadia": "agent", "Julien": "agent", "Rokia": "agent", "Paul": "manager", "Ida": "administrator"},
    "mds-grigny": {"Hugo": "agent", "Sam": "agent", "Rose": "manager"},
    "ccas-grigny": {"Léa": "agent", "Omar": "manager"},
    "caf-91-pilotage": {"Inès": "pilot", "Anne": "administrator", "Bruno": "administrator", "Yves": "dpo"},
    "ville-grigny": {"Maud": "pilot"},
    "cd91-rsa": {"Denis": "pilot", "Carla": "manager"},
    "gestionnaire-b": {"Marc": "correspondent", "Gina": "manager"},
    "bailleur-a": {"Garance": "correspondent"},
    "caf-91-recouvrement": {"Iris": "correspondent", "Tom": "agent"},
}
"""Nadia has every case but one, `away`: it is that of Rokia, whom Julien replaces today."""


@dataclass
class Office:
    people: dict[str, User] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    """`asked`: the CAF is asked; `contact`: Nadia must call; `shared`: the MDS helps, where Hugo has it; `arbitrated`
    and `disputed`: arrears and an overpayment that wait for a pilot; `claimed`: an overpayment of which the CAF is asked
    something; `followed`: Nadia and Hugo are référents, she coordinates; `to_choose`: the same two, and nobody does;
    `proposed`: Julien is asked to follow the person."""
    absence: Any = None
    """Of Rokia, whom Julien replaces."""
    question: Any = None
    invitation: Any = None
    nomination: Any = None
    document: Any = None
    """Added by Hugo."""

    def pk(self, name: str) -> int:
        return self.people[name].pk


def made() -> Office:
    office = Office()
    for code, members in MEMBERS.items():
        for name, role in members.items():
            office.people[name] = factories.member(
                code, role, first_name=name, email=f"{len(office.people)}@example.org"
            )
    nadia, hugo, paul = (office.people[name] for name in ("Nadia", "Hugo", "Paul"))
    office.cases = {
        "asked": scene.reported(),
        "contact": scene.case_at("contact", worker=nadia).case,
        "shared": scene.case_at("diagnose", worker=nadia).case,
        "away": scene.case_at("contact", worker=office.people["Rokia"]).case,
        "arbitrated": scene.to_arbitrate(by=paul).case,
        "disputed": disputed(nadia),
        "followed": scene.coordinated(worker=nadia, helper=hugo),
        "to_choose": scene.to_coordinate(worker=nadia, helper=hugo),
        "proposed": scene.asked_to_follow(worker=office.people["Julien"]).case,
        "claimed": scene.overpaid(worker=nadia),
    }
    shared = office.cases["shared"]
    mds = factories.structure("mds-grigny")
    partners.add(case=shared, structure=mds, level="full", basis="SH-1", by=nadia, at=NOON)
    assign_professional(case=shared, user=hugo, structure=mds, at=NOON, by=nadia)
    office.question = scene.asked(office.cases["claimed"], "rsa", by=nadia)
    office.absence = absences.declare(
        user=office.people["Rokia"],
        structure=factories.structure("caf-91"),
        since=TODAY,
        last_day=date(2026, 12, 4),
        substitutes=[office.people["Julien"]],
        by=paul,
        at=NOON,
    )
    office.invitation = invitations.offer(
        user=office.people["Léa"], called="Léa", structure=mds, role="agent", by=office.people["Rose"], at=NOON
    )
    office.nomination = nominations.nominate(
        structure=factories.structure("caf-91-pilotage"),
        email=office.people["Yves"].email,
        first_name="Yves",
        last_name="Marchal",
        role="administrator",
        by=office.people["Anne"],
        at=NOON,
    )
    office.document = documents.add(
        case=shared,
        content=uploads.pdf(),
        kind=Document.Kind.RESOURCES,
        received_on=TODAY,
        visibility="shared",
        structure=mds,
        by=hugo,
        at=NOON,
    )
    # Those whom the situations needed beside them.
    User.objects.filter(first_name="Camille").update(is_active=False)
    return office


def disputed(nadia: User) -> Case:
    """Nobody takes this overpayment: the pilot of action 13 decides."""
    case = open_with_notice(
        household=factories.household(),
        operator="caf",
        letter_date=date(2026, 11, 9),
        received=NoticeReception(on=date(2026, 11, 12), how="post"),
        lines=[TypedLine(benefit="apl", amount=Decimal("412.00"))],
        structure=factories.structure("caf-91"),
        by=nadia,
        at=NOON,
        informed_by="interview",
    )
    walk = Walk(case)
    walk.take("check_notice", by=nadia, routes_stated="partly", lacks=["reason"])
    while structure := walk.waiting_for.get("answer"):
        walk.take("answer", by=factories.member(structure, "manager"), accept=False, reason="no_capacity")
    assert walk.waiting_for == {"arbitrate": "ville-grigny"}
    return case


@pytest.fixture(scope="module")
def office(django_db_setup: None, django_db_blocker: Any) -> Iterator[Office]:
    with django_db_blocker.unblock(), time_machine.travel(NOON, tick=False), transaction.atomic():
        yield made()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _takes_back_what_it_writes(office: Office) -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the journal, and the first names of those who are told."""

    to: str
    case: str = ""
    of: str = "caf-91"
    by: str = ""
    data: Callable[[Office], dict[str, Any]] = lambda office: {}
    cause: Callable[[Office], JournalEntry | None] = lambda office: None
    first: Callable[[Office], Any] = lambda office: None


def say(office: Office, kind: str, line: Line) -> set[str]:
    line.first(office)
    entry = journal.record(
        kind,
        at=NOON,
        case=Case.objects.get(pk=office.cases[line.case].pk) if line.case else None,
        by=office.people[line.by] if line.by else None,
        structure=factories.structure(line.of) if line.of else None,
        cause=line.cause(office),
        **line.data(office),
    )
    return set(find_audience(entry, on=TODAY).values_list("first_name", flat=True))


def whole(kind: str) -> Callable[[Office], JournalEntry]:
    """An act that is told as a whole, of which the line is a part."""
    return lambda office: journal.record(kind, at=NOON, structure=factories.structure("caf-91"))


def desk(**changed: Any) -> Callable[[Office], Any]:
    """The pilots’ desk is no longer what it was."""
    return lambda office: Structure.objects.filter(code="caf-91-pilotage").update(**changed)


def managed_by(code: str) -> Callable[[Office], Any]:
    return lambda office: Tenancy.objects.filter(cases=office.cases["contact"]).update(
        manager=factories.structure(code)
    )


def hugo_ended(on: date, reason: str) -> Callable[[Office], Any]:
    """His place beside Nadia ended on that day."""
    return lambda office: Referent.objects.filter(case=office.cases["followed"], user=office.people["Hugo"]).update(
        state="ended", since=date(2026, 11, 2), until=on, end_reason=reason
    )


def julien_is_asked(office: Office) -> None:
    """To take over from Nadia."""
    held = Referent.objects.get(case=office.cases["followed"], user=office.people["Nadia"])
    julien, nadia = office.people["Julien"], office.people["Nadia"]
    referents.propose(beneficiary=held.beneficiary, structure=held.structure, user=julien, by=nadia, at=NOON)


def nobody_has(case: str) -> Callable[[Office], Any]:
    """Whoever had the case gave it back, and nobody was named since."""
    return lambda office: Assignment.objects.filter(case=office.cases[case]).update(until=TODAY)


def nobody_stands_in(office: Office) -> None:
    """Julien, who stood in for Rokia, worked here until the day before."""
    Membership.objects.filter(user=office.people["Julien"]).update(until=TODAY - timedelta(days=1))


def with_nobody(office: Office) -> dict[str, Any]:
    """United with the record of somebody whom nobody follows yet."""
    return {"other": office.cases["proposed"].pk}


def names(**who: str) -> Callable[[Office], dict[str, Any]]:
    return lambda office: {key: office.pk(name) for key, name in who.items()}


def deadline(case: str, **only: Any) -> Callable[[Office], dict[str, Any]]:
    """The last delay of a case, or the last of those that are so."""
    return lambda office: {"deadline": Deadline.objects.filter(case=office.cases[case], **only).latest("pk").pk}


def reminder(office: Office, case: str, *, of: date = TODAY, escalates: bool = False) -> dict[str, Any]:
    """That a person is to be called, since the day on which the step began to wait."""
    task = CaseTask.objects.open().get(case=office.cases[case], node="contact")
    said = {"rule": ReminderRule.objects.get(code="R-CONTACT"), "task": task, "rank": 0, "escalates": escalates}
    return {"reminder": Reminder.objects.create(due_on=of, day=TODAY, made_at=NOON, **said).pk}


def of_question(office: Office) -> dict[str, Any]:
    """That the operator’s service is to answer."""
    asked = office.question.deadlines.get(rule__code="T-QUESTION")
    rule = ReminderRule.objects.get(code="R-QUESTION")
    said = {"rule": rule, "deadline": asked, "due_on": asked.started_on, "day": TODAY, "rank": 0, "made_at": NOON}
    return {"reminder": Reminder.objects.create(**said).pk, "deadline": asked.pk}


def away(office: Office) -> dict[str, Any]:
    return {"user": office.pk("Rokia"), "absence": office.absence.pk}


def invitation(office: Office) -> dict[str, Any]:
    return {"invitation": office.invitation.pk}


def access_request(office: "Office") -> dict[str, Any]:
    asked, _ = AccessRequest.objects.get_or_create(
        sub="inconnue", defaults={"siret": "21910286000018", "email": "i@example.org", "asked_at": NOON}
    )
    return {"request": asked.pk}


def nomination(office: Office) -> dict[str, Any]:
    return {"nomination": office.nomination.pk}


def listed(office: Office) -> dict[str, Any]:
    run, _ = RetentionRun.objects.get_or_create(
        territory="grigny", as_of=TODAY, asked_by=office.people["Yves"], asked_at=NOON
    )
    return {"run": run.pk}


def question(office: Office) -> dict[str, Any]:
    return {"question": office.question.pk}


def part(name: str) -> Callable[[Office], dict[str, Any]]:
    return lambda office: {"part": name}


def attempt(channel: str) -> Callable[[Office], dict[str, Any]]:
    return lambda office: {"channel": channel}


def recorded_by(kind: str) -> Callable[[Office], JournalEntry]:
    """A dated fact that such an act brought."""
    return lambda office: journal.record(
        "milestone.recorded", at=NOON, case=office.cases["contact"], cause=journal.record(kind, at=NOON)
    )


TOLD: dict[str, list[Line]] = {
    "step.routed": [
        Line(case="asked", data=lambda office: {"decision": 0}, to="Julien Nadia Paul"),
        Line(case="asked", data=lambda office: {"decision": 0}, by="Paul", to="Julien Nadia"),
        Line(case="asked", data=lambda office: {"decision": 0}, cause=whole("lot.answered"), to=""),
    ],
    "step.acceptance_taken_back": [
        Line(case="asked", by="Paul", to="Julien Nadia"),
        Line(case="asked", by="Paul", cause=whole("lot.taken_back"), to=""),
    ],
    "lot.received": [Line(to="Julien Nadia Paul")],
    "step.declined": [
        Line(case="contact", of="mds-grigny", by="Rose", to="Nadia"),
        Line(case="shared", of="ccas-grigny", by="Omar", to="Nadia"),  # and not Hugo, of the structure that helps
        Line(case="asked", to=""),
    ],
    "step.time_asked": [
        Line(case="contact", of="mds-grigny", to="Nadia"),
        Line(case="arbitrated", of="mds-grigny", to="Inès"),
    ],
    "step.unanswered": [
        Line(case="arbitrated", to="Inès"),
        Line(case="contact", to=""),
        Line(case="disputed", to="Maud"),
        Line(case="arbitrated", first=desk(is_active=False), to=""),
        Line(
            case="arbitrated", first=lambda office: factories.move_to_territory("caf-91-pilotage", name="Evry"), to=""
        ),
    ],
    "step.arbitrated": [
        Line(case="contact", of="caf-91-pilotage", by="Inès", to="Nadia"),
        Line(
            case="contact",
            of="caf-91-pilotage",
            by="Inès",
            first=lambda office: User.objects.filter(first_name="Nadia").update(is_active=False),
            to="",
        ),
    ],
    "task.escalated": [
        Line(case="asked", to="Paul"),
        Line(case="arbitrated", of="caf-91-pilotage", to="Inès"),
        Line(case="asked", of="ccas-grigny", to=""),
    ],
    "reminder.due": [
        Line(case="contact", data=lambda office: reminder(office, "contact"), to="Nadia"),
        Line(case="contact", data=lambda office: reminder(office, "contact", escalates=True), to="Paul"),
        Line(case="contact", data=lambda office: reminder(office, "contact", of=date(2026, 11, 23)), to=""),
        Line(case="away", data=lambda office: reminder(office, "away"), to="Julien"),
        Line(case="away", data=lambda office: reminder(office, "away"), first=nobody_stands_in, to="Paul"),
        Line(case="claimed", of="caf-91-recouvrement", data=of_question, to="Iris"),
        Line(
            case="claimed",
            of="caf-91-recouvrement",
            data=of_question,
            first=lambda office: Question.objects.update(state="withdrawn", ended_at=NOON),
            to="",
        ),
        Line(
            case="contact",
            data=lambda office: reminder(office, "contact"),
            first=lambda office: Case.objects.filter(pk=office.cases["contact"].pk).update(
                closed_on=TODAY, outcome="cleared"
            ),
            to="",
        ),
    ],
    "task.given": [
        Line(case="shared", of="mds-grigny", by="Rose", data=names(to="Hugo"), to="Hugo"),
        Line(case="shared", of="mds-grigny", by="Rose", data=names(to="Sam"), to=""),
        Line(case="shared", of="mds-grigny", data=names(to="Hugo"), cause=whole("tasks.given"), to=""),
        Line(case="asked", by="Paul", data=names(to="Rokia"), to="Rokia"),  # Julien replaces her on another case
        Line(case="away", by="Rokia", data=names(to="Paul"), to="Paul"),
    ],
    "tasks.given": [
        Line(by="Paul", data=lambda office: {"to": [office.pk("Julien"), office.pk("Nadia")]}, to="Julien Nadia")
    ],
    "tasks.taken_back": [Line(by="Paul", data=lambda office: {"to": [office.pk("Julien")]}, to="Julien")],
    "lot.taken_back": [
        Line(by="Paul", data=lambda office: {"to": [office.pk("Nadia")]}, to="Nadia"),
        Line(by="Paul", data=lambda office: {"to": [office.pk("Rokia")]}, to="Julien Rokia"),
    ],
    "task.reminded": [Line(case="contact", by="Paul", data=names(to="Nadia"), to="Nadia")],
    "professional.assigned": [
        Line(case="contact", by="Paul", data=names(user="Nadia"), to="Nadia"),
        Line(case="away", by="Paul", data=names(user="Rokia"), to="Julien Rokia"),
        Line(case="contact", data=names(user="Nadia"), cause=whole("case.handed_over"), to=""),
        Line(case="contact", data=names(user="Nadia"), cause=whole("work.returned"), to=""),
        Line(case="contact", data=names(user="Nadia"), cause=whole("sharing.accepted"), to=""),
        Line(case="contact", data=names(user="Nadia"), cause=recorded_by("case.handed_over"), to=""),
    ],
    "professional.released": [Line(case="contact", by="Paul", data=names(user="Sam"), to="Sam")],
    "cases.handed_over": [
        Line(by="Paul", data=names(to="Nadia", user="Sam"), to="Nadia"),
        Line(by="Paul", data=names(to="Rokia"), to="Julien Rokia"),
        Line(by="Paul", of="mds-grigny", data=names(to="Rokia"), to="Rokia"),
    ],
    "absence.declared": [Line(by="Paul", data=names(user="Rokia"), to="Rokia")],
    "absence.changed": [Line(by="Paul", data=away, to="Julien Rokia")],
    "absence.ended": [Line(by="Rokia", data=away, to="Julien")],
    "absence.cancelled": [Line(by="Rokia", data=away, to="Julien")],
    "absence.covered": [Line(by="Paul", data=names(user="Rokia", to="Julien"), to="Julien")],
    "absence.uncovered": [Line(by="Rokia", data=names(user="Rokia"), to="Paul")],
    "capacity.suspended": [Line(by="Paul", to="Inès Maud")],
    "capacity.changed": [Line(by="Paul", to="Inès Maud")],
    "capacity.resumed": [Line(by="Paul", to="Inès Maud")],
    "departure.prepared": [
        Line(by="Nadia", data=names(user="Nadia"), to="Paul"),
        Line(by="Paul", data=names(user="Nadia"), to=""),
    ],
    "work.returned": [Line(data=names(user="Nadia"), to="Paul"), Line(of="mds-grigny", by="Rose", to="")],
    "membership.started": [
        Line(by="Paul", data=names(user="Léa"), to="Léa"),
        Line(data=names(user="Léa"), to=""),
        Line(by="Paul", data=names(user="Léa"), cause=whole("membership.changed"), to=""),
    ],
    "membership.ended": [
        Line(by="Paul", data=names(user="Léa"), to="Léa"),
        Line(data=names(user="Léa"), to=""),
    ],
    "membership.changed": [Line(by="Paul", data=names(user="Nadia"), to="Nadia")],
    "membership.prolonged": [Line(by="Paul", data=names(user="Nadia"), to="Nadia")],
    "address.failing": [
        Line(data=names(user="Nadia"), to="Ida Paul"),
        Line(data=names(user="Paul"), to="Ida"),
    ],
    "invitation.sent": [
        Line(of="mds-grigny", by="Rose", data=invitation, to="Léa"),
        Line(
            of="mds-grigny",
            by="Rose",
            data=invitation,
            first=lambda office: invitations.withdraw(invitation=office.invitation, by=office.people["Rose"], at=NOON),
            to="",
        ),
        Line(of="mds-grigny", by="Rose", data=lambda office: {"invitation": 0}, to=""),
    ],
    "proconnect.bound": [
        Line(of="caf-91-pilotage", data=lambda office: {"user": office.people["Nadia"].pk}, to="Nadia"),
    ],
    "proconnect.asked": [
        Line(of="caf-91-pilotage", data=access_request, to="Anne Bruno Ida"),
        Line(of="caf-91-pilotage", data=lambda office: {"request": 0}, to=""),
    ],
    "retention.near": [Line(data=lambda office: {"households": [1], "count": 1}, to="Paul Yves")],
    "retention.proposed": [
        Line(of="caf-91-pilotage", by="Yves", data=listed, to="Anne Bruno Ida"),
        Line(of="caf-91-pilotage", by="Yves", data=lambda office: {"run": 0}, to=""),
    ],
    "nomination.asked": [
        Line(of="caf-91-pilotage", by="Anne", data=nomination, to="Bruno Ida"),
        Line(
            of="caf-91-pilotage",
            by="Anne",
            data=nomination,
            first=lambda office: nominations.withdraw(nomination=office.nomination, by=office.people["Anne"], at=NOON),
            to="",
        ),
        Line(of="caf-91-pilotage", by="Anne", data=lambda office: {"nomination": 0}, to=""),
        Line(of="mds-grigny", by="Anne", data=nomination, to=""),
    ],
    "members.to_review": [
        Line(of="caf-91", to="Ida Paul"),
        Line(of="mds-grigny", to="Rose"),
    ],
    "opening.opened": [Line(by="Anne", to="Bruno Ida Yves"), Line(by="Yves", to="Anne Bruno Ida")],
    "opening.closed": [Line(by="Anne", to="Bruno Ida Yves")],
    "factors.reset": [
        Line(data=names(user="Nadia"), to="Anne Bruno Ida Nadia Yves"),
        Line(data=names(user="Yves"), to="Anne Bruno Ida Yves"),
    ],
    "plan.proposed": [
        Line(case="contact", by="Nadia", to="Gina Marc"),
        Line(case="contact", by="Nadia", first=managed_by("bailleur-a"), to="Garance"),
        Line(case="claimed", by="Nadia", to=""),
    ],
    "plan.answered": [Line(case="contact", of="gestionnaire-b", by="Marc", to="Nadia")],
    "debt.cleared": [
        Line(case="contact", of="gestionnaire-b", by="Marc", to="Nadia"),
        Line(case="away", of="gestionnaire-b", by="Marc", to="Julien Rokia"),
        Line(
            case="contact",
            of="gestionnaire-b",
            by="Marc",
            # He sees it, and answers for another one.
            first=lambda office: assign_professional(
                case=office.cases["shared"],
                user=office.people["Paul"],
                structure=factories.structure("caf-91"),
                by=None,
                at=NOON,
            ),
            to="Nadia",
        ),
    ],
    "referent.proposed": [
        Line(case="proposed", by="Paul", data=names(user="Julien"), to="Julien"),
        Line(case="proposed", by="Paul", data=names(user="Julien"), cause=whole("referents.handed_over"), to=""),
    ],
    "referent.declined": [
        Line(case="followed", by="Nadia", to="Paul"),
        Line(case="followed", of="mds-grigny", to="Rose"),
    ],
    "referent.change_asked": [Line(case="followed", of="mds-grigny", by="Hugo", to="Rose")],
    "referents.handed_over": [Line(by="Paul", data=lambda office: {"to": [office.pk("Julien")]}, to="Julien")],
    "referents.taken_back": [Line(by="Paul", data=lambda office: {"to": [office.pk("Julien")]}, to="Julien")],
    "coordination.united": [
        Line(case="followed", by="Paul", data=lambda office: {"other": office.cases["proposed"].pk}, to="Hugo Nadia"),
        Line(case="proposed", by="Paul", data=lambda office: {"other": office.cases["followed"].pk}, to="Hugo Nadia"),
        Line(case="proposed", by="Paul", data=lambda office: {"other": office.cases["proposed"].pk}, to=""),
        Line(case="followed", data=with_nobody, first=hugo_ended(date(2026, 11, 24), "merged"), to="Hugo Nadia"),
        Line(case="followed", data=with_nobody, first=hugo_ended(date(2026, 11, 23), "merged"), to="Nadia"),
        Line(case="followed", data=with_nobody, first=hugo_ended(date(2026, 11, 24), "moved"), to="Nadia"),
    ],
    "place.opposed": [
        Line(case="followed", of="mds-grigny", by="Yves", data=names(user="Hugo"), to="Hugo"),
        Line(case="followed", of="mds-grigny", by="Yves", data=lambda office: {"user": None}, to=""),
    ],
    "place.vacant": [
        Line(case="followed", of="mds-grigny", to="Rose"),
        Line(case="followed", of="", to="Paul Rose"),
        Line(case="to_choose", of="", to="Carla Denis Paul Rose"),
    ],
    "coordinator.proposed": [Line(case="followed", of="mds-grigny", by="Denis", data=names(user="Hugo"), to="Hugo")],
    "coordinator.declined": [Line(case="followed", of="mds-grigny", by="Hugo", to="Rose")],
    "coordinator.to_choose": [
        Line(case="to_choose", of="cd91-rsa", to="Denis"),
        Line(case="followed", of="cd91-rsa", to=""),
    ],
    "coordination.objected": [Line(case="followed", by="Nadia", to="Paul")],
    "tenancy.ended": [Line(case="contact", of="gestionnaire-b", by="Marc", to="Nadia")],
    "deadline.missed": [
        Line(case="contact", data=deadline("contact"), to="Nadia"),
        Line(case="away", data=deadline("away"), to="Julien Rokia"),
        # Nobody is there to do it: the managers, unless the delay ends by an act, of which they are told.
        Line(case="contact", data=deadline("contact", rule__act=""), first=nobody_has("contact"), to="Paul"),
        Line(case="away", data=deadline("away", rule__act=""), first=nobody_stands_in, to="Paul Rokia"),
        Line(case="contact", data=deadline("contact", rule__code="P-ANSWER-END"), first=nobody_has("contact"), to=""),
        # Nor the desk, which names nobody, of each of the cases that wait there.
        Line(case="arbitrated", data=deadline("contact", rule__act=""), to=""),
        Line(
            case="contact",
            data=deadline("contact"),
            first=lambda office: Question.objects.update(asked_by=office.people["Paul"]),
            to="Nadia",
        ),
        Line(
            case="claimed",
            of="caf-91-recouvrement",
            data=lambda office: {"deadline": office.question.deadlines.latest("pk").pk},
            first=lambda office: Question.objects.update(asked_by=office.people["Paul"]),
            to="Nadia Paul",
        ),
        # Of a person who is followed: of a place, who fills it; of the coordination, who was asked; else whoever follows.
        Line(case="to_choose", data=deadline("to_choose", rule__code="REF-VACANCY-COORDINATOR"), to="Denis Paul"),
        Line(case="to_choose", of="cd91-rsa", data=deadline("to_choose", rule__code="REF-CHOOSE"), to="Denis"),
        Line(case="proposed", data=deadline("proposed", rule__code="REF-ANSWER"), to="Julien"),
        Line(case="followed", data=deadline("followed", rule__code="REF-AGREE"), to="Nadia"),
        Line(
            case="followed",
            data=deadline("followed", rule__code="REF-AGREE"),
            first=lambda office: Coordination.objects.update(state="proposed", since=None),
            to="Nadia",
        ),
        Line(
            case="followed",
            data=deadline("followed", rule__code="REF-AGREE"),
            first=lambda office: Coordination.objects.update(state="declined", since=None),
            to="",
        ),
        Line(case="to_choose", data=deadline("followed", rule__code="REF-AGREE"), to=""),
        Line(case="followed", data=deadline("followed", rule__code="REF-REVIEW"), to="Nadia"),
        Line(case="followed", of="mds-grigny", data=deadline("followed", rule__code="REF-REVIEW"), to="Hugo"),
        # Whoever is proposed has his own answer to give, and reads nothing of what his predecessor had to do.
        Line(case="followed", data=deadline("followed", rule__code="REF-REVIEW"), first=julien_is_asked, to="Nadia"),
        Line(case="followed", data=deadline("followed", rule__code="REF-INACTIVE"), first=julien_is_asked, to="Nadia"),
        Line(
            case="followed",
            data=deadline("followed", rule__code="REF-HANDOVER"),
            first=julien_is_asked,
            to="Julien Nadia",
        ),
    ],
    "deadline.unanswered": [
        Line(case="claimed", data=deadline("claimed"), to="Nadia"),
        Line(case="claimed", data=deadline("claimed"), first=nobody_has("claimed"), to="Paul"),
    ],
    "document.added": [
        Line(case="shared", of="mds-grigny", by="Hugo", data=lambda office: {"visibility": "shared"}, to="Nadia"),
        Line(case="shared", of="mds-grigny", by="Hugo", data=lambda office: {"visibility": "internal"}, to=""),
    ],
    "document.infected": [
        Line(case="shared", of="mds-grigny", data=lambda office: {"document": office.document.pk}, to="Hugo")
    ],
    "sharing.asked": [
        Line(case="contact", of="ccas-grigny", by="Léa", to="Nadia"),
        Line(case="arbitrated", of="ccas-grigny", by="Léa", to="Inès"),
        Line(
            case="contact",
            of="ccas-grigny",
            by="Léa",
            first=lambda office: Assignment.objects.filter(case=office.cases["contact"]).update(until=TODAY),
            to="Paul",
        ),
    ],
    "sharing.accepted": [
        Line(case="shared", of="mds-grigny", by="Nadia", data=names(to="Hugo"), to="Hugo"),
        Line(case="shared", of="mds-grigny", by="Nadia", data=names(to="Léa"), to=""),
    ],
    "sharing.declined": [Line(case="contact", of="ccas-grigny", by="Nadia", data=names(to="Léa"), to="Léa")],
    "completion.proposed": [
        Line(case="contact", of="ccas-grigny", by="Léa", to="Nadia"),
        Line(case="arbitrated", of="ccas-grigny", by="Léa", to="Inès"),
    ],
    "completion.accepted": [Line(case="contact", by="Nadia", data=names(to="Léa"), to="Léa")],
    "completion.declined": [Line(case="contact", by="Nadia", data=names(to="Léa"), to="Léa")],
    "person.rectified": [Line(case="contact", of="caf-91-pilotage", by="Yves", to="Nadia")],
    "processing.restricted": [Line(case="contact", of="caf-91-pilotage", by="Yves", to="Nadia")],
    "processing.resumed": [Line(case="contact", of="caf-91-pilotage", by="Yves", to="Nadia")],
    "sharing.objected": [Line(case="shared", of="mds-grigny", by="Yves", to="Nadia")],
    "sharing.objected_kept": [Line(case="shared", of="mds-grigny", by="Yves", to="Nadia")],
    "sharing.started": [
        Line(case="shared", of="mds-grigny", by="Nadia", data=part("support"), to="Rose"),
        Line(case="shared", of="mds-grigny", by="Nadia", data=part("asked"), to=""),
        Line(case="shared", of="mds-grigny", by="Nadia", data=part("support"), cause=whole("lot.answered"), to=""),
    ],
    "sharing.changed": [Line(case="shared", of="mds-grigny", by="Nadia", data=part("support"), to="Rose")],
    "sharing.ended": [
        Line(case="shared", of="ccas-grigny", by="Nadia", data=part("support"), to="Omar"),
        Line(case="shared", of="ccas-grigny", by="Nadia", data=part("lead"), to=""),
    ],
    "case.reopened": [Line(case="contact", by="Paul", to="Nadia")],
    "person.merged": [Line(case="contact", of="mds-grigny", by="Rose", to="Nadia")],
    "person.unmerged": [Line(case="contact", of="mds-grigny", by="Rose", to="Nadia")],
    "household.merged": [
        Line(case="contact", of="mds-grigny", by="Rose", to="Nadia"),
        Line(case="contact", of="mds-grigny", by="Rose", cause=whole("person.merged"), to=""),
        Line(case="contact", of="mds-grigny", by="Rose", cause=whole("lot.answered"), to="Nadia"),
    ],
    "household.unmerged": [Line(case="contact", of="mds-grigny", by="Rose", to="Nadia")],
    "case.made_urgent": [
        Line(case="asked", of="gestionnaire-b", to="Julien Nadia Paul Rokia"),
        Line(case="contact", of="gestionnaire-b", to="Nadia"),
    ],
    "contact.attempted": [
        Line(case="contact", of="ccas-grigny", by="Léa", data=attempt("desk"), to="Nadia"),
        Line(case="contact", of="ccas-grigny", by="Léa", data=attempt("phone"), to=""),
        Line(case="contact", of="caf-91", by="Julien", data=attempt("desk"), to=""),
    ],
    "appointment.made": [Line(case="contact", by="Paul", data=names(user="Nadia"), to="Nadia")],
    "appointment.given": [
        Line(case="contact", by="Paul", data=names(user="Nadia"), to="Nadia"),
        Line(case="contact", by="Paul", data=names(user="Nadia"), cause=whole("professional.assigned"), to=""),
        Line(case="contact", data=names(user="Nadia"), cause=recorded_by("professional.assigned"), to=""),
        Line(case="contact", by="Paul", data=names(user="Nadia"), cause=whole("case.handed_over"), to=""),
    ],
    "appointment.moved": [Line(case="contact", by="Paul", data=names(user="Nadia"), to="Nadia")],
    "appointment.cancelled": [Line(case="contact", by="Paul", data=names(user="Sam"), to="Sam")],
    "track.moved": [
        Line(case="contact", of="gestionnaire-b", by="Marc", to="Nadia Paul"),
        Line(case="contact", of="gestionnaire-b", by="Marc", cause=recorded_by("order.announced"), to=""),
        Line(case="contact", of="gestionnaire-b", by="Marc", cause=recorded_by("statement.recorded"), to="Nadia Paul"),
    ],
    "order.announced": [Line(case="contact", of="gestionnaire-b", by="Marc", to="Nadia Paul")],
    "order.called_off": [Line(case="contact", of="gestionnaire-b", by="Marc", to="Nadia Paul")],
    "court_act.declared": [
        Line(case="contact", of="gestionnaire-b", by="Marc", to="Nadia Paul"),
        Line(case="asked", of="gestionnaire-b", by="Marc", to="Inès Julien Nadia Paul Rokia"),
    ],
    "routing.reviewed": [Line(case="asked", of="ccas-grigny", by="Inès", to="Léa Omar")],
    "case.rerouted": [Line(case="asked", of="ccas-grigny", by="Inès", to="Léa Omar")],
    "case.put_back": [Line(case="asked", of="ccas-grigny", by="Inès", to="Léa Omar")],
    "question.asked": [
        Line(case="claimed", of="caf-91-recouvrement", by="Nadia", data=question, to="Iris"),
        Line(
            case="claimed",
            of="caf-91-recouvrement",
            by="Nadia",
            data=question,
            first=lambda office: questions.withdraw(question=office.question, by=office.people["Nadia"], at=NOON),
            to="",
        ),
        Line(case="claimed", of="caf-91-recouvrement", by="Nadia", data=lambda office: {"question": 0}, to=""),
    ],
    "question.answered": [
        Line(case="claimed", of="caf-91-recouvrement", by="Iris", data=names(to="Paul"), to="Nadia Paul")
    ],
    "question.answer_noted": [
        Line(case="claimed", of="caf-91-recouvrement", by="Rose", data=names(to="Paul"), to="Nadia Paul"),
        Line(case="claimed", of="caf-91-recouvrement", by="Nadia", data=names(to="Paul"), to="Paul"),
    ],
    "emergency.opened": [Line(case="contact", of="mds-grigny", by="Hugo", to="Rose Yves")],
    "search.bounded": [
        Line(of="caf-91", by="Nadia", to="Yves"),
        Line(of="mds-grigny", by="Hugo", to=""),
    ],
    "cause.alerted": [Line(of="caf-91-recouvrement", to="Iris Maud")],
    "law.amount_due": [Line(of="ville-grigny", to="Maud")],
}


@pytest.mark.parametrize(
    ("kind", "line"),
    [pytest.param(kind, line, id=f"{kind}-{line.case}-{line.to}") for kind in TOLD for line in TOLD[kind]],
)
def test_an_act_is_told_to_those_whom_it_concerns_and_to_nobody_else(office: Office, kind: str, line: Line):
    assert " ".join(sorted(say(office, kind, line))) == line.to


def test_every_told_kind_is_here():
    assert TOLD.keys() == TOLD_KINDS.keys()
