"""Droit, Services, Ouverture and Conservation: what they say that they list is what stands there; sign-ins are counted in SQL."""

import re
from typing import Any

from config.accounts.models import SignInEvent
from tests.demo.reading import COMPARED, Read, Reader, Wrong, differ, in_order, number_of, words_of
from tests.demo.recounts import ask
from tests.demo.walks_by_cell import opens

SIGN_INS = """SELECT kind, count(*) FROM config_signinevent WHERE happened_at >= (%(d)s + time '12:00') AT TIME ZONE 'Europe/Paris' - interval '30 days' GROUP BY 1"""


def of_law(me: Reader) -> Wrong:
    """« 96 phrases sur 96. 80 à vérifier en tout. », and how many each part lists."""
    page = opens(me, "law")
    if page is None:
        return
    rows = page.page.xpath("//main//table/tbody/tr")
    to_verify = [row for row in rows if "à vérifier" in words_of(row.xpath("./td[last()]")[0]).lower()]
    said = [int(each) for each in re.findall(r"\d+", words_of(page.page.xpath("//main//p[@role='status']")[0]))]
    yield from differ("Droit, phrases", in_order(said), in_order((len(rows), len(rows), len(to_verify))))
    for table in page.page.xpath("//main//table"):
        caption = words_of(table.xpath("./caption")[0])
        listed = {caption: len(table.xpath("./tbody/tr"))}
        yield from differ("Droit, parties", {caption: int(caption.rpartition(" : ")[2])}, listed)


def of_opening(me: Reader) -> Wrong:
    page = opens(me, "opening")
    if page is None:
        return
    for section in page.page.xpath("//main//section[./h2]"):
        heading = words_of(section.xpath("./h2")[0])
        if number := re.search(r"(\d+) à (mettre en ordre|dire)", heading):
            yield from differ("Ouverture", {heading: number[1]}, {heading: len(section.xpath("./h3"))})
    yield from of_fold(page, "Ouverture")


def of_services(me: Reader) -> Wrong:
    page = opens(me, "services")
    if page is None:
        return
    yield from of_fold(page, "Services")
    words: dict[Any, str] = {kind: str(label) for kind, label in SignInEvent.Kind.choices}
    counted = {words[kind]: number for kind, number in ask(SIGN_INS, **me.known)}
    lists = page.page.xpath("//section[@aria-labelledby='connexions']/dl")
    names, numbers = (lists[0].xpath(f"./{each}") for each in ("dt", "dd")) if lists else ([], [])
    shown = {words_of(name).lower(): words_of(number) for name, number in zip(names, numbers, strict=True)}
    yield from differ("Services", shown, counted)
    if set(shown) != set(counted):
        yield "Services, connexions", shown, counted


def of_fold(page: Read, area: str) -> Wrong:
    """How many lines a part that opens says that it holds."""
    for fold in page.page.xpath("//main//details[./summary/h2]"):
        heading = words_of(fold.xpath("./summary/h2")[0])
        number = words_of(fold.xpath("./summary/span")[0])
        yield from differ(area, {heading: number}, {heading: len(fold.xpath("./dl/dt"))})


def of_retention(me: Reader) -> Wrong:
    """« 13 durées à vérifier »."""
    page = opens(me, "retention")
    if page is None:
        return
    to_check = [each for each in page.lines("Durées de conservation") if each["La loi"].endswith("à vérifier")]
    said = [each for each in map(words_of, page.page.xpath("//main//p")) if re.match(r"\d+ durée", each)]
    COMPARED["Conservation"] += 1
    if (number_of(said[0]) if said else 0) != len(to_check):
        yield "Conservation", said, len(to_check)


WALKED = (of_law, of_opening, of_services, of_retention)
