"""Version, news and tags agree; each release that was made has its demonstration."""

import subprocess
import tomllib
from datetime import date
from pathlib import Path

import pytest
from django.urls import reverse

from cases.models import Installation
from config.news import Audience, Release, read_releases

ROOT = Path(__file__).resolve().parents[2]
DUMPS = {path.name.removesuffix(".sql.xz") for path in (ROOT / "tests" / "releases" / "dumps").glob("*.sql.xz")}
RELEASES = read_releases((ROOT / "CHANGELOG.md").read_text())
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


def test_the_first_news_are_those_of_this_version_and_the_others_follow_from_the_latest():
    versions = [release.version for release in RELEASES]
    assert versions[0] == VERSION
    assert versions == sorted(set(versions), key=numbers, reverse=True)
    days = [release.on for release in RELEASES]
    assert days == sorted(days, reverse=True)
    assert all(audience.changes for release in RELEASES for audience in release.audiences)


def test_each_tag_is_of_a_version_that_has_news_and_a_demonstration():
    if not (ROOT / ".git").exists():
        pytest.skip("Ce dossier n’est pas un dépôt git.")
    done = subprocess.run(["git", "tag", "--list"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    tags = set(done.stdout.split())
    assert tags <= {f"v{release.version}" for release in RELEASES}
    assert {tag.removeprefix("v") for tag in tags} <= DUMPS
    assert {release.version for release in RELEASES[1:]} <= DUMPS


def test_news_are_headings_and_lists_whose_items_go_on_over_lines():
    text = "# Nouveautés\n\nPour tous.\n\n## [1.2.0] - 2027-02-03\n\n### Pour tous\n\n- Un\n  deux.\n- Trois.\n"
    assert read_releases(text) == [Release("1.2.0", date(2027, 2, 3), [Audience("Pour tous", ["Un deux.", "Trois."])])]
    with pytest.raises(ValueError, match="neither a heading nor of a list"):
        read_releases(f"{text}\nAutre chose.\n")


@pytest.mark.parametrize("version", ["0.3", "v0.3.0", "latest"])
def test_what_is_no_version_is_not_released(version):
    done = subprocess.run([ROOT / "scripts" / "release.sh", version], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"« {version} » n’est pas une version" in done.stderr


@pytest.mark.django_db
class TestPage:
    def test_the_footer_says_the_version_and_leads_to_the_news_and_to_the_source(self, client):
        page = client.get(reverse("login")).text
        assert f'<a class="version" href="/nouveautes/">Relais {VERSION}</a>' in page
        assert '<a href="/nouveautes/#code-source">Code source</a>' in page

    def test_the_page_says_what_each_version_brings_without_signing_in(self, client):
        page = client.get("/nouveautes/").text
        for release in RELEASES:
            assert f"<h2>{release.version}, du" in page
        assert 'id="code-source"' in page

    def test_the_source_is_at_the_address_that_the_installation_says(self, client, settings):
        settings.SOURCE_URL = "https://forge.ville.test/relais/v0.2.0"
        assert 'href="https://forge.ville.test/relais/v0.2.0"' in client.get("/nouveautes/").text

    def test_without_an_address_the_page_says_whom_to_ask(self, client, settings):
        settings.SOURCE_URL = ""
        assert "le demander à l’administrateur de votre structure" in client.get("/nouveautes/").text
        Installation.keep(Installation(pk=1, name="Relais", help_email="relais@ville.test"))
        assert 'href="mailto:relais@ville.test"' in client.get("/nouveautes/").text
