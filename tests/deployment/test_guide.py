"""The deployment guide’s own commands, run to the letter in a real container engine: installed, entered, saved, updated,
restored. Only the placeholders are filled in: the domain, the secrets, the folder of the backups."""

import re
import secrets
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.deployment.conftest import run_tool

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "deploiement.md").read_text()
pytestmark = [pytest.mark.long, pytest.mark.timeout(5400)]


def commands(title: str) -> list[str]:
    """Those of the section of that title, as the guide has them."""
    section = re.search(rf"^#+ {title}\n(.*?)(?=^#+ |\Z)", GUIDE, re.MULTILINE | re.DOTALL)
    assert section, title
    return [line for block in re.findall(r"```sh\n(.*?)```", section[1], re.DOTALL) for line in block.splitlines()]


class Site:
    """A checkout in which an operator types."""

    def __init__(self, folder: Path, backups: Path, environment: dict[str, str]) -> None:
        self.folder, self.backups, self.environment = folder, backups, environment

    def run(self, command: str) -> str:
        command = command.replace("/srv/sauvegardes", str(self.backups))
        done = run_tool("bash", "-c", command, cwd=self.folder, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def fill_in(self) -> None:
        """What the operator writes in .env."""
        values = {
            "DOMAIN": "localhost",
            "ALLOWED_HOSTS": "localhost",
            "BASE_URL": "https://localhost",
            "SECRET_KEY": secrets.token_hex(40),
            "POSTGRES_PASSWORD": secrets.token_hex(40),
        }
        file = self.folder / ".env"
        text = file.read_text()
        for name, value in values.items():
            text = re.sub(rf"^{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
        file.write_text(text)

    def accounts(self) -> list[str]:
        asked = "SELECT email FROM cases_user ORDER BY email"
        command = f"docker compose exec -T db psql --username=relais --no-align --tuples-only --command='{asked}'"
        return self.run(command).split()


@pytest.fixture
def site(engine: dict[str, str], tmp_path: Path):
    folder, backups = tmp_path / "relais", tmp_path / "sauvegardes"
    run_tool("git", "clone", "--quiet", ROOT, folder, check=True)
    made = Site(folder, backups, engine)
    yield made
    run_tool("docker", "compose", "--profile", "tls", "down", "--volumes", cwd=folder, env=engine)


def test_what_the_guide_says_installs_lets_in_saves_updates_and_restores(site: Site, browser: Browser):
    prepare, start, first = commands("Installer")
    site.run(prepare)
    site.fill_in()
    site.run(start)
    enters(browser, link_of(site.run(tty_less(first))))

    (backup, restore) = commands("Sauvegarder et rétablir")
    site.run(backup)
    (kept,) = site.backups.iterdir()
    (second,) = commands("Les premières personnes")
    site.run(tty_less(second.replace("prenom.nom@", "pilote@")))
    assert site.accounts() == ["pilote@example.fr", "prenom.nom@example.fr"]
    backup, pull, update = commands("Mettre à jour")[:3]
    site.run(
        "docker compose exec -T db psql --username=relais --command='CREATE TABLE newer (id bigint REFERENCES cases_user)'"
    )
    site.run(pull)
    site.run(update)
    site.run(re.sub(r"/srv/sauvegardes/\S+", str(kept), restore))
    assert site.accounts() == ["prenom.nom@example.fr"]
    page = browser.new_page(ignore_https_errors=True)
    page.goto("https://localhost/connexion/")
    expect(page.locator("h1")).to_be_visible()


def tty_less(command: str) -> str:
    """`exec` asks for a terminal, which a test does not have."""
    return command.replace("docker compose exec ", "docker compose exec -T ")


def link_of(said: str) -> str:
    (found,) = re.findall(r"https://localhost/\S+", said)
    return str(found)


def enters(browser: Browser, link: str) -> None:
    """The first administrator chooses a password, signs in through TLS, and is told what to do next."""
    page = browser.new_page(ignore_https_errors=True)
    page.goto(link)
    page.locator("#id_new_password1").fill("un-mot-de-passe-choisi")
    page.locator("#id_new_password2").fill("un-mot-de-passe-choisi")
    page.locator("main form .btn-primary").click()
    page.goto("https://localhost/connexion/")
    page.locator("#id_username").fill("prenom.nom@example.fr")
    page.locator("#id_password").fill("un-mot-de-passe-choisi")
    page.locator("#id_password").press("Enter")
    page.get_by_role("link", name="Voir les premiers pas").click()
    expect(page.get_by_text("Nommer un second administrateur")).to_be_visible()
    page.close()
