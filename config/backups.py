"""What a backup says of itself, which ones are kept, and what forbids to put one back. No database, no clock.

The scripts (scripts/backup.sh, restore.sh, verify_backup.sh) run it by its path, in the container of the application, and
speak to it by standard input; nothing of Django is loaded.
"""

import argparse
import json
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FORMAT = 1
NAME = re.compile(r"relais-(\d{8}T\d{6}Z)")
LOCKS = 12_000
"""That a server must hold: a restoration took 11 200 on 30 November 2026, and takes more with each table."""
Facts = Mapping[str, Any]
"""What scripts/backup_facts.sql reads in a database."""


class CannotRestore(Exception):
    """Nothing was touched; the words say what to do."""


# What is written


def write_manifest(facts: Facts, files: Iterable[str], **said: Any) -> dict[str, Any]:
    """`files`: for each, its sum, its bytes and its name. Numbers, codes and names of migrations: nothing personal."""
    described = {name: {"bytes": int(size), "sha256": digest} for digest, size, name in map(str.split, files)}
    return {"format": FORMAT, **said, **facts, "files": described}


# Which are kept


@dataclass(frozen=True)
class Keep:
    """How many days, weeks and months keep their newest backup."""

    days: int
    weeks: int
    months: int

    @classmethod
    def read(cls, text: str) -> "Keep":
        found = re.fullmatch(r"(\d{1,4}),(\d{1,4}),(\d{1,4})", text)
        if found is None or not int(found[1]):
            raise argparse.ArgumentTypeError(
                f"« {text} » : écrire jours,semaines,mois, par exemple 14,8,12 ; un jour au moins."
            )
        return cls(*map(int, found.groups()))


def find_expired(names: Iterable[str], keep: Keep) -> list[str]:
    """Those that are the newest of none of the last days, weeks and months that have one, oldest first.

    Days that have a backup are counted, not days: when backups stop, the last ones stay. Another name is not ours.
    """
    made_at = {name: _moment(name) for name in names if NAME.fullmatch(name)}
    newest_first = sorted(made_at, key=made_at.__getitem__, reverse=True)
    kept: set[str] = set()
    periods: list[tuple[int, Callable[[datetime], object]]] = [
        (keep.days, lambda at: at.date()),
        (keep.weeks, lambda at: at.isocalendar()[:2]),
        (keep.months, lambda at: (at.year, at.month)),
    ]
    for count, period in periods:
        newest: dict[object, str] = {}
        for name in newest_first:
            newest.setdefault(period(made_at[name]), name)
        kept.update(list(newest.values())[:count])
    return [name for name in reversed(newest_first) if name not in kept]


