"""Anything may follow anything on the lines of an overpayment: the sums hold, and nothing waits for nobody."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from cases.actions.lines import LawOfTheDay, facts_of
from cases.actions.notices import NoticeReception, balance_of
from cases.invariants import INVARIANTS as OF_CASES
from cases.models import Case, DebtLine, LedgerEntry, User
from cases.refusals import Refusal
from cases.rules.notices import TypedLine
from tests import factories
from tests.factories import PARIS
from tests.workflows.walk import Walk
from workflows import engine
from workflows.actions import lines, milestones
from workflows.actions.overpayment import open_with_notice
from workflows.invariants import INVARIANTS as OF_WORKFLOWS
from workflows.models import CaseTask
from workflows.steps import way_facts
from workflows.steps.choose_way import offered_ways, standing_of
from workflows.sweep import sweep_deadlines

FIRST = datetime(2026, 11, 3, 10, 0, tzinfo=PARIS)
CAME = ("formal_notice_received", "constraint_served", "withholding_stopped", "completion_asked", "request_completed")


class Play:
    """A case of two lines, and the day on which it stands."""

    def __init__(self) -> None:
        self.at = FIRST
        self.by: User = factories.member("mds-grigny", "manager")
        home = factories.household()
        factories.know(home, followed_by="mds-grigny")
        self.case: Case = open_with_notice(
            household=home,
            operator="caf",
            letter_date=date(2026, 10, 30),
            received=NoticeReception(on=date(2026, 11, 2), how="post"),
            lines=[
                TypedLine(benefit="rsa", amount=Decimal(600)),
                TypedLine(benefit="prestations_familiales", amount=Decimal(250)),
            ],
            structure=factories.structure("mds-grigny"),
            by=self.by,
            at=self.at,
            informed_by="interview",
        )
        Walk(self.case, at=self.at).take("check_notice", by=self.by, routes_stated="yes", lacks=[])

    @property
    def today(self) -> date:
        return self.at.date()

    def open_lines(self) -> list[DebtLine]:
        return list(DebtLine.objects.filter(closed_on=None).select_related("notice__case", "debt"))

    def days_pass(self, days: int) -> None:
        for _ in range(days):
            self.at += timedelta(days=1)
            sweep_deadlines(at=self.at)
        self.case.refresh_from_db()

    def step(self, data: Any) -> None:
        waiting = CaseTask.objects.open().filter(process__debt__isnull=False).order_by("pk")
        task = engine.reload_open_task(data.draw(st.sampled_from(list(waiting)), label="step"))
        engine.complete(task, by=self.by, at=self.at, data=getattr(self, task.node)(task, data))

    def choose_way(self, task: CaseTask, data: Any) -> dict[str, Any]:
        known = [each.option.code for each in offered_ways(standing_of(task, on=self.today))]
        alone = [[code] for code in (*known, *way_facts.ALWAYS)]
        together = [["waiver", "recourse"]] if {"waiver", "recourse"} <= set(known) else []
        return {"ways": data.draw(st.sampled_from(alone + together), label="ways")}

    def prepare(self, task: CaseTask, data: Any) -> dict[str, Any]:
        return {"signed": data.draw(st.sampled_from(["signed", "signed", "withdrawn"]))}

    def send(self, task: CaseTask, data: Any) -> dict[str, Any]:
        return {
            "sent_on": self.today,
            "proof": "registered",
            "received_on": data.draw(st.sampled_from([None, self.today])),
        }

    def await_answer(self, task: CaseTask, data: Any) -> dict[str, Any]:
        return {
            "way": data.draw(st.sampled_from(task.process.answer("awaits"))),
            "answer": data.draw(st.sampled_from(["granted", "partly", "refused", "silent"])),
            "received_on": self.today,
            "amount": data.draw(st.sampled_from([None, Decimal(40), Decimal(9999)])),
            "noted": data.draw(st.sampled_from(["", "same", "another"])),
        }

    def decide_next(self, task: CaseTask, data: Any) -> dict[str, Any]:
        return {"next": data.draw(st.sampled_from(["go_on", "go_on", "stop"])), "note": ""}

    def close_line(self, task: CaseTask, data: Any) -> dict[str, Any]:
        return {"outcome": data.draw(st.sampled_from(["maintained", "settled", "reduced"])), "note": ""}

    def oppose(self, task: CaseTask, data: Any) -> dict[str, Any]:
        result = data.draw(st.sampled_from(["opposed", "not_opposed"]))
        return {"result": result, "sent_on": self.today, "is_proved": True, "note": ""}

    def move(self, data: Any) -> None:
        line = data.draw(st.sampled_from(self.open_lines()), label="line")
        lines.record_movement(
            case=self.case,
            line=line,
            kind=data.draw(st.sampled_from(["withheld", "payment", "cancelled"])),
            amount=data.draw(st.sampled_from([Decimal(50), Decimal(250), Decimal(600)])),
            on=self.today,
            by=self.by,
            at=self.at,
            is_another=True,
        )

    def something_comes(self, data: Any) -> None:
        line = data.draw(st.sampled_from(self.open_lines()), label="line")
        milestones.record(
            case=self.case,
            debt=line.debt,
            context=LawOfTheDay(on=self.today, territory="grigny").context_of(line),
            kind=data.draw(st.sampled_from(CAME)),
            happened_on=self.today,
            known="proved",
            by=self.by,
            at=self.at,
        )

    # What must always hold

    def check(self) -> None:
        broken = {each.code: list(each.broken(self.today)) for each in (*OF_CASES, *OF_WORKFLOWS)}
        assert {code: found for code, found in broken.items() if found} == {}
        for line in DebtLine.objects.select_related("debt", "notice__case"):
            moved = sum((entry.amount for entry in line.debt.ledger.all()), Decimal())
            assert balance_of(line.debt) == line.amount - moved >= 0
            if line.is_open:
                self.check_withholding(line)

    def check_withholding(self, line: DebtLine) -> None:
        """What is withheld while recovery is suspended is never silent."""
        seen = LedgerEntry.objects.filter(debt=line.debt, kind="withheld", on=self.today).exists()
        standing = LawOfTheDay(on=self.today, territory="grigny").standing_of_line(
            line, facts_of([line])[line.debt_id]
        )
        if seen and standing.suspension.verdict and "withholding_stopped" not in standing.codes:
            assert standing.alarms


@pytest.mark.django_db
@pytest.mark.long
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_sums_hold_and_nothing_waits_for_nobody_whatever_follows(data):
    from django.db import transaction

    with transaction.atomic():
        play = Play()
        for _ in range(25):
            if not play.open_lines():
                break
            act = data.draw(st.sampled_from(["step"] * 5 + ["days", "move", "comes"]), label="act")
            try:
                with transaction.atomic():
                    if act == "days":
                        play.days_pass(data.draw(st.sampled_from([1, 6, 35]), label="days"))
                    elif act == "move":
                        play.move(data)
                    elif act == "comes":
                        play.something_comes(data)
                    else:
                        play.step(data)
            except Refusal:
                pass
            play.check()
        transaction.set_rollback(True)
