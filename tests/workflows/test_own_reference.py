"""An installation begins with another city than Grigny, by a folder of its own; a faulty one leaves nothing behind."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from cases import reference_data as reference_data_of_cases
from cases.actions.corrected_editions import corrections_of
from cases.actions.editions import DEADLINES
from cases.actions.letter_catalogue import LINE_LETTERS, REFERENCE as LETTERS
from cases.models import Case, Edition, LandlordProfile, Organisation, Structure, Territory
from cases.rules.reading import FaultyRules
from tests import factories
from tests.own_reference import write_structures
from workflows import reference_data
from workflows.models import CaseTask, RoutingRule
from workflows.routing.table import REFERENCE
from workflows.views.arrears.report_forms import place_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """Named by the environment of an installation that begins."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE cases_territory, cases_organisation, cases_edition CASCADE")
    settings.REFERENCE_FOLDER = str(tmp_path / "reference")
    return write_structures(tmp_path / "reference")


def copied(folder: Path, source: Path, old: str, new: str) -> Path:
    text = source.read_text(encoding="utf-8")
    assert old in text
    (folder / source.name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder / source.name


def test_its_structures_alone_are_enough_to_begin(folder: Path):
    reference_data.load()
    assert list(Territory.objects.values_list("code", "name", "insee_codes", "postcode")) == [
        ("montclar", "Montclar", "99200", "99210")
    ]
    assert list(Structure.objects.order_by("code").values_list("code", "territory", "kind")) == [
        ("autres-bailleurs", "montclar", "landlord"),
        ("caf-99", "montclar", "caf_social"),
        ("caf-99-pilotage", "montclar", "caf_pilot"),
        ("ccas-montclar", "montclar", "ccas"),
        ("habitat-du-val", "montclar", "landlord"),
        ("ville-montclar", "montclar", "city"),
    ]
    assert LandlordProfile.objects.get().structure.code == "habitat-du-val"
    assert Organisation.objects.count() == 4
    assert set(Edition.objects.values_list("territory", flat=True)) == {"montclar"}
    assert Edition.objects.count() == 13
    assert place_in("montclar") == {"postcode": "99210", "city": "Montclar"}
    # What leads to a service of Grigny is left out of the product’s table.
    assert codes_of_rows() == ["RH", "R2", "R4", "R99"]
    reference_data.load()
    assert (Edition.objects.count(), Structure.objects.count()) == (13, 6)


def test_a_case_goes_to_the_desk_of_that_city(folder: Path):
    reference_data.load()
    home = factories.household(territory="montclar")
    lease = factories.tenancy(landlord="habitat-du-val", home=home)
    factories.reported(lease, code="habitat-du-val")
    assert Case.objects.get().territory == "montclar"
    assert CaseTask.objects.open().get().structure == Structure.objects.get(code="caf-99-pilotage")
    call_command("check_invariants")


def test_a_file_of_its_own_takes_the_place_of_the_product_s(folder: Path):
    copied(folder, reference_data_of_cases.FOLDER / "letters.toml", "Téléphonez-moi au", "Appelez-moi au")
    table = copied(folder, REFERENCE, "", "")
    with pytest.raises(FaultyRules, match=r"routing_arrears.toml : .*« mds-grigny, adil-91 » est inconnue"):
        reference_data.load()
    assert not Territory.objects.exists()
    text = re.sub(r"^supports.*$", "supports = []", table.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for code in ("mds-grigny", "udaf-91", "adil-91", "epfif-social", "msa-idf", "caf-91", "ccas-grigny"):
        text = text.replace(f'"{code}"', '"ccas-montclar"')
    table.write_text(text, encoding="utf-8")
    reference_data.load()
    assert len(codes_of_rows()) == 21
    assert "Appelez-moi au {phone}" in str(Edition.objects.get(catalogue="letters").parameters)


def test_a_release_corrects_nothing_of_what_a_file_of_its_own_says(folder: Path):
    copied(folder, LETTERS, 'mes salutations distinguées."', 'mes salutations les meilleures."')
    copied(
        folder, reference_data_of_cases.FOLDER / "deadlines_overpayments.toml", "safe_margin = 5", "safe_margin = 9"
    )
    reference_data.load()
    for catalogue in (DEADLINES, LINE_LETTERS):
        first = catalogue.editions_of("montclar").get()
        found = corrections_of(catalogue, first)
        assert (found.taken, found.dropped, found.left) == ((), (), ())
    assert "mes salutations les meilleures." in str(LINE_LETTERS.editions_of("montclar").get().parameters["shared"])


def codes_of_rows() -> list[str]:
    rows = RoutingRule.objects.filter(edition__catalogue="routing_arrears").order_by("position")
    return list(rows.values_list("code", flat=True))


FAULTS = [
    (('kind = "ccas"', 'kind = "cass"'), "structure « ccas-montclar » : kind, "),
    (('code = "caf-99-pilotage", ', ""), "structure « sans code » : code, "),
    (('kind = "caf_pilot"', 'kind = "caf_social"'), "il faut une structure de nature « caf_pilot » (CAF, pilotage de l’action)"),
    (('kind = "city"', 'kind = "ccas"'), "il faut une structure de nature « city » (Ville)"),
    (('kind = "ccas"', 'kind = "city"'), "il faut une seule structure de nature « city » (Ville)"),
    (('code = "ccas-montclar"', 'code = "caf-99"'), "structure « caf-99 » : elle figure deux fois."),
    (('code = "autres-bailleurs"\n', 'code = "autres"\n'), "il faut une organisation « autres-bailleurs »"),
    (('legal_type = "hlm", ', ""), "structure « habitat-du-val » : legal_type, "),
    (('postcode = "99210"', 'postcode = "9921"'), "territoire : postcode, Écrire cinq chiffres"),
    (("since = 2026-03-01", 'since = "bientôt"'), "territoire : since, "),
    (("insee_codes", "insee"), "territoire : « insee » n’est pas connu."),
    (("[territory]", "[territoire]"), "il manque « territory »."),
    (("[territory]", "[territory"), "n’est pas un fichier TOML lisible"),
    (("structures = [{", "structures = {"), "n’est pas un fichier TOML lisible"),
    (('[[organisations]]\ncode = "caf-99"', 'x = 1\n[[organisations]]\ncode = 9'), "territoire : « x » n’est pas connu."),
]  # fmt: skip


@pytest.mark.parametrize(("change", "fault"), FAULTS)
def test_a_faulty_file_of_structures_is_refused_in_words_and_nothing_is_loaded(
    folder: Path, change: tuple[str, str], fault: str
):
    write_structures(folder, change)
    with pytest.raises(FaultyRules) as refusal:
        reference_data.load()
    assert any(said.startswith("structures.toml") and fault in said for said in refusal.value.faults)
    assert (Territory.objects.count(), Structure.objects.count(), Edition.objects.count()) == (0, 0, 0)


def test_a_folder_that_is_not_there_or_holds_what_nothing_reads_is_refused(folder: Path, settings: Any):
    (folder / "lettres.toml").write_text("")
    with pytest.raises(FaultyRules, match=r"^lettres.toml n’est pas un fichier de référence"):
        reference_data.load()
    # The law of the product is no choice of an installation.
    (folder / "lettres.toml").rename(folder / "thresholds.toml")
    with pytest.raises(FaultyRules, match=r"^thresholds.toml n’est pas un fichier de référence"):
        reference_data.load()
    settings.REFERENCE_FOLDER = str(folder / "nowhere")
    with pytest.raises(FaultyRules, match=r"il n’y a pas de structures.toml dans"):
        reference_data.load()
    assert not Territory.objects.exists()


def test_an_edition_of_another_catalogue_or_of_an_unexpected_shape_is_refused(folder: Path):
    source = reference_data_of_cases.FOLDER / "letters.toml"
    copied(folder, source, 'catalogue = "letters"', 'catalogue = "sheets"')
    with pytest.raises(FaultyRules, match=r"letters.toml : edition.catalogue est « sheets » au lieu de « letters »"):
        reference_data.load()
    copied(folder, source, "[edition]", "[edition.x]")
    with pytest.raises(FaultyRules, match=r"letters.toml : edition.catalogue manque"):
        reference_data.load()
    (folder / "letters.toml").write_text("edition = 3\nletters = 4\npapers = 5\n")
    with pytest.raises(FaultyRules, match=r"letters.toml : une valeur n’a pas la forme attendue"):
        reference_data.load()
    assert not Territory.objects.exists()


def test_a_base_that_began_with_one_city_does_not_take_the_structures_of_another(folder: Path, settings: Any):
    reference_data.load()
    settings.REFERENCE_FOLDER = ""
    with pytest.raises(FaultyRules, match=r"le territoire est « grigny », cette base a commencé par « montclar »"):
        reference_data.load()
    assert Territory.objects.count() == 1
    assert not Structure.objects.filter(territory="grigny").exists()
