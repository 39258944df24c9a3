"""`make advisories` names what is known against a dependency, and never takes silence for good news."""

import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.databases import ROOT

ADVISORIES = runpy.run_path(str(ROOT / "scripts" / "advisories.py"))
HARMLESS = {"name": "amqp", "version": "5.4.2", "vulns": []}
KNOWN = {
    "name": "django",
    "version": "3.2.1",
    "vulns": [{"id": "PYSEC-2021-98", "fix_versions": ["3.1.12", "3.2.4"], "aliases": [], "description": ""}],
}
WITHOUT_VERSION = {"name": "kombu", "version": "5", "vulns": [{"id": "PYSEC-1", "fix_versions": []}]}


def test_each_known_fault_is_a_line_that_says_what_mends_it():
    assert ADVISORIES["advisories_of"]({"dependencies": [HARMLESS, KNOWN, WITHOUT_VERSION]}) == [
        "django 3.2.1 : PYSEC-2021-98 (corrigée par : 3.1.12, 3.2.4)",
        "kombu 5 : PYSEC-1 (corrigée par : aucune version corrigée)",
    ]


def test_what_was_not_looked_up_is_a_refusal():
    skipped: dict[str, Any] = {"name": "amqp", "skip_reason": "not found"}
    with pytest.raises(ADVISORIES["CannotLookUp"], match=r"^Non vérifié : amqp \(not found\)$"):
        ADVISORIES["advisories_of"]({"dependencies": [HARMLESS, skipped]})


def test_without_an_index_that_answers_the_command_fails(tmp_path: Path):
    """Its way to any index leads to a port where nobody listens."""
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"amqp==5.4.2 --hash=sha256:{'0' * 64}\n")
    nowhere = dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"), "http://127.0.0.1:9")
    done = subprocess.run(
        [sys.executable, "scripts/advisories.py", str(lock)],
        cwd=ROOT,
        env={**os.environ, **nowhere, "NO_PROXY": "", "no_proxy": ""},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stdout.startswith("Rien n’a pu être vérifié : ")