def _moment(name: str) -> datetime:
    return datetime.strptime(name, "relais-%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


# What forbids to put it back


def check_restorable(
    manifest: Facts,
    server: Facts,
    *,
    known_migrations: set[tuple[str, str]],
    disks: list[str],
    from_another: bool = False,
) -> None:
    """`server`: what the database that would be replaced says of itself; `disks`: for the database, then for the files,
    a line of `df -Pk`, or an empty one for a disk that is elsewhere."""
    if manifest.get("format") != FORMAT:
        raise CannotRestore(
            f"Sauvegarde d’un format inconnu ({manifest.get('format')}) : la rétablir avec la version de Relais qui l’a "
            f"faite ({manifest.get('relais', 'non dite')})."
        )
    _refuse_other_server(manifest, server)
    _refuse_few_locks(server)
    _refuse_newer(manifest, known_migrations)
    if not from_another:
        _refuse_other_installation(manifest, server)
    _refuse_lack_of_room(manifest, disks)


def _refuse_other_server(manifest: Facts, server: Facts) -> None:
    if int(manifest["postgresql"]) > int(server["postgresql"]):
        raise CannotRestore(
            f"La sauvegarde vient de PostgreSQL {manifest['postgresql']}, la base tourne sous PostgreSQL "
            f"{server['postgresql']} : la rétablir sous PostgreSQL {manifest['postgresql']}, puis changer de version."
        )


def _refuse_few_locks(server: Facts) -> None:
    """It would fail at its end, with words of PostgreSQL that say little."""
    held = server["locks_of_a_connection"] * server["connections"]
    if held < LOCKS:
        raise CannotRestore(
            f"PostgreSQL ne tient que {held} verrous à la fois, et rétablir en demande {LOCKS} : mettre "
            f"max_locks_per_transaction à {-(-2 * LOCKS // server['connections'])} dans ses réglages, le redémarrer, puis "
            "recommencer."
        )


def _refuse_newer(manifest: Facts, known_migrations: set[tuple[str, str]]) -> None:
    """An application that this code no longer has forbids nothing."""
    ours = {app for app, _ in known_migrations}
    last = manifest["migrations"].items()
    newer = sorted(f"{app}.{name}" for app, name in last if app in ours and (app, name) not in known_migrations)
    if newer:
        raise CannotRestore(
            f"La sauvegarde vient d’une version plus récente que ce code ({manifest['relais']} ; inconnu ici : "
            f"{', '.join(newer)}) : mettre d’abord Relais à cette version."
        )


def _refuse_other_installation(manifest: Facts, server: Facts) -> None:
    """An installation where nobody has an account yet has nothing to lose."""
    if server["accounts"] and manifest["installation"] != server["installation"]:
        raise CannotRestore(
            f"La sauvegarde est celle d’une autre installation ({manifest['installation']} ; ici : "
            f"{server['installation']}). Si c’est voulu, ajouter --from-another-installation."
        )


def _refuse_lack_of_room(manifest: Facts, disks: list[str]) -> None:
    """Old and new stand side by side until the end."""
    database, files = (line.split() for line in disks)
    needs = [("de la base", database, manifest["database_bytes"]), ("des fichiers", files, manifest["media_bytes"])]
    if database and database[:2] == files[:2]:
        needs = [("de la base et des fichiers", files, manifest["database_bytes"] + manifest["media_bytes"])]
    for whose, disk, needed in needs:
        free = int(disk[3]) * 1024 if disk else needed
        if free < needed:
            raise CannotRestore(
                f"Le disque {whose} n’a pas la place : {_megabytes(needed)} à écrire, {_megabytes(free)} libres. "
                "Libérer de la place, puis recommencer."
            )


def _megabytes(count: int) -> str:
    return f"{-(-count // 1_000_000)} Mo"


def compare_counts(manifest: Facts, restored: Facts) -> None:
    """What the copy holds is what the database held at that instant."""
    differing = [
        f"{table} : {count} dans la sauvegarde, {restored['counts'].get(table)} une fois rétablie"
        for table, count in manifest["counts"].items()
        if restored["counts"].get(table) != count
    ]
    if differing:
        raise CannotRestore("Il manque des lignes :\n" + "\n".join(differing))


# What the scripts ask


def _write_manifest(lines: list[str], said: argparse.Namespace) -> str:
    facts, *files = lines
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    of_run = {name: getattr(said, name) for name in ("made_at", "media_bytes", "encrypted", "verified")}
    manifest = write_manifest(json.loads(facts), files, relais=project["version"], **of_run)
    return json.dumps(manifest, indent=1, sort_keys=True)


def _find_expired(lines: list[str], said: argparse.Namespace) -> str:
    """Of this installation only: another one may save in the same folder."""
    manifests = dict(line.split("\t", 1) for line in lines)
    ours = [name for name, manifest in manifests.items() if _installation(manifest) == said.installation]
    return "\n".join(find_expired(ours, said.keep))


def _installation(manifest: str) -> object:
    try:
        return json.loads(manifest).get("installation")
    except (ValueError, AttributeError):
        return None


def _check_restorable(lines: list[str], said: argparse.Namespace) -> str:
    manifest, server, *disks = lines
    known = {(path.parent.parent.name, path.stem) for path in ROOT.glob("*/migrations/[0-9]*.py")}
    check_restorable(
        json.loads(manifest), json.loads(server), known_migrations=known, disks=disks, from_another=said.from_another
    )
    return ""


def _compare_counts(lines: list[str], said: argparse.Namespace) -> str:
    manifest, restored = lines
    compare_counts(json.loads(manifest), json.loads(restored))
    return ""


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)

    def add(name: str, answer: Callable[[list[str], argparse.Namespace], str], given: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=given)
        command.set_defaults(answer=answer)
        return command

    manifest = add("write-manifest", _write_manifest, "facts, then a line for each file: sum, bytes, name")
    manifest.add_argument("--made-at", required=True)
    manifest.add_argument("--media-bytes", type=int, required=True)
    manifest.add_argument("--encrypted", action="store_true")
    manifest.add_argument("--verified", action="store_true")
    expired = add("find-expired", _find_expired, "a line for each backup: name, tab, manifest")
    expired.add_argument("--keep", type=Keep.read, required=True)
    expired.add_argument("--installation", required=True)
    restorable = add("check-restorable", _check_restorable, "manifest, facts of the server, two lines of df")
    restorable.add_argument("--from-another", action="store_true")
    add("compare-counts", _compare_counts, "manifest, facts of the scratch database")
    return parser.parse_args()


def main() -> int:
    said = _read_arguments()
    try:
        answer = said.answer(sys.stdin.read().splitlines(), said)
    except CannotRestore as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    if answer:
        sys.stdout.write(f"{answer}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
