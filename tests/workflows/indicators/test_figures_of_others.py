"""One rule for every figure: plain for who may see the cases, on the pages of his action; of another action, small numbers are
read by nobody, on one page alone.

No page of a pilot but « Indicateurs », the reports and the causes of overpayments, which mask, changes when cases of another
action are added. What moves none of them cannot be got from them, by a difference or by a sum.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, product
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from cases.actions.notices import NoticeReception, record_notice
from cases.models import User
from cases.rules.hidden_cell_rings import TOTAL
from cases.rules.notices import TypedLine
from tests import factories
from tests.factories import NOON
from tests.journeys import scene
from tests.pages import html_of
from tests.workflows.indicators.conftest import private_case
from tests.workflows.views.pilot.test_places import vacant
from tests.workflows.views.pilot.test_steering import asked_of_the_caf
from workflows.actions.indicators import refresh_figures
from workflows.flows import FLOWS
from workflows.indicators import figures_reader
from workflows.indicators.catalogue import CHOICES, INDICATORS, indicators_of
from workflows.indicators.figures_reader import Reader, ReadFigures
from workflows.indicators.kinds import Action
from workflows.indicators.quarters import Quarter
from workflows.indicators.tables import ShownCell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon"), pytest.mark.slow]
FOURTH = Quarter(date(2026, 10, 1))
DESKS = {
    Action.ARREARS: "caf-91-pilotage",
    Action.OVERPAYMENTS: "ville-grigny",
    Action.REFERENTS: "cd91-rsa",
}
"""Who pilots each action."""
ADDRESSES = ("backlogs", "steering", "initial_stock", "places", "unsettled", "arbitrations", "warnings", "inbox", "cases",
    "deadlines", "rules", "commissions")  # fmt: skip
"""Of the pages that say numbers, besides those that are made for each procedure, list or structure."""
COUNTED = re.compile(r"calculés le [^.]*\.")
"""When: it says nothing of a case."""
OTHERS = [(own, other) for own, other in product(Action, Action) if own != other]


def overpaid() -> None:
    scene.lettered(worker=factories.member("caf-91"))


def alone() -> None:
    """Followed by two structures, and by nobody’s coordination; another place has nobody."""
    scene.to_coordinate(worker=factories.member("caf-91"), helper=factories.member("mds-grigny"))
    vacant(1, days_ago=3)


CASES: dict[Action, Callable[[], Any]] = {
    Action.ARREARS: asked_of_the_caf,
    Action.OVERPAYMENTS: overpaid,
    Action.REFERENTS: alone,
}


def add(action: Action, *, number: int = 3) -> None:
    for _ in range(number):
        CASES[action]()
    refresh_figures(at=NOON)


def pages_of_work() -> Iterator[str]:
    """All the addresses of figures, but of those that mask."""
    for name in ADDRESSES:
        yield reverse(name)
    yield reverse("steering") + "?action=impayes"
    for which in ("sans-coordinateur", "places", "propositions", "coordinateurs-proposes"):
        yield reverse("unsettled") + f"?liste={which}"
    for flow in FLOWS:
        yield reverse("heat_map", args=[flow])
    for flow, code in product(FLOWS, ("", "caf-91", "mds-grigny")):
        yield reverse("procedure_steering", args=[flow]) + (f"?structure={code}" if code else "")
    for code in ("caf-91", "mds-grigny"):
        for name in ("backlog", "backlog_list", "backlog_week", "referents"):
            yield reverse(name) + f"?structure={code}"


def read(client: Client, urls: Iterable[str]) -> dict[str, str]:
    found = {}
    for url in urls:
        answer = client.get(url)
        found[url] = html_of(answer) if answer.status_code == 200 else str(answer.status_code)
    return found


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def pages_of_indicators(*actions: Action) -> Iterator[str]:
    for action, by, months in product(actions, ("", *CHOICES), ("", "&mois=on")):
        yield reverse("indicators") + f"?action={action}&par={by}{months}"
    for action in actions:
        yield reverse("indicators") + f"?action={action}&periode=annee"


@pytest.mark.parametrize(("own", "other"), OTHERS)
def test_no_page_of_a_pilot_moves_with_the_cases_of_another_action_but_those_that_mask_them(
    own: Action, other: Action
):
    add(own)
    client = signed_in(factories.member(DESKS[own], "pilot"))
    before = read(client, pages_of_work()) | read(client, pages_of_indicators(own))
    assert sum(len(page) > 3 for page in before.values()) > 20
    add(other)
    after = read(client, pages_of_work()) | read(client, pages_of_indicators(own))
    assert [url for url in before if COUNTED.sub("", before[url]) != COUNTED.sub("", after[url])] == []


def test_no_page_of_a_manager_moves_with_the_cases_of_another_structure():
    refresh_figures(at=NOON)
    manager = factories.member("ccas-grigny", "manager")
    client = signed_in(manager)
    own = [reverse(name) for name in ("indicators", "backlog", "backlog_list", "referents")]
    before = read(client, chain(pages_of_work(), own))
    for action in Action:
        add(action, number=1)
    after = read(client, chain(pages_of_work(), own))
    assert [url for url in before if COUNTED.sub("", before[url]) != COUNTED.sub("", after[url])] == []


def test_no_pilot_of_another_action_takes_the_causes_of_one_operator_from_those_of_all():
    """Errors of the body: six lines of the CAF and two of France Travail, eight for who reads them all. 8 - 6 is two."""
    worker = factories.member("caf-91")
    case = scene.lettered(worker=worker)
    for operator, benefit, cause, number in (
        ("caf", "rsa", "body_error", 6),
        ("france_travail", "are", "body_error", 2),
        ("france_travail", "are", "late_change", 6),
    ):
        for _ in range(number):
            record_notice(
                case=case, operator=operator, letter_date=date(2026, 11, 3), received=NoticeReception(on=None, how="post"),
                lines=[TypedLine(benefit=benefit, amount=Decimal(100), cause=cause)],
                structure=factories.structure("caf-91"), by=worker, at=NOON,
            )  # fmt: skip
    refresh_figures(at=NOON)
    [asked] = indicators_of(Action.OVERPAYMENTS)[:1]
    of_all = Reader([asked], by="cause", quarters=[FOURTH], territory="grigny", on=NOON.date()).grid(asked, FOURTH)
    assert of_all is not None
    assert of_all.shown_cell("body_error", TOTAL).number == 8
    for code in ("caf-91-recouvrement", "france-travail-91"):
        page = reverse("questions_report") + f"?structure={code}"
        assert signed_in(factories.member("caf-91-pilotage", "pilot")).get(page).status_code == 404
        assert signed_in(factories.member(code, "correspondent")).get(page).status_code == 200
    assert (
        signed_in(factories.member("france-travail-91", "correspondent")).get(reverse("indicators")).status_code == 404
    )


TOLD, TOLD_OTHERWISE = (
    [
        ("07-02", "07-20", 3),
        ("09-02", "09-20", 6),
        ("10-02", "10-20", 1),
        ("10-02", "10-20", 1),
        ("11-02", "11-20", 15),
    ],
    [
        ("07-02", "07-20", 4),
        ("09-02", "09-20", 5),
        ("09-25", "10-13", 1),
        ("10-02", "10-20", 1),
        ("11-02", "11-20", 15),
    ],
)
"""Day of a letter, day on which it was typed, lines."""


def pages_with_masks() -> Iterator[str]:
    """Of the correspondent, the causes by the month of their letter; of a pilot of another action, by that of its typing."""
    service = "structure=france-travail-91"
    for month in range(6, 12):
        yield f"{reverse('questions_report')}?{service}&mois=2026-{month:02}"
    yield f"{reverse('questions_year')}?{service}&annee=2026"
    for quarter, by in product(("2026-T3", "2026-T4"), ("", *CHOICES)):
        yield f"{reverse('indicators')}?action=trop-percus&periode={quarter}&par={by}&mois=on"


def write_letters(case: Any, told: Iterable[tuple[str, str, int]], *, worker: User) -> None:
    for letter, typed, number in told:
        write_letter(case, "france_travail", ["are"] * number, letter=letter, typed=typed, worker=worker)
    write_letter(case, "caf", ["rsa", "apl"] * 6, letter="11-02", typed="11-20", worker=worker)
    refresh_figures(at=NOON)


def write_letter(case: Any, operator: str, benefits: list[str], *, letter: str, typed: str, worker: User) -> None:
    record_notice(
        case=case,
        operator=operator,
        letter_date=date.fromisoformat(f"2026-{letter}"),
        received=NoticeReception(on=None, how="post"),
        lines=[
            TypedLine(benefit=each, amount=Decimal(100 + n), cause="late_change") for n, each in enumerate(benefits)
        ],
        structure=factories.structure("caf-91"),
        by=worker,
        at=datetime.fromisoformat(f"2026-{typed}T12:00+02:00"),
    )


def test_what_is_counted_by_letter_and_by_typing_is_no_difference_to_read_both_masked():
    """Seventeen lines typed in the fourth quarter, fifteen letters of November: are those of October two? They may be one:
    of September’s letters one may have been typed in October. Whoever read the pages of both would see the same."""
    worker = factories.member("caf-91")
    case = scene.lettered(worker=worker)
    readers = [signed_in(factories.member("france-travail-91", "correspondent"))]
    readers.append(signed_in(factories.member("caf-91-pilotage", "pilot")))
    seen: list[list[dict[str, str]]] = []
    for told in (TOLD, TOLD_OTHERWISE):
        with transaction.atomic():
            write_letters(case, told, worker=worker)
            seen.append([read(reader, pages_with_masks()) for reader in readers])
            transaction.set_rollback(True)
    one, other = seen
    assert [[url for url in pages if pages[url] != then[url]] for pages, then in zip(one, other, strict=True)] == [
        [],
        [],
    ]
    of_operator, of_pilot = one
    [november] = [page for url, page in of_operator.items() if "mois=2026-11" in url and len(page) > 3]
    [october] = [page for url, page in of_operator.items() if "mois=2026-10" in url and len(page) > 3]
    assert ">15<" in november
    assert "petit nombre" in october
    assert any(re.search(r">\s*17\s*<", page) for page in of_pilot.values())


def cells(figures: ReadFigures) -> Iterator[tuple[str, ShownCell]]:
    for table in figures.tables:
        if table.indicator.of_people:
            for line in [*table.lines, *([table.total] if table.total else [])]:
                yield from ((table.indicator.code, cell) for cell in line.cells)


@pytest.mark.parametrize(("own", "other"), OTHERS)
def test_of_another_action_no_small_number_is_shown_in_any_split(own: Action, other: Action):
    add(other)
    client = signed_in(factories.member(DESKS[own], "pilot"))
    found = read(client, pages_of_indicators(other))
    assert "petit nombre" in "".join(found.values())
    for by, crossed in product(("", *CHOICES), (False, True)):
        read_so = figures_reader.of_one_quarter(
            indicators_of(other), by=by, quarter=FOURTH, territory="grigny", on=NOON.date(), crossed=crossed
        )
        assert [each for each in cells(read_so) if 0 < each[1].number < 5 and not each[1].is_hidden] == []


@pytest.mark.parametrize("action", Action)
def test_the_whole_of_a_figure_is_the_same_in_every_split(action: Action):
    """Else what one split hides would stand in another."""
    for number, each in ((3, Action.ARREARS), (2, Action.OVERPAYMENTS), (2, Action.REFERENTS)):
        add(each, number=number)
    for _ in range(6):
        private_case(NOON)
    refresh_figures(at=NOON)
    wholes: dict[tuple[str, str], set[tuple[float, bool]]] = {}
    for by, crossed in product(("", *CHOICES), (False, True)):
        figures = figures_reader.of_one_quarter(
            indicators_of(action), by=by, quarter=FOURTH, territory="grigny", on=NOON.date(), crossed=crossed
        )
        for table in figures.tables:
            if table.total and table.has_whole and not table.indicator.parts:
                whole = table.total.cells[-1]
                said = (0.0, True) if whole.is_hidden else (float(whole.number), False)
                wholes.setdefault((table.indicator.code, table.headings[-1]), set()).add(said)
    assert {code: found for code, found in wholes.items() if len(found) > 1} == {}


@pytest.mark.parametrize("action", Action)
def test_who_pilots_an_action_reads_its_figures_plain_but_those_of_professionals(action: Action):
    add(action)
    client = signed_in(factories.member(DESKS[action], "pilot"))
    page = html_of(client.get(reverse("indicators"), {"action": action}))
    assert "Vous pilotez cette action" in page
    figures = figures_reader.of_one_quarter(
        indicators_of(action), by="", quarter=FOURTH, territory="grigny", on=NOON.date(), is_plain=True
    )
    hidden = {table.indicator.code for table in figures.tables for line in [table.total, *table.lines] if line
              for cell in line.cells if cell.is_hidden}  # fmt: skip
    assert hidden <= {each.code for each in INDICATORS if each.of_workers}
    counted = [cell.number for _, cell in cells(figures)]
    assert any(0 < number < 5 for number in counted)


@pytest.mark.parametrize("action", Action)
def test_a_report_masks_small_numbers_for_its_own_pilot_too(action: Action):
    add(action)
    client = signed_in(factories.member(DESKS[action], "pilot"))
    page = html_of(client.get(reverse("committee_report", args=[FOURTH.code])))
    assert "petit nombre" in page
