"""Looks up what is known against the locked dependencies of production: `make advisories`.

Fails (1) when one of them has a known advisory, and (2) when something could not be looked up: a version of Django whose
faults are known for years is asked about first, so that « nothing found » is never an index that answers without them.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
KNOWN = "django==3.2.1"
FOUND, NOT_LOOKED_UP = 1, 2
NOTHING_LOOKED_UP = (
    "Rien n’a pu être vérifié : l’index de paquets ne dit pas les failles connues, même d’un ancien Django."
)


class CannotLookUp(Exception):
    """What is known could not be asked, or not of all."""


def ask(requirements: Path, *options: str) -> dict[str, Any]:
    """What pip-audit says of a file of requirements, whose versions are all named."""
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(requirements), "--disable-pip", *options]
    # Without its cache: what was known another day is not what is known.
    with tempfile.TemporaryDirectory() as cache:
        command += ["--progress-spinner=off", "--format=json", f"--cache-dir={cache}"]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except json.JSONDecodeError:
        last = done.stderr.strip().splitlines()[-1:] or [""]
        raise CannotLookUp(f"Rien n’a pu être vérifié : {last[0]}") from None
    return found


def advisories_of(found: dict[str, Any]) -> list[str]:
    """One line each. Refuses (`CannotLookUp`) when something was not looked up."""
    lines = []
    for each in found["dependencies"]:
        if "skip_reason" in each:
            raise CannotLookUp(f"Non vérifié : {each['name']} ({each['skip_reason']})")
        for known in each["vulns"]:
            mended = ", ".join(known["fix_versions"]) or "aucune version corrigée"
            lines.append(f"{each['name']} {each['version']} : {known['id']} (corrigée par : {mended})")
    return lines


def look_up(lock: Path) -> list[str]:
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write(f"{KNOWN}\n")
        file.flush()
        if not advisories_of(ask(Path(file.name), "--no-deps")):
            raise CannotLookUp(NOTHING_LOOKED_UP)
    found = ask(lock, "--require-hashes")
    if not found["dependencies"]:
        raise CannotLookUp(f"{lock.name} ne nomme aucun paquet.")
    return advisories_of(found)


def main() -> int:
    lock = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "requirements.lock"
    try:
        lines = look_up(lock)
    except CannotLookUp as refusal:
        sys.stdout.write(f"{refusal}\n")
        return NOT_LOOKED_UP
    for line in lines or ["Aucune faille connue."]:
        sys.stdout.write(f"{line}\n")
    return FOUND if lines else 0


if __name__ == "__main__":
    sys.exit(main())
