"""The deployment guide’s own commands, run to the letter in a real container engine: installed, entered, used, saved, updated
under load, gone back, restored on an empty machine. Only the placeholders are filled in: addresses and folders."""

import json
import os
import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_string, policy
from pathlib import Path
from textwrap import dedent

import pytest
from playwright.sync_api import Browser, Page

from benchmarks import load
from tests.deployment import people
from tests.deployment.conftest import run_tool
from tests.journeys.person import Person
from tests.sink import Sink, listening

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "deploiement.md").read_text()
HOST = "172.17.0.1"
"""This machine, as containers see it."""
pytestmark = [pytest.mark.long, pytest.mark.timeout(5400), pytest.mark.enable_socket, pytest.mark.turn(1)]


def commands(title: str) -> list[str]:
    """Those of the section of that title, as the guide has them."""
    section = re.search(rf"^#+ {title}\n(.*?)(?=^#+ |\Z)", GUIDE, re.MULTILINE | re.DOTALL)
    assert section, title
    return [line for block in re.findall(r"```sh\n(.*?)```", section[1], re.DOTALL) for line in block.splitlines()]


def blocks(title: str, language: str = "sh") -> list[str]:
    """Those that are one conversation with the shell, each whole."""
    section = re.search(rf"^#+ {title}\n(.*?)(?=^#+ |\Z)", GUIDE, re.MULTILINE | re.DOTALL)
    assert section, title
    return [dedent(block) for block in re.findall(rf" *```{language}\n(.*?) *```", section[1], re.DOTALL)]


class Site:
    """A machine on which an operator types."""

    def __init__(self, place: Path, environment: dict[str, str], smtp: str) -> None:
        self.place = place
        self.folder, self.backups, self.desk = place / "relais", place / "sauvegardes", place / "poste"
        self.desk.mkdir()
        self.filled_in = {
            "https://git.example.fr/relais.git": str(place / "origin.git"),
            "/srv/relais": str(self.folder),
            "/srv/sauvegardes": str(self.backups),
            "~/": f"{self.desk}/",
            "relais.example.fr": "localhost",
            "smtp+tls://utilisateur:motdepasse@smtp.example.fr:587": smtp,
            # A terminal, which a test does not have.
            "docker compose exec ": "docker compose exec -T ",
        }
        # Its desk is the same machine: what it asks of a server is done here.
        ssh = self.desk / "ssh"
        ssh.write_text('#!/bin/sh\nshift\nexec bash -c "$*"\n')
        ssh.chmod(0o755)
        self.environment = environment | {"PATH": f"{self.desk}:{environment['PATH']}"}
        self.log: list[str] = []

    def run(self, command: str, *, fails: bool = False) -> str:
        for written, filled_in in self.filled_in.items():
            command = command.replace(written, filled_in)
        started = time.monotonic()
        at = self.folder if self.folder.exists() else self.place
        if command.startswith("ssh "):
            at = self.desk
        done = run_tool("bash", "-c", command, cwd=at, env=self.environment, capture_output=True, text=True)
        self.log.append(f"{time.monotonic() - started:6.0f} s  {command}")
        assert (done.returncode != 0) is fails, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def ask(self, query: str) -> list[str]:
        psql = "docker compose exec db psql --username=relais --no-align --tuples-only"
        return self.run(f'{psql} --command="{query}"').split()

    def install(self) -> str:
        """The link of the first administrator. What Debian is asked for, the tests have."""
        packages, *typed = commands("Installer")
        assert packages.startswith("apt-get install ")
        assert len(typed) < 15
        said = "".join(self.run(command) for command in typed)
        (link,) = re.findall(rf"{people.SITE}/mot-de-passe/\S+", said)
        for command in commands("La clé des sauvegardes"):
            self.run(command)
        return str(link)

    def remove(self) -> None:
        run_tool("docker", "compose", "down", "--volumes", "--remove-orphans", cwd=self.folder, env=self.environment)
        shutil.rmtree(self.folder)


@pytest.fixture
def sink() -> Iterator[Sink]:
    with listening(host="0.0.0.0") as found:  # noqa: S104  # containers come by another address
        yield found


@pytest.fixture
def site(engine: dict[str, str], tmp_path: Path, sink: Sink) -> Iterator[Site]:
    run_tool("git", "clone", "--quiet", "--bare", ROOT, tmp_path / "origin.git", check=True)
    made = Site(tmp_path, engine, f"smtp://{HOST}:{sink.port}")
    yield made
    if log := os.environ.get("RELAIS_DEPLOY_LOG"):
        Path(log).write_text("\n".join(made.log) + "\n")
    if made.folder.exists():
        made.remove()


