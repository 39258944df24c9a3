"""manage.py import_arrears FILE --structure CODE: a landlord’s or the CAF’s file, without the pages."""

import hashlib
import json
from argparse import ArgumentParser
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.timezone import localdate, now

from cases.actions.sharing_bases import NoBasisRecorded, require_basis
from cases.models import SharingBasis, Structure
from cases.rules.french import money
from workflows.actions import leases
from workflows.imports.columns import check_mapping, fitted_mapping
from workflows.imports.lines import FilePlanner
from workflows.imports.mappings import UnknownMapping, mapping_for, named_mapping, read_options
from workflows.imports.months import other_total
from workflows.imports.plan import ImportOutcome
from workflows.imports.read import CannotRead, FileTable, read_table
from workflows.imports.records import row_of, total_of
from workflows.imports.run import import_table, lease_name, stated_day
from workflows.imports.sender import Sender
from workflows.models import ImportJob, ImportRow

NOTHING = Decimal()


class Command(BaseCommand):
    help = "Importe un fichier d’impayés (csv, xlsx, xls, ods) envoyé par un bailleur ou par la CAF."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FICHIER", type=Path)
        parser.add_argument("--structure", required=True, metavar="CODE", help="l’expéditeur, par exemple bailleur-a")
        parser.add_argument(
            "--mapping",
            metavar="NOM|FICHIER.json",
            help='{"titre de colonne": "champ"}, ou le nom d’une déjà utilisée',
        )
        parser.add_argument("--as-of", type=date.fromisoformat, metavar="AAAA-MM-JJ", help="date d’arrêté des soldes")
        parser.add_argument("--dry-run", action="store_true", help="dit ce qui serait fait, sans rien écrire")
        parser.add_argument("--replace", action="store_true", help="remplace le fichier du même mois déjà importé")
        parser.add_argument("--complete", action="store_true", help="complète le fichier du même mois déjà importé")
        parser.add_argument("--json", action="store_true", help="résultat en JSON, ligne par ligne")

    def handle(self, *args: Any, **options: Any) -> None:
        at = now()
        structure = find_structure(options["structure"])
        table = self.read(options["file"], structure)
        mapping = self.choose_mapping(options["mapping"], structure, table)
        as_of = options["as_of"] or stated_day(table, today=localdate(at))
        basis = find_basis(structure, on=localdate(at))
        if as_of > localdate(at):
            raise CommandError("La date d’arrêté est à venir. Indiquer la date des soldes du fichier.")
        job = ImportJob(
            structure=structure,
            file_name=options["file"].name[:200],
            sha256=hashlib.sha256(options["file"].read_bytes()).hexdigest(),
            columns=mapping,
            as_of=as_of,
            basis=basis,
            state=ImportJob.State.RUNNING,
        )
        rows = (
            dry_rows(job, table, at=at)
            if options["dry_run"]
            else self.import_file(job, table, replace=options["replace"], complete=options["complete"], at=at)
        )
        self.report(rows, as_json=options["json"], dry_run=options["dry_run"])

    def import_file(
        self, job: ImportJob, table: FileTable, *, replace: bool, complete: bool, at: datetime
    ) -> list[ImportRow]:
        """Refuses a file of a month for which another total is imported, unless it is said to replace it or complete it."""
        with leases.wait_for(lease_name(job.structure.territory)) as lease:
            job.total_debt = total_of(dry_rows(job, table, at=at)) if has_month(job) else None
            earlier = other_total(job)
            if earlier and replace == complete:
                raise CommandError(
                    f"Un fichier du même mois est déjà importé, d’un autre total : {money(earlier.total_debt or NOTHING)} au lieu"
                    f" de {money(job.total_debt or NOTHING)}. Ajouter --replace pour que celui-ci le remplace,"
                    " ou --complete pour que les deux comptent."
                )
            job.replaces, job.completes = (None, earlier) if complete else (earlier, None)
            job.save()
            import_table(job, table, lease=lease, at=at)
        return list(ImportRow.objects.filter(job=job).select_related("household", "case"))

    def read(self, path: Path, structure: Structure) -> FileTable:
        try:
            return read_table(path, options=read_options(structure, {}))
        except CannotRead as error:
            raise CommandError(str(error)) from error

    def choose_mapping(self, given: str | None, structure: Structure, table: FileTable) -> dict[str, str]:
        mapping = (
            mapping_for(structure, table.headings, dated=table.dated_headings)
            if given is None
            else given_mapping(given, structure)
        )
        if not (given or "").endswith(".json") or not set(mapping) <= set(table.headings):  # else it is for this file
            mapping = fitted_mapping(mapping, table.headings)
        if problems := check_mapping(mapping, table.headings):
            raise CommandError("\n".join(problems))
        return mapping

    def report(self, rows: list[ImportRow], *, as_json: bool, dry_run: bool) -> None:
        found = Counter(row.outcome for row in rows)
        counts = {outcome.value: found[outcome.value] for outcome in ImportOutcome}
        if as_json:
            result = counts | {"rows": [row_as_json(row) for row in rows]}
            self.stdout.write(json.dumps(result, ensure_ascii=False, indent=1))
            return
        self.stdout.write("À blanc, rien n’est écrit." if dry_run else "Import terminé.")
        for outcome in ImportRow.Outcome:
            self.stdout.write(f"{counts[outcome.value]:>6} {outcome.label}")
        for row in rows:
            if row.outcome in (ImportOutcome.REJECTED, ImportOutcome.TO_CHECK):
                self.stdout.write(f"Ligne {row.line} : {row.reason}")


