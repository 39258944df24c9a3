"""The dry run of a large file: what `manage.py bench import` measures. Its tenants are invented."""

import csv
import io
import random
import resource
import tempfile
from datetime import date
from pathlib import Path

from django.db import connection
from django.utils import timezone

from benchmarks.measures import timed
from cases.models import Structure
from demo.names import FAMILY_NAMES
from workflows.actions import leases
from workflows.imports.columns import suggest_mapping
from workflows.imports.read import read_table
from workflows.imports.run import check_table, lease_name
from workflows.models import ImportJob

LINES = 20_000
SENDER = "bailleur-a"
FIRST_NAMES = ("Alice", "Awa", "Karim", "Lan", "Jean", "Marie", "Fatou", "Luc", "Inès", "Paul", "Zoé", "Mamadou")
STREETS = ("de la Plaine", "de l’Astrolabe", "du Minotaure", "des Lacs", "des Ateliers", "des Sablons")
HEADINGS = [
    "Réf. locataire", "N° contrat", "Civ.", "Nom", "Prénom", "Né(e) le", "Tél.", "Adresse", "Bât.", "Porte", "CP",
    "Commune", "Date bail", "Loyer HC", "Charges", "APL", "Tiers payant", "Solde débiteur", "Nb mois",
]  # fmt: skip
FLOOR = """
SELECT f.reference, t.id, m.household_id, b.id FROM bench_file f
LEFT JOIN cases_tenancy t ON t.reference = f.reference
LEFT JOIN cases_householdmember m ON m.household_id = t.household_id AND m.until IS NULL
LEFT JOIN cases_beneficiary b ON b.id = m.beneficiary_id OR (b.birth_date = f.born AND upper(b.usual_name) = f.name)
"""


def write_file(path: Path, *, lines: int) -> Path:
    """As a social landlord extracts it: cp1252, semicolons, French numbers."""
    chance = random.Random(2026)  # noqa: S311 - the same invented people each time
    text = io.StringIO(newline="")
    rows = csv.writer(text, delimiter=";")
    rows.writerow(HEADINGS)
    for number in range(lines):
        rows.writerow(
            [
                f"B{number:06}", f"C{number:06}", "Mme", chance.choice(FAMILY_NAMES).upper(),
                chance.choice(FIRST_NAMES), f"{date.fromordinal(chance.randint(710_000, 731_000)):%d/%m/%Y}",
                f"06{chance.randint(10_000_000, 99_999_999)}",
                f"{chance.randint(1, 180)} rue {chance.choice(STREETS)}", chance.choice("ABCDE"),
                chance.randint(1, 120), "91350", "GRIGNY", "20/08/2020", f"{chance.randint(300, 700)},69",
                "125,86", "205,52", "O", f"{chance.randint(50, 3000)},35", "2",
            ]
        )  # fmt: skip
    path.write_bytes(text.getvalue().encode("cp1252"))
    return path


def dry_run(*, lines: int) -> tuple[float, float, int]:
    """Milliseconds of the dry run and of its floor, and the most memory that this process has used, in MB.

    The floor reads the same file and asks the database once who its tenants are. To be run in a transaction that is
    undone.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = write_file(Path(folder) / "impayes.csv", lines=lines)
        product = timed(lambda: check_file(path))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        return product, timed(lambda: read_by_hand(path)), memory


def check_file(path: Path) -> None:
    at = timezone.now()
    table = read_table(path)
    job = ImportJob.objects.create(
        structure=Structure.objects.get(code=SENDER),
        file_name=path.name,
        columns=suggest_mapping(table.headings),
        as_of=timezone.localdate(at),
        state=ImportJob.State.CHECKING,
    )
    with leases.wait_for(lease_name(job.structure.territory)) as lease:
        check_table(job, table, lease=lease, at=at)


def read_by_hand(path: Path) -> None:
    rows = csv.DictReader(io.StringIO(path.read_text("cp1252"), newline=""), delimiter=";")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bench_file (reference text, name text, born text) ON COMMIT DROP")
        with cursor.copy("COPY bench_file FROM STDIN") as copy:
            for row in rows:
                copy.write_row((row["Réf. locataire"], row["Nom"], "-".join(reversed(row["Né(e) le"].split("/")))))
        cursor.execute(FLOOR)
        cursor.fetchall()
