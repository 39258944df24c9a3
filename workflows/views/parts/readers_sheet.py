"""« Qui a consulté mon dossier »: the sheet for the person, in plain French.

She is told the services, the functions, the days, the reason and what was read: these are the recipients of her data and
what they did (RGPD art. 15; CJUE C-154/21). The names of professionals are not on it: CJUE C-579/21 gives them to her only
where she cannot defend her rights without them, which the officer, who sees them, weighs.
"""

from datetime import date

from cases.actions.retention.limits import read_shortest
from cases.letters.typeset import typeset_sheet
from cases.models import Case, DataController, Structure
from cases.rules.texts import Filled
from cases.templatetags.relais import short_date
from workflows.queries.accesses import ServiceAccesses, sum_up

COLUMNS = ["Service et fonction", "À quel titre", "Ce qui a été vu", "Jours"]


def typeset_readers(case: Case, *, sender: Structure, on: date) -> bytes:
    return typeset_sheet(
        compose(case, sender=sender, on=on), sender=(sender.name,), reference=case.reference, made_on=on
    )


def compose(case: Case, *, sender: Structure, on: date) -> Filled:
    found, months = sum_up(case), read_shortest("reading", on=on)
    controller = DataController.of_structure(sender)
    blocks = [
        _paragraph(
            "Cette feuille dit quels services ont ouvert votre dossier dans Relais, et quand. Chaque ouverture est notée par "
            f"l’outil lui-même ; ces notes sont gardées {months} mois au plus, puis effacées."
        ),
        _table(found)
        if found
        else _paragraph("Personne n’a ouvert votre dossier pendant cette période, ou ces notes sont effacées."),
        _paragraph(
            "Un même dossier est ouvert par plusieurs services quand ils vous aident ensemble, ou quand l’un d’eux a été "
            "sollicité pour vous aider. Les noms des professionnels ne figurent pas ici. Si une consultation vous surprend, "
            "vous pouvez demander des explications : le délégué à la protection des données peut retrouver qui a ouvert "
            "votre dossier et pourquoi."
        ),
        _paragraph(_whom_to_write_to(controller)),
    ]
    return Filled(subject=f"Qui a consulté le dossier {case.reference}", blocks=tuple(blocks))


def _whom_to_write_to(controller: DataController) -> str:
    return (
        f"À qui écrire : {controller.officer_contact}. Vous pouvez aussi adresser une réclamation à la CNIL (www.cnil.fr, 3 place de Fontenoy, "
        "TSA 80715, 75334 Paris cedex 07)."
    )


def _paragraph(text: str) -> dict[str, object]:
    return {"kind": "paragraph", "text": text}


def _table(found: list[ServiceAccesses]) -> dict[str, object]:
    return {"kind": "table", "columns": COLUMNS, "rows": [_row(each) for each in found], "sums": 0}


def _row(each: ServiceAccesses) -> list[str]:
    number = len(each.days)
    days = (
        f"le {short_date(each.first)}"
        if number == 1
        else f"{number} jours, du {short_date(each.first)} au {short_date(each.last)}"
    )
    who = f"{each.service}, {each.function}" if each.function else each.service
    return [who or "Relais", each.right, ", ".join(sorted(each.kinds)), days]
