"""What is loaded after migrate, and what is refused whole."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from cases import reference_data as reference_data_of_cases
from cases.models import Edition, Structure
from cases.rules.letters import read_letters
from cases.rules.reading import FaultyRules, read_toml
from workflows import reference_data
from workflows.flows.arrears import ArrearsFlow
from workflows.models import RoutingRule
from workflows.reference_data import check_routing
from workflows.routing.table import REFERENCE

pytestmark = pytest.mark.django_db


@pytest.fixture
def no_edition() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE cases_edition CASCADE")


def altered(tmp_path: Path, source: Path, old: str, new: str) -> Path:
    text = source.read_text(encoding="utf-8")
    assert old in text
    copy = tmp_path / source.name
    copy.write_text(text.replace(old, new, 1), encoding="utf-8")
    return copy


def test_the_first_editions_are_loaded_once(no_edition: None):
    reference_data.load()
    loaded = list(Edition.objects.order_by("pk").values_list("catalogue", "number", "state"))
    assert loaded == [
        ("letters", 1, "published"),
        ("sheets", 1, "published"),
        ("plans", 1, "published"),
        ("remedies", 1, "published"),
        ("overpayments", 1, "published"),
        ("withholding", 1, "published"),
        ("overpayment_letters", 1, "published"),
        ("tenant_letters", 1, "published"),
        ("rent_checks", 1, "published"),
        ("deadlines", 1, "published"),
        ("routing_arrears", 1, "published"),
        ("routing_overpayment", 1, "published"),
        ("reminders", 1, "published"),
    ]
    assert RoutingRule.objects.filter(edition__catalogue="routing_arrears").count() == 21
    assert RoutingRule.objects.filter(edition__catalogue="routing_overpayment").count() == 7
    reference_data.load()
    assert Edition.objects.count() == 13


def routing_parameters(number: int) -> dict[str, Any]:
    edition = Edition.objects.get(catalogue="routing_arrears", number=number)
    return {name: value for name, value in edition.parameters.items() if name != "public_reason"}


def test_a_parameter_that_a_release_brings_joins_the_first_edition_and_no_edition_of_a_pilot():
    first = Edition.objects.get(catalogue="routing_arrears", number=1)
    del first.parameters["more_time"]
    first.parameters["declines_before_arbitration"] = 3
    first.save(update_fields=["parameters"])
    reference_data.load()
    assert (routing_parameters(1)["more_time"], routing_parameters(1)["declines_before_arbitration"]) == ([3, 5], 3)
    first.save(update_fields=["parameters"])
    Edition.objects.create(
        catalogue="routing_arrears",
        number=2,
        state="draft",
        effective_on=date(2027, 1, 1),
        parameters={},
        territory="grigny",
    )
    reference_data.load()
    assert "more_time" not in routing_parameters(1)
    assert routing_parameters(2) == {}


def test_a_faulty_letter_is_refused_and_nothing_is_loaded(
    no_edition: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = reference_data_of_cases.FOLDER
    altered(tmp_path, folder / "letters.toml", "{appointment_day}", "{appointment_dya}")
    for other in ("structures.toml", "deadlines.toml"):
        altered(tmp_path, folder / other, "[", "[")
    monkeypatch.setattr(reference_data_of_cases, "FOLDER", tmp_path)
    with pytest.raises(FaultyRules, match="appointment_dya"):
        reference_data.load()
    assert Edition.objects.count() == 0


def test_letters_name_steps_of_the_procedure():
    letters = read_letters(Edition.objects.get(catalogue="letters").parameters)
    named = {step for letter in letters.values() for step in letter.steps}
    assert named == {"contact"}
    assert named <= {node.name for node in ArrearsFlow.instance.nodes()}


def test_a_pilots_own_edition_is_left_alone():
    edition = Edition.objects.get(catalogue="routing_arrears")
    edition.routing_rules.filter(code="R12").delete()
    reference_data.load()
    assert not RoutingRule.objects.filter(code="R12").exists()


def test_the_delays_of_a_new_procedure_join_the_first_edition_once():
    edition = Edition.objects.get(catalogue="deadlines")
    del edition.parameters["facts_of"]["overpayment"]
    edition.parameters["milestones"]["notice_received"] = "Notification reçue, dit le pilote"
    edition.save()
    edition.deadline_rules.filter(code__startswith="IND-").delete()
    edition.deadline_rules.filter(code="C02").delete()
    for _ in range(2):
        reference_data.load()
        codes = list(edition.deadline_rules.filter(code__startswith="IND-12").values_list("code", flat=True))
        assert codes == ["IND-12", "IND-12b"]
    assert not edition.deadline_rules.filter(code="C02").exists()
    edition.refresh_from_db()
    assert edition.parameters["milestones"]["notice_received"] == "Notification reçue, dit le pilote"


def test_they_do_not_join_an_edition_of_the_pilot():
    first = Edition.objects.get(catalogue="deadlines")
    del first.parameters["facts_of"]["overpayment"]
    first.save()
    first.deadline_rules.filter(code__startswith="IND-").delete()
    Edition.objects.create(
        catalogue="deadlines", number=2, effective_on="2026-12-01", parameters=first.parameters, territory="grigny"
    )
    reference_data.load()
    assert not first.deadline_rules.filter(code__startswith="IND-").exists()


def test_a_row_whose_contact_delay_is_no_deadline_rule_is_refused_and_nothing_is_loaded(
    no_edition: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file = altered(tmp_path, REFERENCE, 'contact_rule = "P-CONTACT-2"', 'contact_rule = "P-CONTACT-3"')
    monkeypatch.setattr(reference_data, "REFERENCES", (file,))
    with pytest.raises(FaultyRules) as refusal:
        reference_data.load()
    assert refusal.value.faults == ("Règle R0 : le délai de contact « P-CONTACT-3 » n’est pas une règle de délai.",)
    assert Edition.objects.count() == 0


def test_a_rule_whose_act_the_sweep_does_not_know_is_refused_and_nothing_is_loaded(
    no_edition: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    folder = reference_data_of_cases.FOLDER
    altered(tmp_path, folder / "deadlines.toml", 'act = "alert_manager"', 'act = "alert_mayor"')
    for other in {path.name for path in folder.glob("*.toml")} - {"deadlines.toml"}:
        altered(tmp_path, folder / other, "[", "[")
    monkeypatch.setattr(reference_data_of_cases, "FOLDER", tmp_path)
    with pytest.raises(FaultyRules) as refusal:
        reference_data.load()
    assert refusal.value.faults == (
        (
            "Règle P-ANSWER : l’acte « alert_mayor » est inconnu, "
            "choisir parmi alert_manager, send_to_arbitration, route_with_known."
        ),
    )
    assert Edition.objects.count() == 0


def test_every_act_of_the_first_edition_is_one_that_the_sweep_does(no_edition: None):
    reference_data.load()
    acts: Any = Edition.objects.get(catalogue="deadlines").deadline_rules.exclude(act="")
    assert dict(acts.values_list("code", "act")) == {
        "P-QUALIFY-END": "route_with_known",
        "P-ANSWER": "alert_manager",
        "P-ANSWER-END": "send_to_arbitration",
        "T-ANSWER": "alert_manager",
        "T-ANSWER-END": "send_to_arbitration",
        "REF-ANSWER": "alert_manager",
        "REF-HANDOVER": "alert_manager",
    }


def test_invented_landlords_are_never_made_in_production(settings: Any):
    Structure.objects.filter(code="bailleur-a-social").delete()
    settings.PRODUCTION = True
    reference_data_of_cases.load()
    assert not Structure.objects.filter(code="bailleur-a-social").exists()
    settings.PRODUCTION = False
    reference_data_of_cases.load()
    assert Structure.objects.filter(code="bailleur-a-social").exists()


def test_the_first_table_is_good_where_no_landlord_is_known_yet():
    """As in production, where landlords are added by pages."""
    Structure.objects.filter(code="bailleur-a-social").delete()
    check_routing(read_toml(REFERENCE), "grigny")
