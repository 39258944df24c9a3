"""Traces: accesses, readings, exports, requests, shared cases and lists of each controller, compared with `recounts_of_traces`."""

import re
from typing import Any

from django.db import transaction
from django.urls import reverse

from cases.models import LegalBasis
from cases.rules.french import MONTHS
from tests import factories
from tests.demo import recounts_of_traces as recounts
from tests.demo.reading import COMPARED, Read, Reader, Wrong, differ, in_order, readers, words_of
from tests.demo.recounts import ask

OTHERS = ("mds-grigny", "ccas-grigny", "bailleur-a")
"""Of other controllers, whose officer the demonstration does not name."""
THIS_MONTH, MONTH_BEFORE = "2026-11", "2026-10"
MANY = 10
"""Cases that somebody opened in a day without being given them."""


def of_officers(me: Reader) -> Wrong:
    """The one of the demonstration, and one of each other controller, once some have exported a list."""
    if me.role != "dpo":
        return
    with transaction.atomic():
        for agent in [each for each in readers() if each.role == "agent"]:
            agent.client.post(reverse("export_ask", args=["situations"]), {"format": "csv"})
        others = [Reader(factories.member(code, "dpo")) for code in OTHERS]
        for officer in (me, *others):
            for walk in (of_accesses, of_readings, of_exports, of_register, of_sharing, of_lists):
                yield from walk(officer)
        transaction.set_rollback(True)


def pages_of(me: Reader, name: str) -> dict[str, Read]:
    return {month: me.read(name, f"?mois={month}") for month in (THIS_MONTH, MONTH_BEFORE)}


def of_accesses(me: Reader) -> Wrong:
    pages = pages_of(me, "traces_access")
    for month, page in pages.items():
        shown = {(each["Service"], each["Fondement"]): each for each in page.lines("Accès d’aujourd’hui")}
        for name, basis, *numbers in ask(recounts.ACCESSES, **me.known, month=month):
            words = str(LegalBasis(basis).label)
            counted = dict(zip(recounts.LEVELS, numbers, strict=True))
            yield from differ(f"Traces, accès, {name}, {words}, {month}", shown.pop((name, words), {}), counted)
        if shown:
            yield "Traces, accès, of nobody", shown, {}
    yield from of_months("accès", pages[THIS_MONTH], "Accès ouverts et terminés", ask(recounts.MOVED, **me.known))
    lines = {each["Service"]: each for each in page.lines("Dossiers vus en entier")}
    for name, *numbers, median, most in ask(recounts.INFORMED, **me.known):
        yield from differ(
            f"Traces, information, {name}", lines.get(name, {}), dict(zip(recounts.TOLD, numbers, strict=True))
        )
        said = "–" if median is None else f"{days(median)} au plus {days(most)}"
        if lines.get(name, {}).get("Délai", "").replace("\xa0", " ") != said:
            yield f"Traces, information, {name}, délai", lines.get(name), said


def days(number: int) -> str:
    return "le jour même" if number == 0 else f"{number} jour{'s' if number > 1 else ''}"


def of_months(what: str, page: Read, caption: str, counted: list[Any]) -> Wrong:
    """Since the first that has some, of the last twelve."""
    found = {month: numbers for month, *numbers in counted}
    for line in page.lines(caption):
        name, *shown = line.values()
        words, year = name.split()
        month = f"{year}-{MONTHS.index(words.lower()) + 1:02d}"
        numbers = [int(number or 0) for number in found.pop(month, (0, 0))]
        yield from differ(f"Traces, {what}, {month}", in_order(shown), in_order(numbers))
    if left := [month for month in found if month >= "2025-12"]:
        yield f"Traces, {what}", "no line", left


