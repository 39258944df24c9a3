"""What is encrypted here is read by the standard `age`, and the reverse."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config import age_files

SCRIPT = Path(age_files.__file__)
CONTENT = b"Ada Lenoir, 3 rue des Lilas\n" * 40_000
"""More than one of age's blocks."""


def run(command: str, *, given: bytes = b"", recipients: str = "") -> subprocess.CompletedProcess[bytes]:
    environment = {"PATH": os.environ["PATH"], "BACKUP_RECIPIENTS": recipients}
    return subprocess.run(
        [sys.executable, str(SCRIPT), command], input=given, env=environment, capture_output=True, check=False
    )


def make_pair() -> tuple[str, str]:
    """A private key as its file holds it, and the public one."""
    identity = run("make-key").stdout.decode()
    return identity, identity.split("# public key: ")[1].split("\n")[0]


def decrypt(identity: str, sealed: bytes) -> subprocess.CompletedProcess[bytes]:
    return run("decrypt", given=identity.encode() + b"\n" + sealed)


def test_what_is_encrypted_is_given_back_to_each_holder_of_a_key():
    first, second = make_pair(), make_pair()
    sealed = run("encrypt", given=CONTENT, recipients=f"{first[1]}, {second[1]}").stdout

    assert b"Lenoir" not in sealed
    assert decrypt(first[0], sealed).stdout == CONTENT
    assert decrypt(second[0], sealed).stdout == CONTENT


def test_another_key_does_not_open_it():
    sealed = run("encrypt", given=CONTENT, recipients=make_pair()[1]).stdout
    done = decrypt(make_pair()[0], sealed)

    assert (done.returncode, done.stdout) == (1, b"")
    assert "La clé donnée n’ouvre pas cette sauvegarde" in done.stderr.decode()


@pytest.mark.parametrize("change", [lambda sealed: sealed[:-5], lambda sealed: sealed[:-5] + b"other"])
def test_a_file_cut_or_altered_is_refused(change):
    identity, recipient = make_pair()
    sealed = run("encrypt", given=CONTENT, recipients=recipient).stdout

    assert decrypt(identity, change(sealed)).returncode == 1


@pytest.mark.parametrize(
    ("recipients", "words"),
    [
        ("", "BACKUP_RECIPIENTS n’est pas renseignée"),
        ("age1nothing", "« age1nothing » n’est pas une clé publique age"),
        ("AGE-SECRET-KEY-1QQQ", "contient une clé privée : elle ne doit jamais être sur le serveur"),
    ],
)
def test_a_wrong_recipient_is_refused_with_what_to_do(recipients, words):
    done = run("check-recipients", recipients=recipients)

    assert done.returncode == 1
    assert words in done.stderr.decode()
    assert "SECRET-KEY-1QQQ" not in done.stderr.decode()


@pytest.mark.parametrize(
    ("identity", "words"),
    [("", "ne contient aucune clé privée"), ("une phrase secrète\n", "n’est pas une clé privée age")],
)
def test_a_wrong_identity_is_refused_with_what_to_do(identity, words):
    done = decrypt(identity, b"")

    assert done.returncode == 1
    assert words in done.stderr.decode()


def test_a_full_disk_is_said():
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, str(SCRIPT), "encrypt"],
            input=CONTENT, stdout=full, stderr=subprocess.PIPE, check=False,
            env={"BACKUP_RECIPIENTS": make_pair()[1]},
        )  # fmt: skip
    assert done.returncode == 1
    assert b"No space left on device" in done.stderr


@pytest.mark.skipif(shutil.which("age") is None, reason="Le paquet age de Debian n’est pas installé.")
def test_the_standard_tool_reads_what_we_encrypt_and_we_read_what_it_encrypts(tmp_path):
    identity, recipient = make_pair()
    (tmp_path / "key.txt").write_text(identity)
    sealed = run("encrypt", given=CONTENT, recipients=recipient).stdout
    age = shutil.which("age") or ""
    opened = subprocess.run(
        [age, "-d", "-i", str(tmp_path / "key.txt")], input=sealed, stdout=subprocess.PIPE, check=True
    )
    assert opened.stdout == CONTENT

    theirs = subprocess.run([age, "-r", recipient], input=CONTENT, stdout=subprocess.PIPE, check=True)
    assert decrypt(identity, theirs.stdout).stdout == CONTENT
