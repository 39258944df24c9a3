"""Says who would take a situation, and why, without touching a case."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import localdate

from cases.actions.deadlines import catalogue_in_force
from cases.management.arguments import add_territory_argument, iso_date, read_territory
from cases.models import CaseKind, Edition
from cases.rules.counting import in_words
from cases.rules.procedures import PROCEDURES
from workflows.routing.apply import table_in_force
from workflows.routing.decide import Criterion, Decision, JudgedRow, RoutingOutcome, RowState, decide_by_table
from workflows.routing.facts import InvalidFacts, read_facts
from workflows.routing.table import RoutingTable

PROMISED = ("rule", "edition", "structure_kind", "structure", "reason", "criteria", "unknown", "runner_up")
"""The keys of the JSON form, on which other programs rely."""
STATES = {
    RowState.MATCHES: "s’applique",
    RowState.FAILS: "ne s’applique pas",
    RowState.UNKNOWN: "ne peut pas être vérifiée",
    RowState.DECLINED: "s’applique, mais la structure a décliné",
    RowState.UNAVAILABLE: "s’applique, mais aucune structure en service n’y répond",
    RowState.CLAIMANT: "s’applique, mais la structure réclame la dette ou n’accompagne pas",
    RowState.SUSPENDED: "s’applique, mais la structure ne prend pas de nouvelles situations",
}
MARKS = {True: "oui", False: "non", None: "?"}


class Command(BaseCommand):
    help = "Explique qui prendrait une situation d’après la table en vigueur, sans toucher à aucun dossier."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--facts", type=Path, required=True, metavar="FICHIER", help='JSON : {"rsa": true, …}')
        parser.add_argument(
            "--action",
            choices=[each.kind for each in PROCEDURES.values() if each.routing],
            default=CaseKind.ARREARS,
            help="impayé ou trop-perçu",
        )
        parser.add_argument("--on", type=iso_date, metavar="DATE", help="comme si l’on était ce jour (AAAA-MM-JJ)")
        add_territory_argument(parser)
        parser.add_argument("--json", action="store_true", help="écrire la décision en JSON")

    def handle(self, *args: object, facts: Path, action: str, on: date | None, **options: object) -> None:
        on, catalogue = on or localdate(), Edition.Catalogue(PROCEDURES[action].routing)
        territory = read_territory(options)
        try:
            _, table = table_in_force(on=on, territory=territory, catalogue=catalogue)
        except LookupError as error:
            raise CommandError(f"Aucune table n’est publiée : {catalogue.label}.") from error
        try:
            known = read_facts(_read(facts), keys=table.keys, source=facts.name)
        except InvalidFacts as error:
            raise CommandError(str(error)) from error
        decision = decide_by_table(table, known, of_kind=_only_ones(table))
        if options["json"]:
            explained = decision.as_json()
            promised = {name: explained[name] for name in PROMISED}
            self.stdout.write(json.dumps(promised, ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(_explain_decision(table, decision, territory=territory, on=on)))


def _read(path: Path) -> dict[str, object]:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"Le fichier « {path} » n’existe pas ou ne peut pas être lu.") from error
    except ValueError as error:
        raise CommandError(f"Le fichier « {path} » n’est pas du JSON lisible : {error}.") from error
    if not isinstance(facts, dict):
        raise CommandError('Les faits se donnent en un objet JSON, par exemple {"rsa": true, "age": 47}.')
    return facts


def _only_ones(table: RoutingTable) -> dict[str, str]:
    """Without a case there is no landlord: a kind stands for its only structure."""
    count = Counter(structure.kind for structure in table.structures.values() if structure.is_active)
    return {s.kind: s.code for s in table.structures.values() if s.is_active and count[s.kind] == 1}


def _explain_decision(table: RoutingTable, decision: Decision, *, territory: str, on: date) -> Iterable[str]:
    yield f"Orientation : {_outcome_in_words(table, decision)}"
    yield f"Pourquoi : {decision.reason}"
    yield f"Ce que lit le bailleur : {decision.public_reason}"
    if decision.supports:
        yield f"En appui : {', '.join(table.structures[code].name for code in decision.supports)}"
    contact = catalogue_in_force(on=on, territory=territory).rule(decision.contact_rule)
    delay = contact.variants[0]
    yield f"Délai : {contact.title.lower()}, {in_words(delay.length, delay.unit)} ({contact.code})"
    if decision.runner_up:
        yield f"À défaut : {_runner_up_in_words(table, decision.runner_up)}"
    yield f"Règles de l’édition {decision.edition}, dans l’ordre :"
    for judged in decision.rows:
        state = "si aucune autre ne s’applique" if judged.row.is_fallback else STATES[judged.state]
        yield f"  {judged.row.code} {judged.row.title} : {state}"
        yield from (f"      {_criterion_in_words(criterion)}" for criterion in judged.all)
        if judged.any:
            yield "      au moins un :"
            yield from (f"        {_criterion_in_words(criterion)}" for criterion in judged.any)


def _outcome_in_words(table: RoutingTable, decision: Decision) -> str:
    if decision.outcome is RoutingOutcome.QUALIFY:
        return "la cellule de qualification complète d’abord les faits"
    if decision.outcome is RoutingOutcome.ARBITRATE:
        return "le pilote arbitre"
    return f"{table.structures[decision.structure].name} ({decision.structure})"


def _runner_up_in_words(table: RoutingTable, judged: JudgedRow) -> str:
    name = table.structures[judged.structure].name if judged.structure else "structure à déterminer"
    labels = ", ".join(table.keys[code].label for code in judged.waits_for)
    return f"{judged.row.code}, {name}" + (f", si l’on savait : {labels}" if labels else "")


def _criterion_in_words(criterion: Criterion) -> str:
    known = "" if criterion.verdict is None else f" — connu : {criterion.shown}"
    return f"[{MARKS[criterion.verdict]}] {criterion.condition}{known}"
