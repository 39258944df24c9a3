"""Every figure of every page, on the demonstration, for each role: what is read is what SQL written apart counts (`recounts`)."""

import re
import statistics
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse

from cases.models import Case, DebtStatement, Structure, User
from cases.rules.counting import add_months
from demo import seed
from tests.demo import reading, recounts, walks_by_cell, walks_of_lists
from tests.demo.reading import (
    COMPARED,
    SMALL,
    TODAY,
    Read,
    Reader,
    Wrong,
    differ,
    number_of,
    readers,
    row_of,
    words_of,
)
from tests.demo.recounts import ask, ask_number
from tests.factories import NOON, PARIS
from workflows import diagram
from workflows.actions.indicators import refresh_figures

pytestmark = [pytest.mark.django_db, pytest.mark.long, pytest.mark.timeout(900)]
KINDS = {"caf-91-pilotage": "arrears", "ville-grigny": "overpayment", "cd91-rsa": "coordination"}
"""Of the cases of the action that each desk pilots."""
ACTIONS = {"arrears": "impayes", "overpayment": "trop-percus", "coordination": "referents"}
FLOWS = {
    "arrears": ("arrears",),
    "overpayment": ("overpayment", "debt_line"),
    "coordination": ("referent", "coordinator"),
}
QUARTERS = {"2026-T4": (date(2026, 10, 1), TODAY), "2026-T3": (date(2026, 7, 1), date(2026, 9, 30))}
AT_A_GLANCE = 99
"""The menu counts no further: « 99+ »."""


