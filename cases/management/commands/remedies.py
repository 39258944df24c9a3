"""Says whom to write to first about an overpayment, and what follows, with the matrix in force."""

import json
from collections.abc import Iterable, Iterator
from datetime import date

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import localdate

from cases.actions.remedies import matrix_in_force
from cases.management.arguments import add_territory_argument, iso_date, read_territory
from cases.rules.remedies import BENEFITS, FRAUD, OPERATORS, NoRemedy, Remedy, RemedyPart

WRITTEN = {"departement": "department"}
"""How operators write on the command line what the contexts of deadlines name otherwise."""
DOUBTS = {"M": "source secondaire", "L": "à confirmer"}
STOPS = {True: "oui", False: "non, d’après le texte : la demander", None: "incertain : la demander"}


class Command(BaseCommand):
    help = "Dit à qui écrire d’abord pour un trop-perçu, et la suite, sans toucher à aucun dossier."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--benefit", required=True, metavar="PRESTATION", help=", ".join(BENEFITS))
        parser.add_argument(
            "--operator", required=True, metavar="ORGANISME", help=", ".join(_written_choices(OPERATORS))
        )
        parser.add_argument("--on", type=iso_date, metavar="DATE", help="jour de la notification (AAAA-MM-JJ)")
        add_territory_argument(parser)
        parser.add_argument("--json", action="store_true", help="écrire le résultat en JSON")

    def handle(self, *args: object, benefit: str, operator: str, on: date | None, **options: object) -> None:
        on = on or localdate()
        try:
            remedy = matrix_in_force(on=on, territory=read_territory(options)).remedy_for(
                benefit=benefit, operator=WRITTEN.get(operator, operator), on=on
            )
        except NoRemedy as refusal:
            raise CommandError(_replace_codes(str(refusal))) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(remedy.as_json(), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(_describe_remedy(remedy)))


def _written_choices(codes: Iterable[str]) -> list[str]:
    written = {code: word for word, code in WRITTEN.items()}
    return [written.get(code, code) for code in codes]


def _replace_codes(message: str) -> str:
    for word, code in WRITTEN.items():
        message = message.replace(code, word)
    return message


def _describe_remedy(remedy: Remedy) -> Iterator[str]:
    contest, court, suspension = remedy.contest, remedy.court, remedy.suspension
    yield f"{BENEFITS[remedy.benefit]}, {OPERATORS[remedy.operator]}"
    yield _sourced_line(
        "Contester d’abord auprès de", contest.authority or "personne : le tribunal est saisi directement", contest
    )
    yield f"Délai : {contest.rule}"
    if remedy.silence:
        yield _sourced_line("Sans réponse", str(remedy.silence), remedy.silence)
    yield _sourced_line("Juge", f"{court} (délai : {court.rule})", court)
    yield _sourced_line("Le recours suspend le recouvrement", STOPS[suspension.stops("recourse")], suspension)
    if waiver := remedy.waiver:
        yield _sourced_line("Remise de dette", f"{waiver.by} ; {waiver.criterion} ; {FRAUD[waiver.fraud]}", waiver)
    if refusal := remedy.refusal:
        label = "Contre un refus de remise" if remedy.waiver else "Remise de dette"
        yield _sourced_line(label, str(refusal), refusal)
    if remedy.prescription:
        yield _sourced_line("Prescription", str(remedy.prescription), remedy.prescription)
    if remedy.floor:
        yield _sourced_line("Rien n’est réclamé sous", str(remedy.floor), remedy.floor)
    yield from (f"À savoir : {note}" for note in remedy.notes)


def _sourced_line(label: str, words: str, source: RemedyPart) -> str:
    doubt = "" if not source.is_to_be_verified else f", à vérifier ({DOUBTS[source.confidence]})"
    return f"{label} : {words} [{source.reference}{doubt}]"
