"""A file of arrears for the processes under test: run in their database, said in JSON.

python -m tests.resilience.importing deposit 40
python -m tests.resilience.importing go-on
python -m tests.resilience.importing count-figures
"""

import csv
import io
import json
import sys
from typing import Any

import django

django.setup()

from django.core.files.base import ContentFile  # noqa: E402
from django.utils import timezone  # noqa: E402

from tests import factories  # noqa: E402
from workflows.actions import indicators  # noqa: E402
from workflows.imports.columns import suggest_mapping  # noqa: E402
from workflows.imports.run import run_waiting  # noqa: E402
from workflows.models import ImportJob  # noqa: E402

HEADINGS = ["Réf. locataire", "Nom", "Prénom", "Né(e) le", "Loyer HC", "Charges", "Solde débiteur"]


def deposit(lines: int) -> int:
    """A file that waits for its import, each line of another household."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(HEADINGS)
    for number in range(lines):
        name = "".join(chr(ord("A") + int(digit) + 3) for digit in f"{number:04}")
        born = f"{1 + number % 28:02}/{1 + number % 12:02}/{1950 + number % 45}"
        writer.writerow([f"L{7000 + number}", f"{name}ERAND", "Alice", born, "450,00", "80,00", "1 060,00"])
    job = ImportJob(
        structure=factories.structure("bailleur-a"),
        file_name="impayes.csv",
        columns=suggest_mapping(HEADINGS),
        as_of=timezone.localdate(),
        state=ImportJob.State.RUNNING,
    )
    job.file.save("file", ContentFile(text.getvalue().encode()), save=True)
    return job.pk


def main() -> Any:
    if sys.argv[1] == "deposit":
        return deposit(int(sys.argv[2]))
    if sys.argv[1] == "count-figures":
        return indicators.refresh_figures(at=timezone.now())
    return run_waiting(at=timezone.now())


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()))