@pytest.fixture(scope="module")
def demo(django_db_setup: Any, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        seed.seed(at=NOON)
        yield
        transaction.set_rollback(True)


def of_inbox(me: Reader) -> Wrong:
    """Its tabs; what the menu counts, which is the same on every page; and the bell."""
    mine, awaited = ask(recounts.INBOX, **me.known)[0]
    to_take, asked, lots, questions, requests, unread = ask(recounts.MENU, **me.known)[0]
    page = me.read("inbox")
    if tabs := page.tabs:
        yield from differ("À faire", tabs, {"Pour moi": mine, "À prendre": to_take, "En attente": awaited})
    counted = {"À faire": (mine or to_take) + asked, "Lots reçus": lots, "Questions": questions, "Traces": requests}
    for where in (page, me.read("notifications")):
        yield from differ(
            "Menu", where.badges(), {place: min(number, AT_A_GLANCE) for place, number in counted.items()}
        )
        yield from differ("Cloche", {"non lues": where.bell}, {"non lues": unread})


def of_deadlines(me: Reader) -> Wrong:
    answer = me.client.get(reverse("deadlines"))
    if answer.status_code != 200:
        return
    mine, ours = ask(recounts.DATES, **me.known)[0]
    tabs = me.read("deadlines").tabs
    yield from differ("Échéances", tabs, {"Pour moi": mine, "Ma structure": ours})


def of_backlog(me: Reader) -> Wrong:
    answer = me.client.get(reverse("backlog"))
    if answer.status_code != 200:
        return
    own, code = me.known, f"?structure={me.structure.code}"
    tiles = dict(zip(recounts.NAMED, ask(recounts.TILES, **own)[0], strict=True))
    tiles["Dormantes"] = ask_number(recounts.DORMANT, **own, amicable=30, judicial=15)
    page = me.read("backlog", code)
    shown = {
        words_of(each.xpath("./span")[0]): words_of(each.xpath("./strong")[0])
        for each in page.page.xpath("//a[contains(@class, 'tile')]")
    }
    yield from differ("Encours", shown, tiles)
    titles, people = diagram.titles(), {each.pk: str(each) for each in User.objects.all()}
    for view, caption, by, label in (
        ("", "Par étape", "node", titles.get),
        (
            "&vue=professionnels",
            "Par professionnel",
            "owner_id",
            lambda pk: people.get(pk, "Sans professionnel nommé"),
        ),
        ("&vue=residences", "Par résidence", "residence", lambda name: name or "Résidence non renseignée"),
    ):
        table = me.read("backlog", code + view).table(caption)
        for key, numbers in recounts.encours(me.structure.pk, by, on=TODAY):
            yield from differ(f"Encours, {caption}, {label(key)}", row_of(table, str(label(key))), numbers)


def of_team(me: Reader) -> Wrong:
    if me.client.get(reverse("members")).status_code != 200:
        return
    table = me.read("members", f"?structure={me.structure.code}").table("")
    for name, steps, cases in ask(recounts.MEMBERS, **me.known):
        if row := row_of(table, name):
            yield from differ(f"Équipe, {name}", row, {"Étapes à faire": steps, "Responsable de (dossiers)": cases})


def of_referents(me: Reader) -> Wrong:
    if me.client.get(reverse("referents")).status_code != 200:
        return
    table = me.read("referents", f"?structure={me.structure.code}").table("Charge des référents")
    for name, followed, coordinated in ask(recounts.CARRIED, **me.known):
        if row := row_of(table, name):
            counted = {"Personnes suivies": followed, "Coordinations": coordinated}
            yield from differ(f"Référents, {name}", row, counted)


def heat_maps(me: Reader, kind: str) -> Counter[str]:
    """Of each structure, what its row of all the maps of an action comes to."""
    found: Counter[str] = Counter()
    for flow in FLOWS[kind]:
        for row in me.read("heat_map", "", flow).page.xpath("//table[contains(@class, 'heat-map')]/tbody/tr"):
            found[words_of(row.xpath("./th")[0])] += number_of(words_of(row.xpath("./td[last()]//strong")[0]))
    return found


def of_steering(me: Reader) -> Wrong:
    kind = KINDS.get(me.structure.code)
    if kind is None or me.role != "pilot":
        return
    own = me.known | {"kind": kind, "desk": me.structure.code}
    if kind == "coordination":
        table = me.read("places").table("Par structure")
        headings = ("Personnes suivies", "Sans coordinateur", "Places à pourvoir", "Propositions sans réponse")
        for name, *numbers in ask(recounts.PLACES, **own):
            yield from differ(
                f"Pilotage des référents, {name}", row_of(table, name), dict(zip(headings, numbers, strict=True))
            )
    else:
        page = me.read("steering")
        facts = {
            words_of(each.xpath("./dt")[0]): words_of(each.xpath("./dd")[0]) for each in page.page.xpath("//dl/div")
        }
        asked = ("À qualifier", "À arbitrer", "Stock initial, en attente de leur tour")
        counted = dict(zip(asked, ask(recounts.STEERING, **own)[0], strict=True))
        yield from differ("Pilotage", facts, {label: number for label, number in counted.items() if label in facts})
        table = page.table("Réponses des structures")
        headings = ("Attendent une réponse", "Acceptées", "Sans réponse", "Déclinées")
        for name, *numbers in ask(recounts.ANSWERS, **own):
            yield from differ(f"Pilotage, {name}", row_of(table, name), dict(zip(headings, numbers, strict=True)))
    waiting = {name: number for name, number, *_ in ask(recounts.BACKLOGS, **own) if number}
    yield from differ("Carte des structures et étapes", heat_maps(me, kind), waiting)
    table = me.read("backlogs").table("Ce qui attend")
    queues = ("En attente", "À prendre", "Sans réponse", "En retard", "Bientôt en retard, 7 jours", "Bientôt en retard, 14 jours",
        "Mises de côté")  # fmt: skip
    for name, *numbers in ask(recounts.BACKLOGS, **own):
        yield from differ(
            f"Encours des structures, {name}", row_of(table, name), dict(zip(queues, numbers, strict=True))
        )


def of_indicators(me: Reader) -> Wrong:
    """Plain for who pilots the action; of another, and in every report, the number or nothing below five. Shares, medians and
    sums with how many they are of; of the report, its first page too."""
    if me.role != "pilot":
        return
    for quarter, (first, last) in QUARTERS.items():
        pages = {action: me.read("indicators", f"?action={action}&periode={quarter}") for action in ACTIONS.values()}
        pages["report"] = me.read("committee_report", "", quarter)
        own = ACTIONS.get(KINDS[me.structure.code], "")
        for title, sql in recounts.INDICATORS.items():
            counted = ask_number(sql, first=first, last=last, t="grigny")
            for where, shown in wholes(pages, title):
                COMPARED["Indicateurs" if where != "report" else "Bilans"] += 1
                yield from of_cell(f"{where}, {quarter}, {title}", shown, counted, is_plain=where == own)
        for title, (read, sql) in VALUES.items():
            each = [value for (value,) in ask(sql, first=first, last=last, t="grigny") if value is not None]
            in_brief = [("première page", shown) for shown in of_now(pages["report"], title)]
            for where, shown in [*wholes(pages, title), *in_brief]:
                COMPARED["Parts, médianes et sommes"] += 1
                # A professional is somebody: few of them are hidden from their own pilot too.
                is_plain = where == own and not title.endswith("par professionnel")
                yield from of_value(f"{where}, {quarter}, {title}", shown, each, read=read, is_plain=is_plain)


def of_splits(me: Reader) -> Wrong:
    """Of the indicators of his own action, which a pilot reads plain: each month of each structure."""
    own = ACTIONS.get(KINDS.get(me.structure.code, ""), "") if me.role == "pilot" else ""
    names = {each.name: each.pk for each in Structure.objects.filter(territory="grigny")}
    asked = recounts.INDICATORS | {
        title: sql for title, (_, sql) in VALUES.items() if not title.endswith("par professionnel")
    }
    for quarter, (first, last) in QUARTERS.items() if own else ():
        page = me.read("indicators", f"?action={own}&periode={quarter}&par=structure&mois=on")
        for title, sql in asked.items():
            split = recounts.of_one_structure(title, sql)
            for name, cells in page.table(f"{title}, structure").items() if split else ():
                if name in names:
                    known = {"first": first, "last": last, "t": "grigny", "of": names[name]}
                    yield from of_line(f"{title}, {name}, {quarter}", title, split or "", cells, known=known)


def of_line(what: str, title: str, sql: str, cells: dict[str, str], *, known: dict[str, Any]) -> Wrong:
    """« Octobre », « Novembre », « Total »; not the ages of what is open."""
    for period in [each for each in cells if each in (*MONTHS, "Total")]:
        shown = cells[period]
        COMPARED["Indicateurs par structure"] += 1
        within = month_of(period, known["first"], known["last"]) if period in MONTHS else {}
        found = ask(sql, **known | within)
        if title in VALUES:
            each = [value for (value,) in found if value is not None]
            yield from of_value(f"{what}, {period}", shown, each, read=VALUES[title][0], is_plain=True)
        else:
            yield from of_cell(f"{what}, {period}", shown, found[0][0], is_plain=True)


MONTHS = ("Juillet", "Août", "Septembre", "Octobre", "Novembre", "Décembre")


def month_of(words: str, first: date, last: date) -> dict[str, date]:
    """Within a quarter."""
    begins = date(first.year, 7 + MONTHS.index(words), 1)
    return {"first": begins, "last": min(add_months(begins, 1) - timedelta(days=1), last)}


def wholes(pages: dict[str, Read], title: str) -> Iterator[tuple[str, str]]:
    """Of the pages that show this indicator: what stands for all the quarter."""
    for where, page in pages.items():
        if shown := list(page.table(f"{title}, ").get("Ensemble", {}).values()):
            yield where, shown[-1]


def of_now(report: Read, title: str) -> list[str]:
    """What the first page of a report says of this quarter, beside those that it is compared with."""
    return list(report.table("Plus tôt ou plus tard ?").get(title, {}).values())[:1]


def share_of(hits: list[bool]) -> float:
    return 100 * sum(hits) / len(hits)


VALUES = {
    **{title: (share_of, sql) for title, sql in recounts.SHARES.items()},
    **{title: (statistics.median, sql) for title, sql in recounts.MEDIANS.items()},
    **{title: (sum, sql) for title, sql in recounts.SUMS.items()},
}
"""Title → what is made of the lines of its SQL, and that SQL."""
SHOWN_VALUE = re.compile(r"(?P<value>[\d\s]+(?:,\d)?)\s?(?P<unit>[%€])?(?:\sj)?(?:\s\((?P<number>[\d\s]+)\))?")


def of_value(what: str, shown: str, each: list[Any], *, read: Any, is_plain: bool) -> Wrong:
    """« 62 % (34) », « 12,5 (8) », « 1 234 € (6) »: the value, and of how many. Of a share that others read, neither those
    within nor those without are few."""
    parts = [sum(each), len(each) - sum(each)] if read is share_of else []
    if SMALL in shown:
        if is_plain:
            yield what, shown, each
    elif not each:
        if shown != "–":
            yield what, shown, each
    else:
        found = SHOWN_VALUE.fullmatch(shown)
        if not found:
            yield what, shown, each
            return
        value, number = (float(re.sub(r"\s", "", found[name]).replace(",", ".")) for name in ("value", "number"))
        half = 0.5 if found["unit"] else 0.05
        told = not is_plain and any(0 < few < 5 for few in [len(each), *parts])
        if number != len(each) or abs(value - float(read(each))) > half + 0.011 or told:
            yield what, shown, (len(each), float(read(each)))


def of_cell(what: str, shown: str, counted: int, *, is_plain: bool) -> Wrong:
    if SMALL in shown:
        if is_plain:
            yield what, shown, counted
    elif number_of(shown) != counted or (not is_plain and "Bailleurs" not in what and 0 < counted < 5):
        yield what, shown, counted


def of_questions(me: Reader) -> Wrong:
    if me.client.get(reverse("questions")).status_code != 200:
        return
    COMPARED["Questions"] += 3
    waiting, late = ask(recounts.QUESTIONS, **me.known)[0]
    page = me.read("questions")
    said = (
        [int(each) for each in re.findall(r"\d+", words_of(page.page.xpath("//main//caption")[0]))[:2]]
        if waiting
        else [0, 0]
    )
    if said[: 2 if late else 1] != [waiting, late][: 2 if late else 1]:
        yield "Questions", said, (waiting, late)
    if page.badges().get("Questions", 0) != waiting:
        yield "menu, Questions", page.badges(), waiting
    total = me.read("questions_report").table("Par motif").get("Total", {}).get("Lignes", "0")
    counted = ask_number(recounts.CAUSES, **me.known)
    if total != (SMALL if 0 < counted < 5 else str(counted)):
        yield "Bilan par motif", total, counted


def of_imports(me: Reader) -> Wrong:
    if me.client.get(reverse("imports")).status_code != 200:
        return
    for job, public_id in ask(recounts.JOBS, **me.known):
        answer = me.client.get(reverse("import", args=[public_id]))
        if answer.status_code == 200:
            counted = dict(zip(recounts.OUTCOMES, ask(recounts.LINES, job=job)[0], strict=True))
            yield from differ("Imports", me.read("import", "", public_id).tabs, counted)


WALKED = (
    of_imports,
    of_inbox,
    of_deadlines,
    of_backlog,
    of_team,
    of_referents,
    of_steering,
    of_indicators,
    of_splits,
    of_questions,
    *walks_by_cell.WALKED,
    *walks_of_lists.WALKED,
)


LEAST = {"À faire": 10, "Échéances": 20, "Encours": 150, "Équipe": 20, "Référents": 15, "Pilotage": 50,
    "Pilotage des référents": 50, "Encours des structures": 100, "Indicateurs": 80, "Bilans": 50, "Questions": 3,
    "Imports": 20, "Carte des structures et étapes": 15, "Menu": 100, "Cloche": 30, "Parts, médianes et sommes": 100,
    "Cases des cartes": 200, "Semaine prochaine": 50, "Motifs de l’année": 100, "Bilan par motif": 40, "Alertes": 20, "Doublons": 10,
    "Étiquettes": 2, "Procédures": 300, "Encours en une phrase": 4, "Liste de l’encours": 4, "Groupes d’échéances": 50, "Réponses": 20,
    "Lots": 2, "Indicateurs par structure": 200, "Places selon leur âge": 6, "Listes des référents": 15, "Bénéficiaires": 8}  # fmt: skip
"""A page that says nothing would differ from nothing."""


def test_every_figure_is_what_sql_written_apart_counts(demo: None):
    with time_machine.travel(NOON, tick=False):
        found = {
            f"{me.user}, {me.structure}": told
            for me in readers()
            if (told := [each for walk in WALKED for each in walk(me)])
        }
    assert found == {}
    assert {area: COMPARED[area] for area, least in LEAST.items() if COMPARED[area] < least} == {}


SUMMER = datetime(2027, 8, 3, 12, tzinfo=PARIS)
"""Six months after the closings of the demonstration, most of them are over."""


def test_six_months_after_the_cohorts_are_what_sql_written_apart_counts(demo: None, monkeypatch: pytest.MonkeyPatch):
    """One landlord in two sent a file since: paid, less, the same, more."""
    monkeypatch.setattr(reading, "TODAY", SUMMER.date())
    COMPARED.clear()
    with time_machine.travel(SUMMER, tick=False), transaction.atomic():
        closed = Case.objects.filter(kind="arrears", closed_on__isnull=False, tenancy__isnull=False).exclude(
            outcome="voided"
        )
        for number, case in enumerate(closed.select_related("tenancy__debt").order_by("pk")[::2]):
            debt: Any = case.tenancy.debt  # type: ignore[union-attr]
            before = debt.statements.order_by("-as_of", "-pk")[0].balance
            DebtStatement.objects.create(
                debt=debt,
                source_id=case.tenancy.manager_id or case.tenancy.landlord_id,  # type: ignore[union-attr]
                as_of=add_months(case.closed_on, 6) + timedelta(days=number),  # type: ignore[arg-type]
                balance=(0, before / 2, before, before + 100)[number % 4],
            )
        refresh_figures(at=SUMMER)
        found = [each for me in readers() for each in walks_by_cell.of_cohorts(me)]
        transaction.set_rollback(True)
    assert found == []
    assert COMPARED["Six et douze mois après"] >= 30
