"""Indicateurs and Bilans: each whole, each month of each part, and what two dimensions cross, compared with `recounts`."""

import re
import statistics
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.utils.text import capfirst

from cases.models import Housing, LandlordType, Structure
from cases.rules.counting import add_months
from tests.demo import recounts
from tests.demo.reading import COMPARED, SMALL, TODAY, Read, Reader, Wrong, number_of
from tests.demo.recounts import ask, ask_number

KINDS = {"caf-91-pilotage": "arrears", "ville-grigny": "overpayment", "cd91-rsa": "coordination"}
"""Of the cases of the action that each desk pilots."""
ACTIONS = {"arrears": "impayes", "overpayment": "trop-percus", "coordination": "referents"}
QUARTERS = {"2026-T4": (date(2026, 10, 1), TODAY), "2026-T3": (date(2026, 7, 1), date(2026, 9, 30))}
FEW = 5
"""Of partners who do not pilot an action, below how many a number is hidden."""


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
                hides_below = 0 if where == own else FEW
                yield from of_cell(f"{where}, {quarter}, {title}", shown, counted, hides_below=hides_below)
        for title, (read, sql) in VALUES.items():
            each = [value for (value,) in ask(sql, first=first, last=last, t="grigny") if value is not None]
            in_brief = [("première page", shown) for shown in of_now(pages["report"], title)]
            for where, shown in [*wholes(pages, title), *in_brief]:
                COMPARED["Parts, médianes et sommes"] += 1
                # A professional is somebody: few of them are hidden from their own pilot too.
                hides_below = 0 if where == own and not title.endswith("par professionnel") else FEW
                yield from of_value(f"{where}, {quarter}, {title}", shown, each, read=read, hides_below=hides_below)


PARTS = {"structure": "structure", "landlord_type": "nature du bailleur", "housing": "parc de logement"}
"""By what an indicator is split → the words above its lines."""


def codes_of(by: str) -> dict[str, Any]:
    """Of its lines: the words of each → what stands in rows."""
    if by == "structure":
        return {each.name: each.pk for each in Structure.objects.filter(territory="grigny")}
    choices = LandlordType.choices if by == "landlord_type" else Housing.choices
    return {str(words): code for code, words in choices} | {"non connu": ""}


def piloted(me: Reader) -> str:
    """The action whose numbers a pilot reads plain."""
    return ACTIONS.get(KINDS.get(me.structure.code, ""), "") if me.role == "pilot" else ""


def of_splits(me: Reader) -> Wrong:
    """Of the indicators of his own action, which a pilot reads plain: each month of each structure, landlords, dwellings."""
    own = piloted(me)
    for quarter, (first, last) in QUARTERS.items() if own else ():
        for by, words in PARTS.items():
            if by != "structure" and own != ACTIONS["arrears"]:
                continue
            page = me.read("indicators", f"?action={own}&periode={quarter}&par={by}&mois=on")
            codes = codes_of(by)
            for title, sql in SPLIT.items():
                split = recounts.of_part(title, sql, by)
                for name, cells in page.table(f"{title}, {words}").items() if split else ():
                    if name in codes:
                        known = {"first": first, "last": last, "t": "grigny", by: codes[name]}
                        what = f"Indicateurs par {words}, {title}, {name}, {quarter}"
                        yield from of_line(what, title, split or "", cells, known=known)


def of_crossings(me: Reader) -> Wrong:
    """Structures, each by nature of the landlord: of the last whole quarter."""
    own = piloted(me)
    if own != ACTIONS["arrears"]:
        return
    natures, structures = codes_of("landlord_type"), codes_of("structure")
    columns = {capfirst(nature): code for nature, code in natures.items()}
    quarter, (first, last) = list(QUARTERS.items())[-1]
    page = me.read("indicators", f"?action={own}&periode={quarter}&par=structure_landlord")
    for title, sql in SPLIT.items():
        split = recounts.of_part(title, sql, "structure", "landlord_type") or ""
        for name, cells in page.table(f"{title}, structure").items():
            for nature in [each for each in cells if each in columns] if name in structures else ():
                known = {"structure": structures[name], "landlord_type": columns[nature]}
                what = f"Indicateurs croisés, {title}, {name}, {nature}"
                known |= {"first": first, "last": last, "t": "grigny"}
                yield from of_part(what, title, split, cells[nature], known=known)


def of_line(what: str, title: str, sql: str, cells: dict[str, str], *, known: dict[str, Any]) -> Wrong:
    """« Octobre », « Novembre », « Total »; not the ages of what is open."""
    for period in [each for each in cells if each in (*MONTHS, "Total")]:
        within = month_of(period, known["first"], known["last"]) if period in MONTHS else {}
        yield from of_part(f"{what}, {period}", title, sql, cells[period], known=known | within)


def of_part(what: str, title: str, sql: str, shown: str, *, known: dict[str, Any], hides_below: int = 0) -> Wrong:
    """A cell; `hides_below`: of whom reads no smaller number."""
    COMPARED[what.partition(",")[0]] += 1
    found = ask(sql, **known)
    if title in VALUES:
        each = [value for (value,) in found if value is not None]
        yield from of_value(what, shown, each, read=VALUES[title][0], hides_below=hides_below)
    else:
        yield from of_cell(what, shown, found[0][0], hides_below=hides_below)


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
SPLIT = recounts.INDICATORS | {
    title: sql for title, (_, sql) in VALUES.items() if not title.endswith("par professionnel")
}
"""Title → SQL of what is split by a pilot, who reads it plain."""
SHOWN_VALUE = re.compile(r"(?P<value>[\d\s]+(?:,\d)?)\s?(?P<unit>[%€])?(?:\sj)?(?:\s\((?P<number>[\d\s]+)\))?")


def of_value(what: str, shown: str, each: list[Any], *, read: Any, hides_below: int) -> Wrong:
    """« 62 % (34) », « 12,5 (8) », « 1 234 € (6) »: the value, and of how many. Of a share that others read, neither those
    within nor those without are few."""
    parts = [sum(each), len(each) - sum(each)] if read is share_of else []
    if SMALL in shown:
        if not hides_below:
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
        told = any(0 < few < hides_below for few in [len(each), *parts])
        if number != len(each) or abs(value - float(read(each))) > half + 0.011 or told:
            yield what, shown, (len(each), float(read(each)))


def of_cell(what: str, shown: str, counted: int, *, hides_below: int) -> Wrong:
    if SMALL in shown:
        if not hides_below:
            yield what, shown, counted
    elif number_of(shown) != counted or ("Bailleurs" not in what and 0 < counted < hides_below):
        yield what, shown, counted


WALKED = (of_indicators, of_splits, of_crossings)
