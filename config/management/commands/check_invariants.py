"""Checks the whole database against what must always hold; exit 1 if one thing does not."""

import json

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import localdate

from cases import invariants as of_cases
from workflows import invariants as of_workflows

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Vérifie la cohérence de toute la base ; ne modifie rien. Code de sortie 1 si une règle n’est pas respectée."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="le résultat en JSON")

    def handle(self, *args: object, **options: object) -> None:
        on = localdate()
        found = [(each, each.broken(on)) for each in (*of_cases.INVARIANTS, *of_workflows.INVARIANTS)]
        faults = sum(1 for _, ids in found if ids)
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(found), ensure_ascii=False))
        else:
            for invariant, ids in found:
                self.stdout.write(_describe_result(invariant, ids))
        if faults:
            raise CommandError(f"Règles non respectées : {faults} sur {len(found)}.")
        if not options["json"]:
            self.stdout.write(f"{len(found)} règles respectées.")


def _describe_result(invariant: of_cases.Invariant, ids: list[int]) -> str:
    if not ids:
        return f"  oui  {invariant.sentence}"
    more = f" et {len(ids) - SHOWN} autres" if len(ids) > SHOWN else ""
    shown = ", ".join(str(each) for each in ids[:SHOWN])
    return f"  NON  {invariant.sentence} {len(ids)} {invariant.things} : {shown}{more}"


def _as_json(found: list[tuple[of_cases.Invariant, list[int]]]) -> dict[str, object]:
    return {
        "ok": not any(ids for _, ids in found),
        "checks": [
            {"code": each.code, "sentence": each.sentence, "count": len(ids), "ids": ids[:SHOWN]}
            for each, ids in found
        ],
    }
