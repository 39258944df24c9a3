"""Lists and procedures: what each says of itself above its lines, and in its columns, compared with `recounts_of_lists`."""

import re

from cases.models import Structure
from tests.demo import recounts_of_lists as recounts
from tests.demo.reading import COMPARED, Read, Reader, Wrong, differ, number_of, row_of, words_of
from tests.demo.recounts import ask, ask_number
from tests.demo.walks_by_cell import KINDS, opens
from workflows import diagram
from workflows.flows import FLOWS, flows_of
from workflows.queries.deadlines import DeadlineList


def numbers_in(page: Read, words: str) -> list[int]:
    """Those of the first sentence that says these words."""
    for each in page.page.xpath("//main//p | //main//h1 | //main//h2 | //main//caption"):
        said = words_of(each)
        if words in said and (found := re.findall(r"\d+", re.sub(r"\d\d/\d\d/\d{4}", "", said))):
            return [int(number) for number in found]
    return []


def of_procedures(me: Reader) -> Wrong:
    """Of the managers their structure; of a pilot all, in the procedures of his action."""
    if me.role == "pilot" and me.structure.code in KINDS:
        everywhere = list(Structure.objects.filter(territory="grigny").values_list("pk", flat=True))
        for flow in flows_of(KINDS[me.structure.code]):
            yield from of_procedure(me, flow, me.read("procedure_steering", "", flow), everywhere)
    elif opens(me, "backlog"):
        for flow in FLOWS:
            page = me.read("procedure", f"?structure={me.structure.code}", flow)
            yield from of_procedure(me, flow, page, [me.structure.pk])


def of_procedure(me: Reader, flow: str, page: Read, structures: list[int]) -> Wrong:
    asked = {"flow": f"%.{FLOWS[flow].__name__}", "all": structures}
    titles = {node.name: node.task_title for node in diagram.nodes_in_order(FLOWS[flow])}
    table = page.table("Les nombres du schéma")
    counted = {titles[node]: numbers for node, *numbers in ask(recounts.STEPS, **me.known | asked)}
    for title in table:
        waiting = dict(zip(("En attente", "En retard", "Chez un autre"), counted.get(title, (0, 0, 0)), strict=True))
        yield from differ(f"Procédures, {flow}, {title}", row_of(table, title), waiting)
    took = {titles[node]: days for node, days in ask(recounts.TIMES, **me.known | asked)}
    for title, cells in table.items():
        COMPARED["Procédures"] += 1
        shown = re.match(r"\d+", cells["Durée médiane"])
        if (int(shown[0]) if shown else None) != took.get(title):
            yield f"Procédures, {flow}, {title}, durée", cells["Durée médiane"], took.get(title)
    drawn = {
        words_of(each.xpath("./text[1]")[0]): words_of(each)
        for each in page.page.xpath("//*[contains(@class, 'flow-step') and ./text[2]]")
    }
    for title, said in drawn.items():
        number = re.search(r"(\d+) en attente", said)
        if not number or int(number[1]) != counted.get(title, (0,))[0]:
            yield f"Procédures, {flow}, dessin, {title}", said, counted.get(title)


def of_leads(me: Reader) -> Wrong:
    """« 16 étapes en attente, dont 4 en retard »: above the backlog and its list."""
    query = f"?structure={me.structure.code}"
    page = opens(me, "backlog", query)
    if page is None:
        return
    waiting, late = ask(recounts.LEAD, **me.known)[0]
    said = numbers_in(page, "en attente")[:2] if waiting else [0, 0]
    yield from differ(
        "Encours en une phrase",
        dict(zip(("attend", "en retard"), said, strict=False)),
        {"attend": waiting} | ({"en retard": late} if late else {}),
    )
    listed = numbers_in(me.read("backlog_list", query), "en attente")[:1] or [0]
    yield from differ("Liste de l’encours", {"étapes": listed[0]}, {"étapes": waiting})


