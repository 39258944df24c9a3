"""The pages whose tables say a number in each cell, read by whoever opens them and compared with `recounts_by_cell`."""

import re
from collections import Counter
from datetime import date, timedelta

from django.urls import reverse
from django.utils.text import capfirst

from cases.actions.remedies import overpayments_in_force
from cases.models import CaseKind, DebtLine, Structure
from cases.models.notices import benefits
from cases.templatetags.relais import weekday_date
from tests.demo import reading, recounts_by_cell as recounts
from tests.demo.reading import COMPARED, SMALL, Read, Reader, Wrong, differ, number_of, row_of, words_of
from tests.demo.recounts import ask
from workflows import diagram
from workflows.flows import FLOWS, flows_of
from workflows.indicators.quarters import Quarter
from workflows.queries.causes import labels_of

FEW = 5
"""Of partners who do not pilot an action, below how many a number is hidden."""
ONE_DAY = timedelta(days=1)


def opens(me: Reader, name: str, query: str = "") -> Read | None:
    """The page, of who may read it."""
    answer = me.client.get(reverse(name) + query)
    return Read(answer) if answer.status_code == 200 else None


def of_hidden(what: str, shown: str, counted: int, *, is_plain: bool) -> Wrong:
    """A number, or that it is small: never one below five to who does not pilot, never hidden from who does."""
    COMPARED[what.partition(",")[0]] += 1
    if shown == SMALL:
        if is_plain:
            yield what, shown, counted
    elif number_of(shown.replace("–", "0")) != counted or (not is_plain and 0 < counted < FEW):
        yield what, shown, counted


def of_heat(me: Reader) -> Wrong:
    """Each cell, and what its row, its column and the whole come to."""
    if me.role != "pilot" or opens(me, "backlogs") is None:
        return
    for flow in flows_of(KINDS[me.structure.code]):
        table = me.read("heat_map", "", flow).table("")
        titles = {node.name: node.task_title for node in diagram.nodes_in_order(FLOWS[flow])}
        counted: dict[tuple[str, str], tuple[int, int, date]] = {}
        asked = {"kinds": KINDS[me.structure.code], "flow": f"%.{FLOWS[flow].__name__}"}
        for structure, node, number, late, oldest in ask(recounts.HEAT, **me.known | asked):
            for place in ((row, step) for row in (structure, "Toutes") for step in (titles[node], "Ensemble")):
                before = counted.get(place, (0, 0, oldest))
                counted[place] = (before[0] + number, before[1] + late, min(before[2], oldest))
        shown = {(row, step): cell for row, cells in table.items() for step, cell in cells.items() if cell}
        COMPARED["Cases des cartes"] += 3 * len(counted)
        for place in {*shown, *counted}:
            number, late, oldest = counted.get(place, (0, 0, date.min))
            said = (number, round(100 * late / number) if late else 0, f"{oldest:%d/%m/%Y}")
            if place not in shown or heat_of(shown[place]) != said:
                yield f"Cases des cartes, {flow}, {place}", shown.get(place), said


KINDS = {
    "caf-91-pilotage": [CaseKind.ARREARS],
    "ville-grigny": [CaseKind.OVERPAYMENT],
    "cd91-rsa": [CaseKind.COORDINATION],
}


def heat_of(cell: str) -> tuple[int, int, str]:
    """How many, which percent of them late, since when the oldest."""
    late = re.search(r"(\d+)\s% en retard", cell)
    return number_of(cell), int(late[1]) if late else 0, cell[-10:]


