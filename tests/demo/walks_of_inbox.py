"""À faire and Mon départ: their headings, and what is said above their lines, compared with `recounts_of_inbox`."""

import re
from collections import Counter

from tests.demo import recounts_of_inbox as recounts
from tests.demo.reading import Read, Reader, Wrong, differ, number_of, words_of
from tests.demo.recounts import MENU, ask, ask_number
from tests.demo.walks_by_cell import opens

A_PAGE = 50
"""Steps: the headings of those that follow are on the next."""
STRIP, LEAVES = 8, 100
"""Lines that « À ne pas manquer », and Mon départ, show at most."""


def headings_of(page: Read) -> dict[str, int]:
    return {
        each.text.strip(): number_of(words_of(each.xpath("./span[@class='muted']")[0]).removeprefix("plus de "))
        for each in page.page.xpath("//main//h2[./span[@class='muted']]")
    }


def of_groups(me: Reader) -> Wrong:
    """Each heading of each list; the tab that says what presses; the sentence above."""
    counted: dict[str, Counter[str]] = {}
    for part, heading, number in ask(recounts.LEFT, **me.known):
        counted.setdefault(part, Counter())[heading] = number
    for part in ("pour-moi", "a-prendre", "en-attente"):
        steps = counted.get(part, Counter())
        page = me.read("inbox", f"?liste={part}")
        shown = headings_of(page)
        if steps.total() <= A_PAGE:
            every = {heading: shown[heading] for heading in shown if heading in ALL}
            yield from differ(f"Rubriques d’À faire, {part}", every, {**dict.fromkeys(every, 0), **steps})
        else:
            seen = {heading: steps[heading] for heading in shown if heading in ALL}
            yield from differ(f"Rubriques d’À faire, {part}", shown, seen)
        yield from of_lead(part, page, steps)
        if part == "pour-moi":
            awaited = counted.get("en-attente", Counter()).total()
            yield from differ("Rubriques d’À faire, beside", shown, {"En attente d’autres": awaited})
            yield from of_first_page(me, page, shown)


ALL = {
    "Procédure d’expulsion ou contrainte : sans attendre",
    "Procédure d’expulsion ou contrainte",
    "Sans attendre",
    "Aujourd’hui",
    "Sous sept jours",
    "Plus tard",
}


def of_lead(part: str, page: Read, steps: Counter[str]) -> Wrong:
    """« 12 tâches, dont 3 à faire sans attendre »; and what the tab says of these."""
    lead = words_of(page.page.xpath("//*[@id='resume']")[0])
    pressing = sum(steps[heading] for heading in recounts.PRESSING)
    said = re.match(r"(\d+) tâche", lead)
    late = re.search(r"dont (\d+) à faire sans attendre", lead)
    shown = {"tâches": int(said[1]) if said else 0, "sans attendre": int(late[1]) if late else 0}
    yield from differ(f"À faire en une phrase, {part}", shown, {"tâches": steps.total(), "sans attendre": pressing})
    if current := page.page.xpath("//main//ul[contains(@class, 'tabs')]//a[@aria-current='page']"):
        told = re.search(r"dont (\d+) sans attendre", words_of(current[0]))
        number = int(told[1]) if told else 0
        yield from differ(
            f"À faire en une phrase, onglet {part}", {"": number}, {"": pressing if part != "en-attente" else 0}
        )


def of_first_page(me: Reader, page: Read, shown: dict[str, int]) -> Wrong:
    risks = min(ask_number(recounts.RISKS, **me.known), STRIP)
    counted = {"À ne pas manquer": risks, "Rendez-vous du jour": ask_number(recounts.MEETINGS, **me.known)}
    counted["Demandes d’autres services"] = ask(MENU, **me.known)[0][1]
    yield from differ("Rubriques d’À faire, first", shown, counted)
    if figures := page.page.xpath("//section[@aria-labelledby='signalements']/dl"):
        names, numbers = figures[0].xpath("./dt"), figures[0].xpath("./dd")
        states = {words_of(name).lower(): int(words_of(number)) for name, number in zip(names, numbers, strict=True)}
        stands = dict(zip(recounts.STATES, ask(recounts.REPORTS, **me.known)[0], strict=True))
        yield from differ("Signalements", states, {words.lower(): number for words, number in stands.items()})


def of_departure(me: Reader) -> Wrong:
    page = opens(me, "my_departure")
    if page is None:
        return
    left, asked = ask(recounts.LEAVING, **me.known)[0]
    captions = [words_of(each) for each in page.page.xpath("//main//caption")]
    lines = next((re.search(r"\d+", each) for each in captions if each.startswith("Reste à transmettre")), None)
    words = words_of(page.page.xpath("//main")[0])
    more, waits = re.search(r"(\d+) autres viendront", words), re.search(r"(\d+) propositions? d’être référent", words)
    shown = {"lignes": lines, "autres": more, "propositions": waits}
    counted = {"lignes": left, "autres": max(left - LEAVES, 0), "propositions": asked}
    yield from differ(
        "Mon départ", {name: number_of((said and said[0]) or "0") for name, said in shown.items()}, counted
    )


WALKED = (of_groups, of_departure)
