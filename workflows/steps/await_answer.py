"""Attendre la réponse ou le silence: what the operator answers moves the line, and starts the next delay."""

from datetime import date
from decimal import Decimal
from typing import ClassVar, NotRequired, TypedDict

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate

from cases import journal
from cases.actions import deadlines, milestones, notices
from cases.actions.lines import SETTLED, LawOfTheDay, find_taken_off, lower_debt
from cases.forms import DayField, MoneyField, UnfoldingForm, UnfoldingRadio
from cases.models import Deadline, DebtLine, JournalEntry, LedgerEntry, Structure, User
from cases.rules.french import money
from workflows.models import CaseProcess, CaseTask
from workflows.steps import way_facts
from workflows.steps.base import StepForm, choice_field
from workflows.steps.line import LineStep, keep_fact, law_of, line_of, refuse_before
from workflows.steps.refusal import StepRefused
from workflows.steps.same_sum import same_sum_field

GRANTED, PARTLY, REFUSED, SILENT = "granted", "partly", "refused", "silent"
ANSWERS = [
    (GRANTED, "Accord : tout ce qui était demandé"),
    (PARTLY, "Accord partiel"),
    (REFUSED, "Rejet"),
    (SILENT, "Aucune réponse : le silence vaut rejet"),
]
JUDGED = frozenset({"court", "court_directly", "late_court"})
KEEPS_DEBT = frozenset({"schedule"})
"""Granted, they leave the debt as it is."""
LOWERS = {"waiver": LedgerEntry.Kind.REMITTED, "waiver_recourse": LedgerEntry.Kind.REMITTED}
"""What an agreement takes off the debt, by way; else it is cancelled."""


LEFT = "left_awaiting"
"""Of a process whose debt was settled: the ways whose answer matters no more, with their titles, apart from what other ways
write meanwhile. The debt may be owed again."""


def leave_awaited(process: CaseProcess) -> None:
    """Nothing is left of the line: no answer matters."""
    titles = process.answer("titles") or {}
    left = {way: titles.get(way, way) for way in process.answer("awaits") or []}
    process.data |= {"awaits": [], LEFT: {**(process.answer(LEFT) or {}), **left}}


def await_again(process: CaseProcess) -> bool:
    """The line is owed again: what was left is awaited, beside what has left since. Returns whether anything was."""
    left = process.data.pop(LEFT, {})
    process.data["awaits"] = list({**left, **dict.fromkeys(process.answer("awaits") or [])})
    process.data["titles"] = {**(process.answer("titles") or {}), **left}
    return bool(left)


class AwaitAnswerForm(StepForm, UnfoldingForm):
    unfolds: ClassVar = {"answer": {PARTLY: ("amount", "noted")}}

    way = forms.ChoiceField(label="Réponse à")
    answer = forms.ChoiceField(label="Ce que dit l’organisme", choices=ANSWERS, widget=UnfoldingRadio)
    received_on = DayField(label="Réponse reçue le", help_text="Le délai suivant compte de ce jour.", required=False)
    amount = MoneyField(label="Somme annulée ou remise", required=False)

    def prepare_fields(self) -> None:
        awaited = self.task.process.answer("awaits") or []
        titles = self.task.process.answer("titles") or {}
        choice_field(self, "way").choices = [(code, titles.get(code, code)) for code in awaited]
        if len(awaited) == 1:
            self.fields["way"].initial = awaited[0]
        line, law = line_of(self.task), law_of(self.task, on=localdate())
        asked_on = min((_asked_on(self.task, way, line=line, law=law) for way in awaited), default=localdate())
        if known := find_taken_off(line.debt_id, since=asked_on).last():
            self.fields["noted"] = same_sum_field(
                f"Depuis la demande : {money(known.amount)} au {known.on:%d/%m/%Y} ({known.get_kind_display()})."
            )

    def clean(self) -> None:
        cleaned = self.cleaned_data
        answer, on = cleaned.get("answer"), cleaned.get("received_on")
        if answer and answer != SILENT and not on and "received_on" not in self.errors:
            self.add_error("received_on", ValidationError("Saisir le jour de réception : le délai suivant en dépend."))
        if on and on > localdate():
            self.add_error("received_on", ValidationError("Cette date est à venir : saisir ce qui a eu lieu."))
        if answer == GRANTED and cleaned.get("amount"):
            self.add_error(
                "amount", ValidationError("Une somme est saisie : choisir « Accord partiel », ou la vider.")
            )
        if answer == PARTLY and not cleaned.get("amount") and "amount" not in self.errors:
            self.add_error("amount", ValidationError("Saisir la somme que l’organisme annule ou remet."))


class AwaitedAnswers(TypedDict):
    """What an operator answered to one of the ways."""

    way: str
    answer: str
    received_on: NotRequired[date]
    """Absent where the law reads the operator’s silence as its answer."""
    amount: NotRequired[Decimal | None]
    noted: NotRequired[str]
    """Of a partial one: is its sum one that is deducted already (`cases.actions.lines.SAME`)?"""