def of_week(me: Reader) -> Wrong:
    """Semaine prochaine: what becomes late, per day and per colleague, and how many in all."""
    page = opens(me, "backlog_week", f"?structure={me.structure.code}")
    if page is None:
        return
    counted: Counter[tuple[str, str]] = Counter()
    loads = {}
    for name, followed, ending, number in ask(recounts.WEEK, **me.known):
        who, is_late = name or "Sans professionnel nommé", ending < reading.TODAY
        counted[who, "En retard" if is_late else weekday_date(ending)[:10]] += number
        counted[who, "En retard" if is_late else "À finir"] += 0 if is_late else number
        loads[who, "Dossiers suivis"] = followed if name else 0
    shown = shown_week(page)
    for place in {*counted, *loads, *(each for each in shown if each[1] != "Dossiers suivis")}:
        what, number = f"Semaine prochaine, {place}", loads.get(place, counted[place])
        yield from differ(what, {"": shown.get(place, 0)}, {"": number})
    yield from differ("Semaine prochaine", lead_of_week(page), total_of(counted))


def shown_week(page: Read) -> dict[tuple[str, str], int]:
    found = {}
    for row in page.page.xpath("//main//table[caption[contains(., 'par collègue')]]/tbody/tr"):
        who = row.xpath("./th")[0].text.strip()
        for cell in row.xpath("./td"):
            said = words_of(cell)
            found[who, cell.get("data-label")] = number_of(said) if said[:1].isdigit() else 0
    return found


def lead_of_week(page: Read) -> dict[str, int]:
    """« 16 étapes à finir… Déjà en retard : 4 étapes. »"""
    said = next(
        words_of(each)
        for each in page.page.xpath("//main//p")
        if re.search("à finir d’ici|Aucune étape ne", words_of(each))
    )
    late = re.search(r"Déjà en retard : (\d+)", said)
    return {"À finir": number_of(said) if said[0].isdigit() else 0, "En retard": int(late[1]) if late else 0}


def total_of(counted: Counter[tuple[str, str]]) -> dict[str, int]:
    return {
        column: sum(number for (_, each), number in counted.items() if each == column)
        for column in ("À finir", "En retard")
    }


