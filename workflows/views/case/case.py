"""The page of a case: who, next act, until when, who has the ball; then the rest, as far as one may see it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cases import permissions
from cases.acting import Away, away_of
from cases.actions.diagnosis import essentials_missing
from cases.actions.lines import LawOfTheDay
from cases.actions.sharing import MANAGED
from cases.diagnosis.sections import label_of, words_of
from cases.models import (
    Case,
    CaseKind,
    Deadline,
    Diagnostic,
    DiagnosticDevice,
    Document,
    HouseholdMember,
    JournalEntry,
    Milestone,
    Note,
    Participation,
    SharingRequest,
    Structure,
    Tenancy,
    User,
)
from cases.queries import label_words
from cases.templatetags.relais import birth_date, euros, long_date, place_in
from cases.written_once import NO_CASE, read_written
from workflows import engine
from workflows.actions.milestones import OF_THE_PROCEDURE
from workflows.actions.taking_back_acceptances import find_acceptance_to_take_back
from workflows.models import ProposedCompletion
from workflows.queries.account import with_account
from workflows.queries.agenda import CONTACT, any_of_case, of_case
from workflows.queries.case_page import CurrentStep
from workflows.queries.completions import completions_to_answer
from workflows.queries.debt_lines import ShownLine, lines_of
from workflows.queries.questions import of_case as questions_of
from workflows.queries.threshold import legal_position
from workflows.queries.timeline import last_entries
from workflows.queries.tracks import ShownTrack
from workflows.views.arrears.debt import build_movement_rows, describe_statement_gap
from workflows.views.arrears.debt_chart import debt_chart
from workflows.views.arrears.debtors import debtors_panel
from workflows.views.arrears.rent import rent_panel
from workflows.views.arrears.rent_checks import rent_checks_panel
from workflows.views.case.to_ask import build_unanswered_questions
from workflows.views.parts.appointment_lines import AppointmentRow, build_appointment_rows
from workflows.views.parts.case_permissions import CasePermissions
from workflows.views.parts.pages import CasePage
from workflows.views.parts.routing_explanation import explain_earlier_rows, get_winning_criteria
from workflows.views.parts.task_lines import LegalLastDay, find_last_day_before
from workflows.views.parts.timeline import build_timeline

YES_NO = {True: "oui", False: "non", None: ""}
RECENT = 8
"""Acts of the timeline that the page of a case shows; its own page has them all."""


@dataclass(frozen=True, kw_only=True)
class WaitingStep:
    """A waiting step, with what the reader may do about it."""

    title: str
    verb: str
    """What its button says."""
    url: str
    mine: bool
    give_url: str
    owner: User | None
    structure: Structure
    due_on: date | None
    deadline: Deadline | None
    last_on: date | None
    right: LegalLastDay | None
    """What ends before the step is late."""
    since: str
    expected_on: date | None
    away: Away | None


@dataclass(frozen=True, kw_only=True)
class Participant:
    """A structure that takes part, as its panel shows it, with what the reader may do about it."""

    structure: Structure
    part: str
    professional: str
    away: Away | None
    level: str
    since: date
    basis: str
    access_url: str
    name_url: str

    @classmethod
    def from_participation(
        cls, found: Participation, *, case: Case, away: Away | None, may_share: bool, may_name: bool
    ) -> Self:
        address = [case.public_id, found.structure.code]
        is_given = found.part in MANAGED and case.is_open
        return cls(
            structure=found.structure,
            part=found.get_part_display(),
            professional=found.professional or "",  # type: ignore[attr-defined]  # annotated by `CasePageData`
            away=away,
            level=found.level,
            since=found.since,
            basis=found.get_basis_display(),
            access_url=reverse("case_access", args=address) if is_given and may_share else "",
            name_url=reverse("case_professional", args=address) if is_given and may_name else "",
        )


class CaseView(CasePage):
    def read_with(self, cases: QuerySet[Case]) -> QuerySet[Case]:
        """Requests to share and appointments are rare: they are read when there are some."""
        asked = SharingRequest.objects.filter(case=OuterRef("pk"), state=SharingRequest.State.ASKED)
        proposed = ProposedCompletion.objects.filter(case=OuterRef("pk"), state=ProposedCompletion.State.ASKED)
        labelling = permissions.labelling_structure_ids(permissions.rights(self.user, at=self.today))
        return with_account(cases).annotate(
            has_appointments=any_of_case(OuterRef("pk")),
            is_asked_for=Exists(asked),
            is_proposed_to=Exists(proposed),
            label_words=label_words("pk", structures=labelling),
            restricted_at=Subquery(permissions.restrictions_of(OuterRef("household")).values("put_at")[:1]),
        )

    def find_objects(self, request: HttpRequest, **kwargs: object) -> HttpResponse | None:
        """A coordination is read on the page of the person whom it is of."""
        if self.case.kind == CaseKind.COORDINATION:
            return redirect("beneficiary", self.case.public_id)
        return None

    def get(self, request: HttpRequest, **kwargs: object) -> HttpResponse:
        self.may = CasePermissions.for_user(self.user, self.case, at=self.now)
        context = {
            "case": self.case,
            "data": self.data,
            "full": self.full,
            "may": self.may,
            "requests": self.requests(),
            "completions": self.completions(),
            "labels": self.case.label_words,  # type: ignore[attr-defined]  # annotated
            "participants": self.participants(),
            "steps": [self.build_waiting_step(step) for step in self.data.own_steps],
            "lines": self.get_debt_lines(),
            "appointments": self.appointments(),
            **self.get_common_context(),
            **(self.get_full_context() if self.full else self.get_card_context()),
        }
        return render(request, "case/case.html", context)

    def get_debt_lines(self) -> list[ShownLine]:
        """Of an overpayment: each with where it stands, and its own steps and dates."""
        if self.case.kind != CaseKind.OVERPAYMENT:
            return []
        law = LawOfTheDay(on=self.today, territory=self.case.territory)
        shown = lines_of(self.case, law=law, data=self.data)
        questions = questions_of(self.case, law=law) if self.full else {}
        for line in shown:
            line.acts = [self.build_waiting_step(step) for step in line.steps]
            line.questions = questions.get(line.line.pk, [])
        return shown

    def appointments(self) -> list[AppointmentRow]:
        if not self.case.has_appointments:  # type: ignore[attr-defined]  # annotated
            return []
        found = of_case(self.user, self.case, on=self.today)
        waiting = {step.task.case_id: step.task for step in self.data.steps if step.task.node == CONTACT}
        return build_appointment_rows(found, reader=self.user, now=self.now, back="dossier", waiting=waiting)

    def requests(self) -> list[SharingRequest]:
        if not self.case.is_asked_for:  # type: ignore[attr-defined]  # annotated
            return []
        waiting = permissions.requests_to_answer(self.user, at=self.today).filter(case=self.case)
        return list(waiting.select_related("structure", "by", "deadline"))

    def completions(self) -> list[ProposedCompletion]:
        if not self.case.is_proposed_to:  # type: ignore[attr-defined]  # annotated
            return []
        waiting = completions_to_answer(self.user, at=self.today).filter(case=self.case)
        return list(waiting.select_related("structure", "by"))

    def participants(self) -> list[Participant]:
        """All of them for who sees the whole case; else those about which the reader has something to do."""
        named = permissions.rights(self.user, at=self.today).get("view_backlog", frozenset())
        found = [
            Participant.from_participation(
                part,
                case=self.case,
                away=away_of(part),
                may_share=self.may.share,
                may_name=part.structure_id in named,
            )
            for part in self.data.participations
        ]
        return [each for each in found if self.full or each.access_url or each.name_url]

    def build_waiting_step(self, step: CurrentStep) -> WaitingStep:
        task = step.task
        gives = task.structure_id in permissions.rights(self.user, at=self.today).get("view_backlog", ())
        return WaitingStep(
            title=task.full_title,
            verb=task.flow_task.verb,
            url=reverse("step", args=[self.case.public_id, task.public_id]),
            mine=engine.may_act(self.user, task, at=self.now),
            give_url=f"{reverse('give_task', args=[task.public_id])}?retour=dossier" if gives else "",
            owner=task.owner,
            structure=task.structure,
            due_on=task.due_on,
            deadline=step.deadline,
            last_on=step.last_on,
            right=find_last_day_before(task, own=step.last_on or task.due_on, today=self.today),
            since=step.since,
            expected_on=task.expected_on,
            away=away_of(task),
        )

    def get_common_context(self) -> dict[str, object]:
        members = self.data.members if self.full else self.data.adults
        return {
            "members": [self.shown_member(member) for member in members],
            "lease": self.lease(),
            "criteria": get_winning_criteria(self.data.decision),
            "earlier": explain_earlier_rows(self.data.decision),
            "facts": [],
            "to_ask": build_unanswered_questions(self.case, self.data, full=self.full, may_write=self.may.follow_plan),
            "tracks": self.tracks(),
            "acceptance_url": self.acceptance_url(),
        }

    def acceptance_url(self) -> str:
        """Where the acceptance that opened the step is taken back, by who may."""
        for step in self.data.steps if self.case.is_open else ():
            entry = find_acceptance_to_take_back(self.case, step.task, on=self.today)
            if entry and entry.structure_id in self.held.get("handle_case", ()):
                return reverse("act_take_back", args=[self.case.public_id, entry.pk])
        return ""

    def shown_member(self, member: HouseholdMember) -> dict[str, object]:
        url = reverse("person", args=[self.case.public_id, member.beneficiary.public_id])
        return {
            "beneficiary": member.beneficiary,
            "note": _describe_member(member, lease=self.case.tenancy),
            "url": url,
        }

    def tracks(self) -> list[ShownTrack]:
        """The court is part of the card, like the delays that it starts; the aid is not."""
        if self.case.tenancy is None:
            return []
        shown, court = self.data.tracks, self.data.tracks.court
        if not self.full:
            return [court] if court else []
        plans = [progress.plan for progress in self.data.plans]
        return [track for track in (court, shown.aid(plans=plans, report=self.data.report)) if track]

    def lease(self) -> list[tuple[str, str]]:
        tenancy = self.case.tenancy
        if tenancy is None:
            return []
        manager = f", géré par {tenancy.manager}" if tenancy.manager else ""
        landlord = "" if tenancy.landlord_is_unknown else str(tenancy.landlord)
        facts = [
            ("Bailleur", f"{landlord}{manager}"),
            ("Référence", tenancy.reference),
            ("Parc", tenancy.get_housing_display()),
        ]
        if not self.full:
            return facts
        return [
            *facts,
            ("Bail du", long_date(tenancy.lease_date)),
            ("Loyer", euros(tenancy.rent)),
            ("Charges", euros(tenancy.charges)),
            ("Aide au logement", " ".join(filter(None, [tenancy.get_aid_kind_display(), euros(tenancy.aid)]))),
            ("Versée au bailleur", YES_NO[tenancy.direct_payment]),
            ("Caution (garant)", YES_NO[tenancy.guarantor]),
        ]

    def get_full_context(self) -> dict[str, object]:
        words = self.data.words_of_milestones
        pieces = self._read_of_case(_find_documents)
        named = {piece.pk: piece.label for piece in pieces}
        acts = build_timeline(self._read_of_case(_find_entries), milestones=words, pieces=named)
        return {
            "reach": (),
            "recent": acts[:RECENT],
            "has_older": len(acts) > RECENT,
            **(self.of_the_lease() if self.case.tenancy else {}),
            "facts": [_fact(each, words, pieces) for each in self.data.milestones if each.debt_id is None],
            "pieces": pieces,
        }

    def _read_of_case(self, write: Callable[..., QuerySet[Any]]) -> list[Any]:
        return read_written(write, self.user, self.today, self.held, case=self.case)

    def of_the_lease(self) -> dict[str, object]:
        """Its debt, its rent, and what was found and decided about them."""
        return {
            "chart": debt_chart(self.data.statements),
            "movements": build_movement_rows(self.case, self.data.account, may_correct=self.may.follow_plan),
            "gaps": describe_statement_gap(self.case, self.data.account),
            "debtors": debtors_panel(self.case, members=self.data.members, statements=self.data.statements),
            "checks": rent_checks_panel(self.case, self.data.account),
            "rent": rent_panel(
                self.case, hearing_on=self.data.hearing_on, diagnostic=self.shown_diagnostic, on=self.today
            ),
            "position": legal_position(
                self.case,
                on=self.today,
                owed=self.data.account.expected_balance,
                report=self.data.report,
                statements=self.data.statements[::-1],
            ),
            **self.get_diagnosis_context(),
        }

    @property
    def shown_diagnostic(self) -> Diagnostic | None:
        return (self.data.draft_diagnostic if self.may.diagnose else None) or self.data.diagnostic

    def get_diagnosis_context(self) -> dict[str, object]:
        """A draft is shown to who may fill it; the others read the last finished one."""
        draft, finished = self.data.draft_diagnostic if self.may.diagnose else None, self.data.diagnostic
        return {
            "diagnostic": _diagnostic(self.shown_diagnostic),
            "diagnostic_draft": draft,
            "diagnostic_finished": finished,
            "diagnostic_missing": essentials_missing(draft) if draft else [],
        }

    def get_card_context(self) -> dict[str, object]:
        return {
            "notes": self._read_of_case(_find_notes),
            "reach": self._read_of_case(_find_notes_to_reach),
        }


def _find_documents(user: User, today: date, held: permissions.Rights) -> QuerySet[Document]:
    permissions.suppose_rights(user, held, at=today)
    return permissions.visible_documents(user, Case(pk=NO_CASE), at=today)


def _find_entries(user: User, today: date, held: permissions.Rights) -> QuerySet[JournalEntry]:
    permissions.suppose_rights(user, held, at=today)
    case = Case(pk=NO_CASE)
    return last_entries(case, notes=permissions.visible_notes(user, case, at=today))


def _find_notes(user: User, today: date, held: permissions.Rights) -> QuerySet[Note]:
    permissions.suppose_rights(user, held, at=today)
    return permissions.visible_notes(user, Case(pk=NO_CASE), at=today)


def _find_notes_to_reach(user: User, today: date, held: permissions.Rights) -> QuerySet[Note]:
    return permissions.notes_to_reach(user, [NO_CASE], at=today, held=held).select_related("structure")


def _describe_member(member: HouseholdMember, *, lease: Tenancy | None) -> str:
    person = member.beneficiary
    born = {"mme": "née", "m": "né"}.get(person.title, "né·e")
    exactly = "le" if person.birth_date.count("-") == 2 else "en"
    when = f", {born} {exactly} {birth_date(person.birth_date)}" if person.birth_date else ""
    return f"{place_in(member, lease)}{when}"


def _fact(milestone: Milestone, words: dict[str, str], pieces: list[Document]) -> dict[str, object]:
    doubt = "" if milestone.known == Milestone.Known.PROVED else f"date {milestone.get_known_display()}"
    return {
        "on": milestone.happened_on,
        "words": words.get(milestone.kind, milestone.kind),
        "doubt": doubt,
        "kind": milestone.kind,
        "code": milestone.public_id,
        "is_typed": milestone.kind not in OF_THE_PROCEDURE and milestone.debt_id is None,
        "pieces": [piece for piece in pieces if piece.milestone_id == milestone.pk and not piece.is_infected],
    }


def _diagnostic(found: Diagnostic | None) -> list[tuple[str, str]]:
    """The diagnosis in short: what decides comes first."""
    if found is None:
        return []
    devices = dict(DiagnosticDevice.Kind.choices)
    asked = [str(devices.get(kind, kind)) for kind in found.device_kinds]  # type: ignore[attr-defined]  # annotated
    return [
        *((label_of(name), words_of(found, name)) for name in ("rent_resumed", "family", "cause", "resources")),
        *((label_of(name), words_of(found, name)) for name in ("expenses", "other_debts")),
        ("Démarches engagées", ", ".join(asked) or ("aucune" if found.nothing_asked else "")),
        (label_of("wish"), words_of(found, "wish")),
    ]
