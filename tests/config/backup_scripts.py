"""Runs the scripts of backup and of restoration straight on a database, as an administrator without containers does."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection

from config import embedded

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def url(database: str) -> str:
    return os.environ["DATABASE_URL"].rsplit("/", 1)[0] + "/" + database


def here() -> str:
    """The database of the test."""
    return str(connection.settings_dict["NAME"])


def environment(*, database: str, media: Path, recipients: str = "") -> dict[str, str]:
    tools = [str(Path(sys.executable).parent), str(embedded.postgres_tools()), os.environ["PATH"]]
    return {
        "PATH": ":".join(tools),
        "RELAIS_MODE": "test",
        "REDIS_URL": os.environ["REDIS_URL"],
        "DATABASE_URL": url(database),
        "MEDIA_ROOT": str(media),
        "BACKUP_RECIPIENTS": recipients,
    }


def run(
    script: str,
    *arguments: str,
    database: str,
    media: Path,
    recipients: str = "",
    scripts: Path = SCRIPTS,
    given: str = "",
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(scripts / script), *arguments],
        env=environment(database=database, media=media, recipients=recipients),
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


def databases(like: str) -> list[str]:
    with psycopg.connect(url("postgres")) as server:
        return [name for (name,) in server.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [like])]


def emails(database: str) -> list[str]:
    with psycopg.connect(url(database)) as restored:
        return [email for (email,) in restored.execute("SELECT email FROM cases_user ORDER BY email")]


def rewrite_manifest(folder: Path, **changes: Any) -> None:
    """With sums that are right: what is refused is what it says."""
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    rewrite_sums(folder)


def rewrite_sums(folder: Path) -> None:
    files = sorted(file for file in folder.iterdir() if file.name != "SHA256SUMS")
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    (folder / "SHA256SUMS").write_text("".join(sums))


def cut_in_half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
