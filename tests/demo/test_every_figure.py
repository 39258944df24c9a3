"""Every figure of every page, on the demonstration, for each role: what is read is what SQL written apart counts (`recounts`)."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse

from cases.models import Case, DebtStatement, User
from cases.rules.counting import add_months
from demo import seed
from tests.demo import (
    reading,
    recounts,
    walks_by_cell,
    walks_of_administration,
    walks_of_inbox,
    walks_of_indicators,
    walks_of_lists,
    walks_of_published,
    walks_of_traces,
)
from tests.demo.reading import (
    COMPARED,
    SMALL,
    TODAY,
    Reader,
    Wrong,
    differ,
    number_of,
    readers,
    row_of,
    words_of,
)
from tests.demo.recounts import ask, ask_number
from tests.demo.walks_of_indicators import KINDS
from tests.factories import NOON, PARIS
from workflows import diagram
from workflows.actions.indicators import refresh_figures

pytestmark = [pytest.mark.django_db, pytest.mark.long, pytest.mark.timeout(900), pytest.mark.turn(6)]
FLOWS = {
    "arrears": ("arrears",),
    "overpayment": ("overpayment", "debt_line"),
    "coordination": ("referent", "coordinator"),
}
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
    of_questions,
    *walks_of_indicators.WALKED,
    *walks_by_cell.WALKED,
    *walks_of_lists.WALKED,
    *walks_of_inbox.WALKED,
    *walks_of_administration.WALKED,
    *walks_of_published.WALKED,
    *walks_of_traces.WALKED,
)


LEAST = {"À faire": 10, "Échéances": 20, "Encours": 150, "Équipe": 20, "Référents": 15, "Pilotage": 50,
    "Pilotage des référents": 50, "Encours des structures": 100, "Indicateurs": 140, "Bilans": 140, "Questions": 3,
    "Imports": 20, "Carte des structures et étapes": 15, "Menu": 100, "Cloche": 30, "Parts, médianes et sommes": 100,
    "Cases des cartes": 200, "Semaine prochaine": 50, "Motifs de l’année": 100, "Bilan par motif": 40, "Alertes": 20, "Doublons": 10,
    "Étiquettes": 2, "Procédures": 300, "Encours en une phrase": 4, "Liste de l’encours": 4, "Groupes d’échéances": 50, "Réponses": 20,
    "Lots": 2, "Indicateurs par structure": 650, "Places selon leur âge": 6, "Listes des référents": 15, "Bénéficiaires": 8,
    "Indicateurs par nature du bailleur": 80, "Indicateurs par parc de logement": 40, "Indicateurs croisés": 100, "CSV ouvert": 300,
    "Observatoire": 280, "Rubriques d’À faire": 80, "À faire en une phrase": 80, "Signalements": 6, "Mon départ": 24, "Traces": 500,
    "Droit": 20, "Ouverture": 4, "Services": 1, "Conservation": 1}  # fmt: skip
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
