"""Encrypts and decrypts what backups hold, as the standard `age` does, from standard input to standard output.

Run by its path, in the container of the application: the server needs no `age`, and nothing of Django is loaded.
"""

import os
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import pyrage
from pyrage import x25519

ADDRESS = "docs/deploiement.md, « Sauvegarder et rétablir »"


class CannotUseKey(Exception):
    """Its words are shown to whoever runs the command; they never hold a private key."""


def read_recipients(text: str) -> list[x25519.Recipient]:
    """Public keys, between spaces or commas."""
    words = re.split(r"[\s,]+", text.strip())
    if words == [""]:
        raise CannotUseKey(
            "BACKUP_RECIPIENTS n’est pas renseignée dans .env : la sauvegarde ne serait pas chiffrée. "
            f"Y mettre une clé publique age ({ADDRESS}), ou demander une sauvegarde en clair : --clear."
        )
    return [_recipient(each) for each in words]


def _recipient(word: str) -> x25519.Recipient:
    if word.upper().startswith("AGE-SECRET-KEY-"):
        raise CannotUseKey(
            "BACKUP_RECIPIENTS contient une clé privée : elle ne doit jamais être sur le serveur. La retirer, faire "
            "une autre paire, et ne mettre ici que la clé publique (age1…)."
        )
    try:
        return x25519.Recipient.from_str(word)
    except pyrage.RecipientError as error:
        raise CannotUseKey(
            f"« {word} » n’est pas une clé publique age (age1…) : corriger BACKUP_RECIPIENTS."
        ) from error


def read_identities(lines: list[str]) -> list[x25519.Identity]:
    """Those of a file written by `age-keygen` or by `make-key`."""
    words = [word for line in lines if (word := line.strip()) and not word.startswith("#")]
    try:
        found = [x25519.Identity.from_str(each) for each in words]
    except pyrage.IdentityError as error:
        raise CannotUseKey(
            "Ce fichier n’est pas une clé privée age (AGE-SECRET-KEY-…). Une clé protégée par une phrase "
            "s’ouvre d’abord avec « age --decrypt »."
        ) from error
    if not found:
        raise CannotUseKey("Ce fichier ne contient aucune clé privée age (AGE-SECRET-KEY-…).")
    return found


def encrypt(source: BinaryIO, target: BinaryIO, *, recipients: list[x25519.Recipient]) -> None:
    pyrage.encrypt_io(source, target, recipients)


def decrypt(source: BinaryIO, target: BinaryIO) -> None:
    """The private key comes first in the stream, and ends with an empty line: it is written on no disk of the server."""
    lines = []
    while (line := source.readline().decode("utf-8", "replace")).strip():
        lines.append(line)
    try:
        pyrage.decrypt_io(source, target, read_identities(lines))
    except pyrage.DecryptError as error:
        raise CannotUseKey(
            "La clé donnée n’ouvre pas cette sauvegarde, ou son fichier est abîmé : prendre la clé privée d’une des "
            "clés publiques qui étaient dans BACKUP_RECIPIENTS ce jour-là."
        ) from error


def make_key() -> str:
    """A pair, as `age-keygen` writes it."""
    identity = x25519.Identity.generate()
    made = datetime.now(UTC).isoformat(timespec="seconds")
    return f"# created: {made}\n# public key: {identity.to_public()}\n{identity}\n"


def _commands(source: BinaryIO, target: BinaryIO) -> dict[str, Callable[[], object]]:
    recipients = os.environ.get("BACKUP_RECIPIENTS", "")
    return {
        "make-key": lambda: target.write(make_key().encode()),
        "check-recipients": lambda: read_recipients(recipients),
        "encrypt": lambda: encrypt(source, target, recipients=read_recipients(recipients)),
        "decrypt": lambda: decrypt(source, target),
    }


def main(arguments: list[str]) -> int:
    try:
        # Closed here: what a full disk refuses is told once, and is our own code of exit.
        with os.fdopen(os.dup(1), "wb") as target:
            commands = _commands(sys.stdin.buffer, target)
            if len(arguments) != 1 or arguments[0] not in commands:
                sys.stderr.write(f"usage : {Path(__file__).name} {' | '.join(commands)}\n")
                return 2
            commands[arguments[0]]()
    except (CannotUseKey, pyrage.EncryptError, OSError) as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
