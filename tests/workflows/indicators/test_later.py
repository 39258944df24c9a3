"""Six and twelve months after, counted: quarters of closing, by hand; what is small is hidden from who does not pilot the action."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from django.db import transaction

from cases.models import Case, User
from cases.rules.later import LaterNews
from tests.factories import NOON, PARIS, member
from tests.pages import html_of
from tests.workflows.views.arrears.test_later import closed, plan_of, private_lease, stated
from workflows.actions.indicators import refresh_figures
from workflows.actions.later import answer_later
from workflows.indicators.catalogue import BY_CODE
from workflows.indicators.cohorts import read_cohorts
from workflows.indicators.figures_reader import of_one_quarter
from workflows.indicators.quarters import Quarter
from workflows.indicators.report import build_printed_report
from workflows.models import CommitteeReport, IndicatorFigures

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]
PAGE = "/pilotage/indicateurs/apres/"
FEBRUARY = datetime(2026, 2, 16, 12, tzinfo=PARIS)
"""Closed in the first quarter: six months over on 16 August."""


@pytest.fixture(scope="module")
def cohort(django_db_setup: Any, django_db_blocker: Any) -> Iterator[None]:
    """Twelve cases closed in February: seven whose file says that they are there (four owe less, two as much, one more), one
    who left, one evicted, one of whom a professional says that she is there and owes less; of two nobody knows. Two came back. Of two
    plans, one is kept.
    One more was closed in October, of which nothing is over yet.

    Made once for the module, whose tests all find it; each takes back what it writes.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        make_cohort(member("caf-91", since=date(2025, 1, 1)))
        refresh_figures(at=NOON)
        yield
        transaction.set_rollback(True)


def make_cohort(worker: User) -> None:
    cases = [closed(worker, on=FEBRUARY, outcome="evicted" if number == 8 else "cleared") for number in range(12)]
    closed(worker, on=datetime(2026, 10, 5, 12, tzinfo=PARIS))
    for case, balance in zip(cases, ["0", "500", "900", "1059.99", "1060", "1060", "1061"], strict=False):
        stated(case, date(2026, 9, 30), balance)
    at = datetime(2026, 9, 1, 12, tzinfo=PARIS)
    for case, news in ((cases[7], LaterNews(home="no")), (cases[9], LaterNews(home="yes", trend="less"))):
        answer_later(case=case, months=6, news=news, known_on=None, by=worker, at=at)
    # In ten months from 5 March: on 30 September three are to come. 900 € and one month more hold 1 060 €; 318 € do not.
    for case, monthly in ((cases[4], 300), (cases[6], 106)):
        plan_of(case, monthly=monthly, first=date(2026, 3, 5))
    for number, day in ((0, date(2026, 8, 16)), (1, date(2026, 2, 17)), (2, date(2026, 8, 17))):
        again = closed(
            worker, on=datetime(2026, 10, 6, 12, tzinfo=PARIS), lease=private_lease(cases[number].household)
        )
        Case.objects.filter(pk=again.pk).update(opened_on=day)


def line(cohorts, months, closed_in):
    table = next(each for each in cohorts.tables if each.months == months)
    found = next(each for each in table.lines if str(each.closed_in) == closed_in)
    return {heading: words.replace("\u202f", " ").replace("\u00a0", " ") for heading, words, _ in found.cells}


def test_each_number_of_a_cohort_is_the_one_that_is_counted_by_hand(cohort):
    plain = read_cohorts(territory="grigny", on=NOON.date(), is_plain=True)
    assert line(plain, 6, "1er trimestre 2026") == {
        "Dossiers": "12",
        "Dans le logement": "8 (67 %)",
        "Partis": "2 (17 %)",
        "Dette en baisse": "5 (42 %)",
        "Stable": "2 (17 %)",
        "En hausse": "1 (8 %)",
        "Plans tenus": "1 sur 2 (50 %)",
        "De retour": "2 (17 %)",
        "Non connu": "2 (17 %)",
    }
    assert [str(each.closed_in) for each in plain.tables[0].lines] == ["1er trimestre 2026"]
    assert plain.tables[1].lines == []


