"""The import command, run at noon of the day of the tests."""

import io
import json
from pathlib import Path
from typing import Any

import time_machine
from django.core.management import call_command

from tests.factories import NOON

DATA = Path(__file__).parents[2] / "data"
Result = dict[str, Any]


def run(file: Path, code: str, *options: str) -> Result:
    out = io.StringIO()
    with time_machine.travel(NOON, tick=False):
        call_command("import_arrears", str(file), "--structure", code, "--json", *options, stdout=out)
    return json.loads(out.getvalue())


def counts(result: Result) -> dict[str, int]:
    return {name: number for name, number in result.items() if name != "rows" and number}


def outcomes(result: Result) -> list[tuple[int, str, str]]:
    return [(row["line"], row["outcome"], row["reason"]) for row in result["rows"]]