def test_what_the_guide_says_installs_lets_in_saves_updates_goes_back_and_restores(
    site: Site, sink: Sink, browser: Browser
):
    page = people.open_page(browser)
    people.choose_password(page, site.install())
    me = people.sign_in(page, people.ADMINISTRATOR)
    page.get_by_role("link", name="Voir les premiers pas").click()
    me.reads("Nommer un second administrateur")
    people.add_landlord(me)
    people.record_ground(me, "caf-91")
    people.choose_password(page, people.invite_manager(me, sink))
    me = people.sign_in(page, people.MANAGER)
    people.import_file(me)
    people.take_case(me)
    people.write_letter(me)
    assert people.read_letter(me).startswith(b"%PDF-")
    refuses_what_the_application_may_not_do(site)

    plain, with_backup = commands("Revenir en arrière")
    publish_next(site, "LOOKS-NEW")
    token = site.run("openssl rand -hex 32").strip()
    site.run(f"echo METRICS_TOKEN={token} >> .env")
    update(site)
    gives_its_figures_inside_alone(site, page, token)
    assert "LOOKS-NEW" in page_source(browser)
    with answering(site, "le retour en arrière", browser):
        site.run(plain)
    assert "LOOKS-NEW" not in page_source(browser)

    stays_up_when_an_update_fails(site, browser)
    publish_next(site, "UPDATED", sql=NEW_TABLE)
    with answering(site, "la mise à jour", browser):
        update(site)
    assert "UPDATED" in page_source(browser)
    assert site.ask("SELECT to_regclass('newer')") == ["newer"]

    (second,) = commands("Les premières personnes")
    site.run(second.replace("prenom.nom@", "pilote@"))
    assert "rollback.sh --with-backup" in site.run(plain, fails=True)
    assert "ajouter --identity" in site.run("scripts/rollback.sh --with-backup", fails=True)
    assert "UPDATED" in page_source(browser)
    site.run(with_backup)
    assert "UPDATED" not in page_source(browser)
    assert accounts(site) == [people.MANAGER, people.ADMINISTRATOR]
    assert site.ask("SELECT count(*) FROM pg_class WHERE relname = 'newer'") == ["0"]
    refuses_what_the_application_may_not_do(site)
    goes_on_without_redis(site, browser)

    me = people.sign_in(people.open_page(browser), people.MANAGER)
    changes_its_secrets(site, me)
    writes_to_the_administrators(site, sink)
    *added, retired = commands("Changer de clé")
    for command in added:
        site.run(command)
    (verify,) = commands("Vérifier")
    assert "Sauvegarde vérifiée" in site.run(with_newest(site, verify.replace("cle-relais", "cle-nouvelle")))
    (backup,) = commands("Chaque nuit")
    assert "faite et vérifiée" in site.run(backup)
    assert "Sauvegarde vérifiée" in site.run(with_newest(site, verify))
    site.run(retired)
    assert site.run("grep ^BACKUP_RECIPIENTS= .env").count("age1") == 1
    _in_place, *on_an_empty_machine = commands("Rétablir")
    site.remove()
    for command in on_an_empty_machine:
        site.run(with_newest(site, command))
    assert not (site.desk / "cle-relais.txt").exists()
    me = people.sign_in(people.open_page(browser), people.MANAGER)
    assert people.read_letter(me).startswith(b"%PDF-")
    refuses_what_the_application_may_not_do(site)
    works_behind_another_proxy(site)


def update(site: Site) -> None:
    (command,) = commands("Mettre à jour")
    site.run(command)


def with_newest(site: Site, command: str) -> str:
    return re.sub(r"/srv/sauvegardes/relais-\w+", str(max(site.backups.glob("relais-*Z"))), command)


def accounts(site: Site) -> list[str]:
    return site.ask("SELECT email FROM cases_user ORDER BY email")


def page_source(browser: Browser) -> str:
    page = people.open_page(browser)
    page.goto("/connexion/")
    return page.content()


def refuses_what_the_application_may_not_do(site: Site) -> None:
    """By its own way in, with its own password."""
    said = site.run(f'docker compose exec web python manage.py shell -c "{DELETION}"')
    assert "permission denied for table cases_journalentry" in said