def of_dates(me: Reader) -> Wrong:
    if opens(me, "deadlines") is None:
        return
    for part, where in ((DeadlineList.MINE, "mine"), (DeadlineList.STRUCTURE, "ours")):
        page = me.read("deadlines", f"?liste={part}")
        shown = {
            each.text.strip(): int(words_of(each.xpath("./span")[0]))
            for each in page.page.xpath("//main//h2[./span[@class='muted']]")
            if words_of(each.xpath("./span")[0]).isdigit()
        }
        counted = dict(zip(recounts.GROUPS, ask(recounts.LEFT.format(part=where), **me.known)[0], strict=True))
        yield from differ("Groupes d’échéances", shown, counted)
        yield from differ(
            "Groupes d’échéances",
            {"toutes": (numbers_in(page, " échéance") or [0])[0]},
            {"toutes": sum(counted.values())},
        )


def of_answers(me: Reader) -> Wrong:
    page = opens(me, "backlog_answers", f"?structure={me.structure.code}")
    if page is None:
        return
    table = page.table("Orientations reçues")
    counted = dict(zip(recounts.ANSWERS, ask(recounts.RECEIVED, **me.known)[0], strict=True))
    yield from differ("Réponses", {label: row_of(table, label).get("Nombre", "0") for label in counted}, counted)
    for label, number, days in ask(recounts.WAITED, **me.known):
        row = row_of(page.table("Délais"), label)
        yield from differ(f"Réponses, {label}", row, {"Dossiers": number})
        words = "–" if days is None else f"{days:.1f}".replace(".", ",").removesuffix(",0") + " j"
        if row.get("Médiane") != words:
            yield f"Réponses, {label}, médiane", row.get("Médiane"), words


def of_lots(me: Reader) -> Wrong:
    if page := opens(me, "lots"):
        shown = sorted(number_of(cells["Situations"]) for cells in page.table("Lots").values())
        counted = sorted(number for _, number in ask(recounts.LOTS, **me.known))
        COMPARED["Lots"] += len(counted)
        if shown != counted:
            yield "Lots", shown, counted


def of_places(me: Reader) -> Wrong:
    """Who has no coordinator, which places nobody has: since when."""
    page = opens(me, "places")
    if page is None:
        return
    by_age, alone = page.table("Places à pourvoir"), page.table("Personnes suivies par deux")
    for name, *numbers in ask(recounts.VACANT, **me.known):
        counted = dict(zip(recounts.AGES, numbers, strict=True))
        shown = row_of(by_age, name) if name else {row: cells["Personnes"] for row, cells in alone.items()}
        yield from differ(
            f"Places selon leur âge, {name}",
            shown,
            counted if not name else {age: counted[age] for age in recounts.AGES[:3]},
        )


def of_referent_lists(me: Reader) -> Wrong:
    page = opens(me, "referents", f"?structure={me.structure.code}")
    if page is None:
        return
    table = page.table("Charge des référents")
    for name, number in ask(recounts.OTHERS, **me.known):
        if row := row_of(table, name):
            yield from differ(
                f"Listes des référents, {name}", row, {"Autres dossiers dont il est responsable": number}
            )
    places, alone, proposed = ask(recounts.MISSING, **me.known)[0]
    for anchor, number in (("places", places), ("coordinations", alone), ("propositions", proposed)):
        captions = page.page.xpath(f"//*[@id='{anchor}']//caption")
        shown = number_of(words_of(captions[0])) if captions else 0
        yield from differ(f"Listes des référents, {anchor}", {"lignes": shown}, {"lignes": number})


def of_my_people(me: Reader) -> Wrong:
    if page := opens(me, "my_people"):
        shown = (numbers_in(page, "suivie") or [0])[0]
        yield from differ("Bénéficiaires", {"suivis": shown}, {"suivis": ask_number(recounts.MINE, **me.known)})


WALKED = (of_procedures, of_leads, of_dates, of_answers, of_lots, of_places, of_referent_lists, of_my_people)