def of_cohorts(me: Reader) -> Wrong:
    page = opens(me, "cohorts") if me.role == "pilot" else None
    if page is None:
        return
    is_plain = CaseKind.ARREARS in KINDS[me.structure.code]
    for months, caption in ((6, "Six mois après"), (12, "Un an après")):
        table = page.table(caption)
        for closed, *numbers, planned in ask(recounts.LATER, months=months, **me.known):
            quarter = Quarter(closed)
            if quarter.shifted_by(months // 3) < Quarter.containing(reading.TODAY).shifted_by(-5):
                continue
            row = row_of(table, quarter.short)
            for column, number in zip(recounts.COHORT, numbers, strict=True):
                whole = planned if column == "Plans tenus" else numbers[0]
                shown = row.get(column, "0")
                yield from of_hidden(
                    f"Six et douze mois après, {months}, {quarter}, {column}", shown, number, is_plain=is_plain
                )
                share = re.search(r"\((\d+)\s%\)", shown)
                if share and int(share[1]) != round(100 * number / whole):
                    yield f"Six et douze mois après, {months}, {quarter}, {column}, part", shown, (number, whole)


def of_causes(me: Reader) -> Wrong:
    """The lines of an operator, by cause: of its months, of its years; by benefit and outcome, of its months."""
    page = opens(me, "questions_report")
    if page is None:
        return
    is_plain = me.role == "pilot" and CaseKind.OVERPAYMENT in KINDS[me.structure.code]
    codes = [
        link.get("href").partition("structure=")[2].partition("&")[0]
        for link in page.page.xpath("//main//ul[contains(@class, 'tabs')]//a")
    ]
    for code in dict.fromkeys(codes or [me.structure.code]):
        operator = Structure.objects.get(code=code)
        yield from of_cause_years(me, operator, is_plain=is_plain)
        yield from of_cause_months(me, operator, is_plain=is_plain)


MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")


def of_cause_years(me: Reader, operator: Structure, *, is_plain: bool) -> Wrong:
    labels = labels_of(overpayments_in_force(on=reading.TODAY, territory="grigny"))
    for year in (reading.TODAY.year, reading.TODAY.year - 1):
        page = me.read("questions_year", f"?structure={operator.code}&annee={year}")
        counted: Counter[tuple[str, str]] = Counter()
        for cause, month, number in ask(recounts.YEAR, **me.known | {"s": operator.pk, "year": year}):
            for row in (labels.get(cause, cause), "Total"):
                counted[row, MONTHS[month - 1]] += number
                counted[row, "année"] += number
        shown = {(row, "année"): next(iter(cells.values())) for row, cells in page.table("Par motif").items()}
        for half in ("De janvier à juin", "De juillet à décembre"):
            shown |= {(row, month): cell for row, cells in page.table(half).items() for month, cell in cells.items()}
        for place in {*shown, *counted}:
            what = f"Motifs de l’année, {operator}, {year}, {place}"
            yield from of_hidden(what, shown.get(place, "0"), counted[place], is_plain=is_plain)


def of_cause_months(me: Reader, operator: Structure, *, is_plain: bool) -> Wrong:
    labels = labels_of(overpayments_in_force(on=reading.TODAY, territory="grigny"))
    outcomes = {"": "En cours", **{code: capfirst(str(words)) for code, words in DebtLine.Outcome.choices}}
    splits = {
        "Par motif": ("l.cause", labels),
        "Par prestation": ("l.benefit", {code: capfirst(words) for code, words in benefits()}),
        "Par issue": ("l.outcome", outcomes),
    }
    for month in (f"{reading.TODAY:%Y-%m}", f"{reading.TODAY.replace(day=1) - ONE_DAY:%Y-%m}"):
        page = me.read("questions_report", f"?structure={operator.code}&mois={month}")
        for caption, (by, words) in splits.items():
            table = page.table(caption)
            sql = recounts.MONTH.format(by=by)
            counted = {
                words.get(key, key): number
                for key, number in ask(sql, **me.known | {"s": operator.pk, "month": month})
            }
            counted["Total"] = sum(counted.values())
            for row in {*table, *counted}:
                shown = table.get(row, {}).get("Lignes", "0")
                yield from of_hidden(
                    f"Bilan par motif, {operator}, {month}, {row}", shown, counted.get(row, 0), is_plain=is_plain
                )


def of_labels(me: Reader) -> Wrong:
    answer = me.client.get(reverse("labels", args=[me.structure.code]))
    if answer.status_code == 200:
        table = Read(answer).table("Étiquettes")
        counted = dict(ask(recounts.LABELS, **me.known))
        yield from differ("Étiquettes", {row: cells["Dossiers ouverts"] for row, cells in table.items()}, counted)


def of_alerts(me: Reader) -> Wrong:
    page = opens(me, "warnings")
    if page is None:
        return
    own = me.structure.kind in {"landlord", "rent_manager"}
    counted = dict(
        zip(recounts.TABS, ask(recounts.ALERTS.format(recounts.signs(own=own)), **me.known)[0], strict=True)
    )
    yield from differ("Alertes", page.tabs, counted)
    table = page.table("Dettes non signalées")
    if me.role == "pilot" and me.structure.code == "caf-91-pilotage":
        for landlord, number, debt in ask(recounts.UNREPORTED, **me.known):
            row = row_of(table, landlord)
            yield from differ(f"Alertes, {landlord}", row, {"Depuis deux mois": number})
            if re.sub(r"[\s€]", "", row.get("Total", "")).replace(",", ".") not in {f"{debt:.2f}", f"{debt:.0f}"}:
                yield f"Alertes, {landlord}, total", row.get("Total"), debt


def of_duplicates(me: Reader) -> Wrong:
    page = opens(me, "duplicates")
    if page is not None:
        yield from differ("Doublons", page.tabs, {"À vérifier": len(set(ask(recounts.PAIRS, **me.known)))})


WALKED = (of_heat, of_week, of_cohorts, of_causes, of_labels, of_alerts, of_duplicates)