def gives_its_figures_inside_alone(site: Site, page: Page, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    assert page.request.get(f"{people.SITE}/metriques", headers=headers).status == 404
    asked = (
        f"from urllib.request import *; print(urlopen(Request('http://web:8000/metriques', headers={headers})).read())"
    )
    assert "relais_request_seconds" in site.run(f'docker compose exec worker python -c "{asked}"')


def goes_on_without_redis(site: Site, browser: Browser) -> None:
    site.run("docker compose stop redis")
    me = people.sign_in(people.open_page(browser), people.MANAGER)
    assert people.read_letter(me).startswith(b"%PDF-")
    time.sleep(60)  # more than three health checks, after which a container is said ill
    assert site.run("docker inspect --format '{{.State.Health.Status}}' $(docker compose ps --quiet web)").split() == [
        "healthy"
    ]
    site.run("docker compose start redis")
    # A network interface came: about a second later, Chromium drops what it is loading, and shows a page of its own.
    time.sleep(10)


def stays_up_when_an_update_fails(site: Site, browser: Browser) -> None:
    """Its migration does; the version of before answers, then the next update finds nothing in its way."""
    publish_next(site, "BROKEN", sql="SELECT 1 / 0")
    (command,) = commands("Mettre à jour")
    with answering(site, "la mise à jour qui échoue", browser):
        said = site.run(command, fails=True)
    assert "La mise à jour s’est arrêtée : les tables n’ont pas pu être mises à jour." in said
    assert "La version d’avant répond toujours." in said
    assert "BROKEN" not in page_source(browser)
    work = site.place / "BROKEN"
    for words in (["revert", "--no-edit", "HEAD"], ["push", "--quiet"]):
        run_tool("git", *WHO, *words, cwd=work, check=True)


def changes_its_secrets(site: Site, me: Person) -> None:
    """One by one; who is signed in stays so."""
    before = set(site.run("grep -E '^[A-Z]+_.*(KEY|PASSWORD)=.' .env").split())
    for block in blocks("Changer les secrets"):
        site.run(block)
    assert not before & set(site.run("grep -E '^[A-Z]+_.*(KEY|PASSWORD)=.' .env").split())
    me.page.goto("/")
    me.reads("À faire")


def writes_to_the_administrators(site: Site, sink: Sink) -> None:
    """Of a backup that is old."""
    site.ask(
        "UPDATE cases_backuprun SET started_at = started_at - interval '3 days', ended_at = ended_at - interval '3 days'"
    )
    (command,) = commands("Être alerté")
    site.run(command)
    mails = [message_from_string(text, policy=policy.default) for to, text in sink.got if to == people.ADMINISTRATOR]
    bodies = [mail.get_body(("plain",)) for mail in mails if "en panne" in str(mail["Subject"])]
    assert any("- Sauvegarde, depuis le" in body.get_content() for body in bodies if body), sink.people


def works_behind_another_proxy(site: Site) -> None:
    """By the five lines of the guide: it believes what the other says of the visitor, and serves itself without certificate."""
    (lines,) = blocks("Derrière un serveur mandataire qui existe déjà", language="")
    site.run(f"cat >> .env <<'END'\n{lines}END\ndocker compose up -d --wait")
    asked = "curl --silent --output /dev/null --write-out '%{http_code}' --header 'Host: localhost'"
    with_proto = f"{asked} --header 'X-Forwarded-Proto: https' --header 'X-Forwarded-For: 192.0.2.7'"
    assert site.run(f"{with_proto} http://127.0.0.1:8000/connexion/") == "200"
    assert site.run(f"{asked} http://127.0.0.1:8000/connexion/") == "301"


def publish_next(site: Site, mark: str, *, sql: str = "") -> None:
    """A newer version, where the installation takes it from: it says so in its pages, and has one migration more."""
    work = site.place / mark
    run_tool("git", "clone", "--quiet", site.place / "origin.git", work, check=True)
    footer = work / "templates" / "shell" / "footer.html"
    footer.write_text(footer.read_text().replace("</footer>", f"<p>{mark}</p></footer>"))
    styles = work / "static" / "relais.css"
    styles.write_text(styles.read_text() + f"/* {mark} */\n")
    if sql:
        last = (work / "cases" / "migrations" / "max_migration.txt").read_text().strip()
        name = f"{int(last[:4]) + 1:04}_newer"
        (work / "cases" / "migrations" / f"{name}.py").write_text(MIGRATION.format(last=last, sql=sql))
        (work / "cases" / "migrations" / "max_migration.txt").write_text(name + "\n")
    for words in (
        ["add", "--all"],
        [*WHO, "commit", "--quiet", "--message", mark],
        ["push", "--quiet"],
    ):
        run_tool("git", *words, cwd=work, check=True)


DELETION = """from django.db import connection
try: connection.cursor().execute('DELETE FROM cases_journalentry')
except Exception as error: print(error)"""

MIGRATION = """from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "{last}")]
    operations = [migrations.RunSQL("{sql}", "")]
"""
NEW_TABLE = "CREATE TABLE newer (id bigint PRIMARY KEY REFERENCES cases_user)"
WHO = ("-c", "user.name=Essai", "-c", "user.email=essai@example.fr")


@contextmanager
def answering(site: Site, what: str, browser: Browser) -> Iterator[None]:
    """Three people who are signed in and work meanwhile are refused nothing that lasts."""
    with under_load(browser) as asked:
        yield
    refused = [each for each in asked if load.is_refused(each)]
    site.log.append(f"         {len(asked)} demandes pendant {what}, {len(refused)} refusées")
    assert len({int(each.at) for each in refused}) <= 5, json.dumps(load.summary(asked))


@contextmanager
def under_load(browser: Browser) -> Iterator[list[load.Asked]]:
    """Ten requests a second, from three windows of somebody who is signed in; all that was asked, once it is over."""
    page = people.open_page(browser)
    people.sign_in(page, people.MANAGER)
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    page.context.close()
    visitors = [load.Visitor(people.SITE, people.MANAGER, "", cookies=dict(cookies)) for _each in range(3)]
    for visitor in visitors:
        assert visitor.sees_inbox()
        visitor.leave()
    asked: list[load.Asked] = []
    until = threading.Event()
    thread = threading.Thread(target=load.run, args=(visitors,), kwargs={"until": until, "rate": 10})
    thread.start()
    try:
        yield asked
    finally:
        until.set()
        thread.join()
        asked += [each for visitor in visitors for each in visitor.asked]