def find_structure(code: str) -> Structure:
    structure = Structure.objects.filter(code=code, is_active=True).first()
    if structure is None:
        known = ", ".join(Structure.objects.filter(is_active=True).order_by("code").values_list("code", flat=True))
        raise CommandError(f"Structure inconnue : {code}. Structures connues : {known}.")
    if not structure.sends_files:
        raise CommandError(
            f"{structure.name} n’envoie pas de fichier d’impayés : bailleurs, gestionnaires et CAF seuls."
        )
    return structure


def find_basis(structure: Structure, *, on: date) -> SharingBasis:
    try:
        return require_basis(structure, on=on)
    except NoBasisRecorded as error:
        raise CommandError(str(error)) from error


def given_mapping(given: str, structure: Structure) -> dict[str, str]:
    if not given.endswith(".json"):
        try:
            return named_mapping(structure, given)
        except UnknownMapping as error:
            raise CommandError(str(error)) from error
    try:
        mapping = json.loads(Path(given).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise CommandError(f"Le fichier de correspondance {given} est introuvable ou n’est pas du JSON.") from error
    if not isinstance(mapping, dict) or not all(isinstance(name, str) for name in mapping.values()):
        raise CommandError('Le fichier de correspondance doit être de la forme {"titre de colonne": "champ"}.')
    return mapping


def has_month(job: ImportJob) -> bool:
    """Is a file of the same month imported? Then what this one says in all is compared."""
    assert job.as_of is not None  # noqa: S101 - the command has set it
    month = {"as_of__year": job.as_of.year, "as_of__month": job.as_of.month}
    return ImportJob.objects.filter(structure=job.structure, state=ImportJob.State.DONE, **month).exists()


def dry_rows(job: ImportJob, table: FileTable, *, at: datetime) -> list[ImportRow]:
    lines = FilePlanner(
        table, job.columns, sender=Sender(job.structure), as_of=job.as_of or localdate(at), today=localdate(at)
    )
    return sorted((row_of(job, plan) for plan in lines.plans()), key=lambda row: row.line)


def row_as_json(row: ImportRow) -> dict[str, object]:
    return {
        "line": row.line,
        "outcome": row.outcome,
        "reason": row.reason,
        "household": str(row.household.public_id) if row.household else None,
        "case": str(row.case.public_id) if row.case else None,
    }
