"""Counts one deadline, as a case would have it, and shows how."""

import json
from datetime import date

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.actions.deadlines import catalogue_in_force
from cases.management.arguments import add_territory_argument, iso_date, read_territory
from cases.rules.catalogue import APPLIES, CheckedDeadlineRule, Computed, UnknownRule, compute_typed
from cases.rules.conditions import BadValue
from cases.rules.deadline_context import CONTEXT
from cases.rules.reading import CONFIDENCES


class Command(BaseCommand):
    help = "Calcule une échéance avec les règles en vigueur et montre le calcul, sans toucher à aucun dossier."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("rule", metavar="RÈGLE", help="par exemple C01")
        parser.add_argument("--start", type=iso_date, required=True, metavar="DATE", help="date du fait (AAAA-MM-JJ)")
        parser.add_argument(
            "--context",
            nargs="+",
            action="extend",
            default=[],
            metavar="CLÉ=VALEUR",
            help=f"ce que l’on sait de la situation : {', '.join(CONTEXT)}",
        )
        add_territory_argument(parser)
        parser.add_argument("--json", action="store_true", help="écrire le résultat en JSON")

    def handle(self, *args: object, rule: str, start: date, context: list[str], **options: object) -> None:
        try:
            found = catalogue_in_force(on=start, territory=read_territory(options)).rule(rule)
            computed = compute_typed(found, start=start, context=dict(_parse_context_pair(text) for text in context))
        except (UnknownRule, BadValue) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(computed.as_json(), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(_describe_deadline(found, computed)))


def _parse_context_pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise BadValue(f"« {text} » : le contexte s’écrit CLÉ=VALEUR, par exemple lease_date=2024-03-01.")
    return key.strip(), value.strip()


def _describe_deadline(rule: CheckedDeadlineRule, computed: Computed) -> list[str]:
    lines = [f"{rule.code} : {rule.title}", APPLIES[computed.applies]]
    if computed.legal_date and computed.safe_date:
        lines += [
            f"Dernier jour : {computed.legal_date:%d/%m/%Y}",
            f"Date de sûreté : {computed.safe_date:%d/%m/%Y}",
            "Calcul :",
            *(f"  - {step}" for step in computed.steps),
            f"Passé ce jour : {rule.consequence}",
        ]
    return [*lines, f"Référence : {rule.reference} ({CONFIDENCES[rule.confidence]})"]
