"""`docs/droit.md`: what this release says of the law, as the page « État du droit » says it of an installation."""

from collections.abc import Iterator

from cases.rules.law import ACTIONS, KINDS, LegalStatement, load_readings
from workflows.queries.law import released_statements

HEAD = """\
# État du droit

Tout ce que Relais dit du droit, avec sa source. Fait par `manage.py write_law` à partir des mêmes données que la page
« État du droit » du pilote (Pilotage, Règles) : ne pas le modifier à la main. Une installation peut avoir d’autres règles : les
éditions que son pilote a publiées. Là, il note aussi qui a vérifié quoi, et quand.

« À vérifier » : la source est de seconde main, de mémoire, ou n’est pas écrite. « Lue le » : le jour où la source a été lue pour
une version de Relais ; « – » quand personne ne l’a noté.
"""


def write_page() -> str:
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    found = released_statements()
    unsure = sum(not each.is_sure for each in found)
    yield HEAD
    yield f"{len(found)} phrases, dont {unsure} à vérifier."
    yield ""
    yield "## Montants à saisir chaque année"
    yield ""
    for amount in load_readings().yearly:
        yield f"- {amount.title} : avant le {amount.day:02}/{amount.month:02} ({amount.reference})."
    for action, action_title in ACTIONS.items():
        for kind, kind_title in KINDS.items():
            shown = [each for each in found if each.action == action and each.kind == kind]
            if shown:
                yield from ("", f"## {action_title} : {kind_title.lower()}", "")
                yield from ("| Relais dit | source | confiance | lue le |", "|---|---|---|---|")
                yield from (_row(each) for each in shown)


def _row(statement: LegalStatement) -> str:
    read_on = load_readings().read_on.get((statement.catalogue, statement.code))
    confidence = statement.confidence if statement.is_sure else f"{statement.confidence} à vérifier".strip()
    cells = (statement.title, statement.reference or "–", confidence, f"{read_on:%d/%m/%Y}" if read_on else "–")
    return f"| {' | '.join(cell.replace('|', '/').replace(chr(10), ' ') for cell in cells)} |"