def of_readings(me: Reader) -> Wrong:
    pages = pages_of(me, "traces_readings")
    for month, page in pages.items():
        shown = {each["Service"]: each for each in page.lines("Par service")}
        for name, *numbers in ask(recounts.READINGS, **me.known, month=month):
            counted = dict(zip(recounts.READ, numbers, strict=True))
            yield from differ(f"Traces, lectures, {name}, {month}", shown.pop(name, {}), counted)
        if shown:
            yield "Traces, lectures, of nobody", shown, {}
        days_shown = sorted(
            (each["Service"], each["Jour"][-10:], each["Dossiers"]) for each in page.lines("À regarder")
        )
        unusual = ask(recounts.UNUSUAL, **me.known, month=month, many=MANY)
        COMPARED["Traces"] += len(unusual)
        if days_shown != sorted((name, day, str(number)) for name, _, day, number in unusual):
            yield f"Traces, lectures, jours, {month}", days_shown, unusual
    yield from of_months("lectures", pages[THIS_MONTH], "Douze derniers mois", ask(recounts.READ_BY_MONTH, **me.known))


def of_exports(me: Reader) -> Wrong:
    pages = pages_of(me, "traces_exports")
    for month, page in pages.items():
        shown = sorted(int(each["Lignes"]) for each in page.lines("Fichiers"))
        counted = sorted(number for (number,) in ask(recounts.EXPORTED, **me.known, month=month))
        COMPARED["Traces"] += 1
        if shown != counted:
            yield f"Traces, exports, {month}", shown, counted
    yield from of_months(
        "exports", pages[THIS_MONTH], "Douze derniers mois", ask(recounts.EXPORTED_BY_MONTH, **me.known)
    )


def of_register(me: Reader) -> Wrong:
    page = me.read("traces_requests")
    shown = {words: len(page.lines(words)) for words in ("En attente de réponse", "Terminées")}
    yield from differ("Traces, demandes", shown, dict(zip(shown, ask(recounts.REGISTER, **me.known)[0], strict=True)))


def of_sharing(me: Reader) -> Wrong:
    page = me.read("traces_sharing")
    shown = {(each["Service"], each["Sens"]): each for each in page.lines("Demandes de partage")}
    for name, way, *numbers in ask(recounts.SHARING, **me.known):
        key = next((each for each in shown if each[0] == name and way in each[1]), ("", ""))
        counted = dict(zip(recounts.STATES, numbers, strict=True))
        yield from differ(f"Traces, partages, {name}, {way}", shown.pop(key, {}), counted)
    wishes = {each["Service"]: each for each in page.lines("Ce que les personnes")}
    for name, *numbers in ask(recounts.WISHES, **me.known):
        cells = list(wishes.pop(name, {}).values())[1:] or ["0", "0", "0"]
        yield from differ(f"Traces, refus, {name}", in_order(cells), in_order(numbers))
    if shown or wishes:
        yield "Traces, partages, of nobody", (shown, wishes), {}


def of_lists(me: Reader) -> Wrong:
    page = me.read("traces")
    rows = {
        row.xpath("./th/a")[0].get("href").rstrip("/").rpartition("/")[2]: row
        for row in page.page.xpath("//main//table/tbody/tr")
    }
    for job, lines, *became in ask(recounts.LISTS, **me.known):
        row = rows.pop(job, None)
        if row is None:
            yield "Traces, listes", "no line", job
            continue
        _, _, number, outcomes, reached, *_ = [words_of(each) for each in row.xpath("./th | ./td")]
        said = [re.search(rf"(\d+) {words}", outcomes) for words in recounts.BECAME]
        shown = {"lignes": number, **{words: each[1] if each else 0 for words, each in zip(recounts.BECAME, said, strict=True)}}  # fmt: skip
        counted = {"lignes": lines, **dict(zip(recounts.BECAME, became, strict=True))}
        yield from differ(f"Traces, listes, {job}", shown, counted)
        for name, basis, cases in ask(recounts.REACHED, **me.known, job=job):
            COMPARED["Traces"] += 1
            if f"{name} : {cases} {LegalBasis(basis).label}" not in reached:
                yield f"Traces, listes, {job}, {name}", reached, cases
    if rows:
        yield "Traces, listes, of nobody", list(rows), []


WALKED = (of_officers,)