class AwaitAnswer(LineStep[AwaitedAnswers]):
    right = "answer_question"
    stand_in_right = "handle_case"
    watches = ("person", "operator", "commission", "department")
    fact = "operator_answer_asked"
    form_class = AwaitAnswerForm
    may_expire = True
    help = "L’organisme a la balle. Noter sa réponse le jour où elle arrive ; sans elle, le silence vaut rejet à l’échéance."

    def assigned_structure(self, process: CaseProcess) -> Structure:
        """The operator; before a judge, nobody of the partnership has the ball but who follows the case."""
        if JUDGED & set(process.answer("awaits") or []):
            return process.case.responsible_structure
        return DebtLine.objects.select_related("notice__creditor").get(debt=process.debt_id).notice.creditor

    def assigned_professional(self, process: CaseProcess) -> User | None:
        return super().assigned_professional(process) if JUDGED & set(process.answer("awaits") or []) else None

    def told_by_silence(self, task: CaseTask, fact: str) -> AwaitedAnswers | None:
        for way in task.process.answer("awaits") or []:
            if way_facts.FACTS.get(way, way_facts.WayFacts()).silent == fact:
                return {"way": way, "answer": SILENT}
        return None

    def stays_open(self, task: CaseTask, data: AwaitedAnswers) -> bool:
        """Another way still waits for its answer."""
        return bool(task.process.answer("awaits"))

    def carry_out(self, task: CaseTask, data: AwaitedAnswers) -> JournalEntry:
        turn, way = task.process.turn, data["way"]
        if way not in task.process.answer("awaits"):
            raise StepRefused("La réponse à cette demande est déjà enregistrée.", field="way")
        entry = journal.record(
            "line.answered" if data["answer"] != SILENT else "line.unanswered",
            at=turn.at,
            case=task.case,
            by=turn.by,
            structure=task.case.responsible_structure,
            line=line_of(task).pk,
            way=way,
            answer=data["answer"],
        )
        self._keep_answer(task, way, data, entry)
        left = [each for each in task.process.answer("awaits") if each != way]
        task.process.data["awaits"] = left
        if not notices.balance_of(task.process.debt):
            leave_awaited(task.process)
        task.process.data["answered"] = self._overall_answer(task, way, data["answer"])
        return entry

    def _overall_answer(self, task: CaseTask, way: str, answer: str) -> str:
        """Of several demands, one that is granted settles the line; a schedule has to be signed, and followed."""
        if task.process.answer("answered") == GRANTED:
            return GRANTED
        return PARTLY if answer == GRANTED and way in KEEPS_DEBT else answer

    def _keep_answer(self, task: CaseTask, way: str, data: AwaitedAnswers, entry: JournalEntry) -> None:
        facts = way_facts.facts_of(way, mediates=law_of(task).has_mediator_first(line_of(task)))
        if data["answer"] == SILENT:
            self._record_silence(task, facts, entry)
            return
        received = data["received_on"]
        refuse_before(
            task, facts.sent, received, what="Cette réponse", since="la demande, envoyée", field="received_on"
        )
        # What is granted in part is refused for the rest: the delay of the next way runs for it.
        kind = facts.granted if data["answer"] == GRANTED else facts.refused
        keep_fact(task, kind, received, is_proved=True, cause=entry)
        if data["answer"] in (GRANTED, PARTLY) and way not in KEEPS_DEBT:
            self._lower_debt(task, data, on=received, entry=entry)

    def _record_silence(self, task: CaseTask, facts: way_facts.WayFacts, entry: JournalEntry) -> None:
        """Nobody need say it: the day after the last one, the sweep says it itself (`workflows.sweep`). It means only what
        the rule of its delay says: nothing, where the law was not read."""
        turn = task.process.turn
        of_line = Deadline.objects.filter(case=task.case_id, debt=task.process.debt_id)
        last = (
            of_line.filter(rule__start=facts.received or facts.sent)
            .exclude(state=Deadline.State.CANCELLED)
            .select_related("case", "rule", "structure")
            .order_by("-legal_date")
            .first()
        )
        if last and last.legal_date >= localdate(turn.at):
            raise StepRefused(
                f"L’organisme peut répondre jusqu’au {last.legal_date:%d/%m/%Y} : son silence ne vaut rejet qu’ensuite.",
                field="answer",
            )
        if last is None or not facts.silent or last.rule.silence != facts.silent:
            return
        is_known = milestones.current_milestone(task.case, facts.silent, debt=task.process.debt) is not None
        if is_known or last.state not in (Deadline.State.RUNNING, Deadline.State.MISSED):
            return
        if last.state == Deadline.State.RUNNING:  # silence meets no delay: what undoes it makes this one run again
            deadlines.miss(last, at=turn.at, cause=entry)
        keep_fact(task, facts.silent, last.legal_date, is_proved=False, is_implied=True, cause=entry)

    def _lower_debt(self, task: CaseTask, data: AwaitedAnswers, *, on: date, entry: JournalEntry) -> None:
        """What was granted is taken off: a part, or all that is left."""
        turn, line = task.process.turn, line_of(task)
        is_settled = lower_debt(
            line,
            kind=LOWERS.get(data["way"], LedgerEntry.Kind.CANCELLED),
            amount=data.get("amount") if data["answer"] == PARTLY else None,
            asked_on=_asked_on(task, data["way"], line=line, law=law_of(task)),
            noted=data.get("noted") or "",
            on=on,
            structure=task.case.responsible_structure,
            by=turn.by,
            at=turn.at,
            cause=entry,
        )
        if is_settled:
            keep_fact(task, SETTLED, on, is_proved=True, cause=entry)


def _asked_on(task: CaseTask, way: str, *, line: DebtLine, law: LawOfTheDay) -> date:
    """The day on which this way was taken; when nobody knows it, that of the letter that it answers."""
    facts = way_facts.facts_of(way, mediates=law.has_mediator_first(line))
    sent = milestones.current_milestone(task.case, facts.sent, debt=task.process.debt)
    return sent.happened_on if sent else line.notice.letter_date
