"""Keeps a small demonstration of this version, for the versions to come to migrate (`tests/releases/`).

.venv/bin/python scripts/dump_release.py 0.2.0

Lived at a fixed instant in servers of its own, under a folder that goes with it: two runs of one version bring the same
people. The tables, and the files that they name.
"""

import lzma
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from datetime import datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent
DUMPS = ROOT / "tests" / "releases" / "dumps"
AT = datetime(2026, 11, 24, 12, 0, tzinfo=ZoneInfo("Europe/Paris"))
"""The day on which each dump is read again."""


def main() -> None:
    version = sys.argv[1]
    folder = tempfile.mkdtemp(prefix="relais-release-")
    os.environ |= {
        "RELAIS_HOME": f"{folder}/relais",
        "RELAIS_MODE": "demo",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    sys.path.insert(0, str(ROOT))
    from config import embedded

    try:
        embedded.start_servers()
        live_a_little()
        DUMPS.mkdir(parents=True, exist_ok=True)
        write(DUMPS / f"{version}.sql.xz", dump(embedded.postgres_tools() / "pg_dump"))
        write(DUMPS / f"{version}.media.tar.xz", pack(embedded.HOME / "media"))
    finally:
        embedded.leave_servers()
        shutil.rmtree(folder, ignore_errors=True)


def live_a_little() -> None:
    """All told stories, and few of the ordinary ones."""
    import django
    import time_machine

    django.setup()
    from django.core.management import call_command

    from demo import month_files, ordinary, seed

    ordinary.CASES, ordinary.STOCK, ordinary.WATCHED = 6, 2, 2
    month_files.COMING, month_files.STOCK, month_files.PER_WEEK = (3, 1, 2), 3, 1
    call_command("migrate", interactive=False, verbosity=0)
    with time_machine.travel(AT, tick=False):
        seed.seed(at=AT)


def dump(program: Path) -> bytes:
    command = [str(program), "--no-owner", "--no-privileges", f"--dbname={os.environ['DATABASE_URL']}"]
    return subprocess.run(command, check=True, capture_output=True).stdout


def pack(media: Path) -> bytes:
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as files:
        if media.exists():
            files.add(media, arcname=".")
    return buffer.getvalue()


def write(path: Path, content: bytes) -> None:
    path.write_bytes(lzma.compress(content, preset=9 | lzma.PRESET_EXTREME))
    sys.stdout.write(f"{path.relative_to(ROOT)} : {path.stat().st_size // 1000} ko\n")


if __name__ == "__main__":
    main()
