"""The file of settings that an installation begins with, and that a newer version completes."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SMTP = "smtp+tls://relais:a$b#c@smtp.example.fr:587"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "make_env.sh", tmp_path / "scripts")
    shutil.copy(ROOT / ".env.example", tmp_path)
    return tmp_path


def make_env(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    script = str(checkout / "scripts" / "make_env.sh")
    return subprocess.run([script, *arguments], capture_output=True, text=True, check=False)


def values(checkout: Path) -> dict[str, str]:
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", (checkout / ".env").read_text(), re.MULTILINE))


def test_it_has_the_address_the_mail_and_secrets_of_its_own(checkout: Path):
    done = make_env(checkout, "relais.ville.fr", SMTP)

    assert done.returncode == 0, done.stderr
    found = values(checkout)
    assert found["DOMAIN"] == found["ALLOWED_HOSTS"] == "relais.ville.fr"
    assert found["BASE_URL"] == "https://relais.ville.fr"
    assert found["DEFAULT_FROM_EMAIL"] == "'Relais <ne-pas-repondre@relais.ville.fr>'"
    assert found["EMAIL_URL"] == f"'{SMTP}'", "compose reads no $ nor # between apostrophes"
    secrets = ["SECRET_KEY", "POSTGRES_PASSWORD", "DATABASE_APP_PASSWORD", "DATABASE_UPKEEP_PASSWORD"]
    assert all(re.fullmatch("[0-9a-f]{80}", found[name]) for name in secrets)
    assert len({found[name] for name in secrets}) == 4
    assert (checkout / ".env").stat().st_mode & 0o777 == 0o600
    assert not any(found[name] in done.stdout for name in secrets)


def test_what_is_there_is_not_written_over(checkout: Path):
    make_env(checkout, "relais.ville.fr", SMTP)
    before = (checkout / ".env").read_text()

    done = make_env(checkout, "autre.ville.fr", SMTP)

    assert (done.returncode, (checkout / ".env").read_text()) == (2, before)
    assert "scripts/make_env.sh --complete" in done.stderr


def test_a_newer_version_adds_the_secrets_that_it_needs_and_changes_no_other(checkout: Path):
    old = "SECRET_KEY=kept\nPOSTGRES_PASSWORD=kept-too\nDATABASE_APP_PASSWORD=\nEMAIL_URL=smtp://mail"
    (checkout / ".env").write_text(old)

    done = make_env(checkout, "--complete")

    assert done.stdout == "Ajouté à .env : DATABASE_APP_PASSWORD\nAjouté à .env : DATABASE_UPKEEP_PASSWORD\n"
    found = values(checkout)
    assert (found["SECRET_KEY"], found["POSTGRES_PASSWORD"], found["EMAIL_URL"]) == ("kept", "kept-too", "smtp://mail")
    assert len(found["DATABASE_APP_PASSWORD"]) == 80
    assert make_env(checkout, "--complete").stdout == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "usage : scripts/make_env.sh DOMAINE ADRESSE_SMTP"),
        (("relais.ville.fr",), "usage : scripts/make_env.sh DOMAINE ADRESSE_SMTP"),
        (("https://relais.ville.fr", SMTP), "n’est pas un nom de domaine"),
        (("relais.ville.fr", "smtp.ville.fr"), "n’est pas l’adresse d’un serveur d’envoi"),
        (("relais.ville.fr", "smtp://a:it's@mail"), "%27 pour une apostrophe"),
        (("--complete",), "Il n’y a pas de .env ici"),
    ],
)
def test_what_cannot_be_right_is_refused_and_nothing_is_written(checkout: Path, arguments: tuple[str, ...], said: str):
    done = make_env(checkout, *arguments)

    assert done.returncode == 2
    assert said in done.stderr
    assert not (checkout / ".env").exists()