def test_a_month_is_counted_once_it_is_over(cohort):
    """Of what was closed in February, nothing on 31 August but that day’s end of the month; on 30 August, nothing."""
    refresh_figures(at=datetime(2026, 8, 30, 12, tzinfo=PARIS))
    assert read_cohorts(territory="grigny", on=date(2026, 8, 30), is_plain=True).tables[0].lines == []
    refresh_figures(at=datetime(2026, 8, 31, 12, tzinfo=PARIS))
    (counted,) = read_cohorts(territory="grigny", on=date(2026, 8, 31), is_plain=True).tables[0].lines
    assert counted.moves


def test_who_pilots_another_action_reads_no_small_number_and_none_that_would_tell_it(client, cohort):
    client.force_login(member("caf-91-pilotage", "pilot"))
    assert "5\u00a0(42\u202f%)" in html_of(client.get(PAGE))
    client.force_login(member("cd91-rsa", "pilot"))
    page = html_of(client.get(PAGE))
    assert "Un nombre inférieur à 5 n’est pas montré" in page
    # One alone was opened in that quarter: what was closed is hidden with it. Two and two would make four: the next one, too.
    hidden = line(read_cohorts(territory="grigny", on=NOON.date(), is_plain=False), 6, "1er trimestre 2026")
    assert hidden == {
        "Dossiers": "petit nombre",
        "Dans le logement": "petit nombre",
        "Partis": "petit nombre",
        "Dette en baisse": "5",
        "Stable": "petit nombre",
        "En hausse": "petit nombre",
        "Plans tenus": "petit nombre",
        "De retour": "petit nombre",
        "Non connu": "petit nombre",
    }


def test_who_pilots_nothing_does_not_read_it_and_it_takes_few_queries(client, cohort, django_assert_max_num_queries):
    for person in (member("caf-91", "manager"), member("bailleur-a", "correspondent")):
        client.force_login(person)
        assert client.get(PAGE).status_code == 404
    client.force_login(member("caf-91-pilotage", "pilot"))
    client.get(PAGE)
    with django_assert_max_num_queries(10):
        client.get(PAGE)


def moved_in(quarter: date, **wholes: int) -> None:
    """What is counted of a quarter, as a whole and by month: of stocks, of what was opened and closed."""
    for code, number in wholes.items():
        columns: list[str | None] = [None, "m0" if code == "open" else f"{quarter:%Y-%m}"]
        for by in ("", "landlord_type"):
            found = [[column, None, number, None, None] for column in columns]
            found += [[column, "hlm", number, None, None] for column in columns] if by else []
            IndicatorFigures.objects.update_or_create(
                territory="grigny", indicator=code, quarter=quarter, by=by,
                defaults={"cells": found, "as_of": quarter, "computed_at": NOON},
            )  # fmt: skip


@pytest.mark.parametrize(("opened", "shown"), [(9, "12"), (3, "petit nombre")])
def test_what_was_closed_and_hidden_for_what_was_opened_is_not_told_again_six_months_later(cohort, opened, shown):
    """Of 40, 3 were opened and 12 closed, and 31 stood: both moves are hidden, for either gives the other."""
    moved_in(date(2025, 10, 1), open=40)
    moved_in(date(2026, 1, 1), opened=opened, closed=12, open=28 + opened)
    hidden = line(read_cohorts(territory="grigny", on=NOON.date(), is_plain=False), 6, "1er trimestre 2026")
    assert hidden["Dossiers"] == shown
    third = Quarter(date(2026, 7, 1))
    codes = ("later_6_home", "later_6_trend", "later_6_returned")
    asked: dict[str, Any] = {"by": "", "territory": "grigny", "on": NOON.date()}
    tables = of_one_quarter([BY_CODE[code] for code in codes], quarter=third, **asked).tables
    report = CommitteeReport(territory="grigny", quarter=third.first)
    printed = build_printed_report(report, on=NOON.date(), kept={})
    assert printed
    tables += [table for part in printed.parts for table in part.tables if table.indicator.code in codes]
    assert len(tables) == 6
    for table in tables:
        if table.indicator.code != "later_6_returned":  # two came back: small anyway
            assert table.total, table.indicator.code
            assert table.total.cells[-1].is_hidden == (shown != "12"), table.indicator.code
    plain = line(read_cohorts(territory="grigny", on=NOON.date(), is_plain=True), 6, "1er trimestre 2026")
    assert plain["Dossiers"] == "12"
