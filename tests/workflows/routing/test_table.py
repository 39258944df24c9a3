import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from cases.rules.catalogue_reading import load_catalogue
from cases.rules.reading import FaultyRules
from tests.workflows.routing.structures import STRUCTURES
from workflows.routing import table as tables
from workflows.routing.table import read_table

HEAD: dict[str, Any] = {
    "edition": {"number": 3},
    "parameters": {"needed": ["rsa"], "declines_before_arbitration": 2, "public_reason": "Reçu."},
}
SENIORS: dict[str, Any] = {
    "code": "T1",
    "title": "Seniors",
    "all": [{"key": "age", "operator": "at_least", "value": 60}],
    "lead": {"structure": "ccas-grigny"},
    "contact_rule": "P-CONTACT-10",
    "reason": "Le CCAS accompagne les seniors.",
}
RSA = {**SENIORS, "code": "T2", "all": [{"key": "rsa", "value": True}], "lead": {"structure": "mds-grigny"}}
FALLBACK = {
    "code": "T99",
    "title": "Repli",
    "fallback": True,
    "contact_rule": "P-CONTACT-10",
    "reason": "Personne.",
}


def faults_of(*rows: dict[str, Any], **head: Any) -> tuple[str, ...]:
    with pytest.raises(FaultyRules) as refusal:
        read_table({**HEAD, **head, "rows": list(rows)}, structures=STRUCTURES, contact_rules={"P-CONTACT-10"})
    return refusal.value.faults


def test_the_first_edition_is_valid_and_in_the_agreed_order():
    contact_rules = {rule.code for rule in load_catalogue().rules}
    table = tables.load(structures=STRUCTURES)
    assert [row.code for row in table.rows] == (
        "R0 RH R1 R2 RHB R8 R9 R9b R10 R11 R3 R4 R4b R5 R6 R7 R12 R13 R14 R15 R99".split()  # noqa: SIM905 read aloud, one line
    )
    assert {row.contact_rule for row in table.rows} <= contact_rules


def test_the_table_survives_its_json_form():
    data = json.loads(json.dumps(tomllib.loads(tables.REFERENCE.read_text(encoding="utf-8")), default=str))
    assert read_table(data, structures=STRUCTURES) == tables.load(structures=STRUCTURES)


def test_what_the_landlord_may_read_never_says_who_follows_nor_why():
    telling = [s.name.split(" – ")[0].lower() for s in STRUCTURES]
    telling += [
        "caf",
        "mds",
        "ccas",
        "adil",
        "udaf",
        "msa",
        "epfif",
        "rsa",
        "enfant",
        "aide",
        "prestation",
        "social",
        "famille",
        "tutelle",
        "âge",
        "senior",
    ]
    for row in tables.load(structures=STRUCTURES).rows:
        assert row.public_reason
        words = row.public_reason.lower().replace(",", " ").replace(".", " ").split()
        assert not set(telling) & set(words), row.code


def test_a_good_table_is_read_from_plain_data():
    table = read_table({**HEAD, "rows": [SENIORS, RSA, FALLBACK]}, structures=STRUCTURES)
    assert (table.number, table.needed, table.fallback.code) == (3, ("rsa",), "T99")
    assert [row.public_reason for row in table.rows] == ["Reçu.", "Reçu.", "Reçu."]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"all": [{"key": "shoe_size", "value": 42}]}, "Règle T1 : « shoe_size » est inconnu : choisir parmi "),
        ({"all": [{"key": "age", "operator": "over", "value": 60}]}, "Règle T1 : « Âge » : l’opérateur « over » est "),
        ({"all": [{"key": "housing", "value": "castle"}]}, "Règle T1 : « Parc » n’accepte pas « castle » : choisir"),
        ({"lead": {"structure": "mairie-evry"}}, "Règle T1 : la structure « mairie-evry » est inconnue : choisir"),
        ({"supports": ["adil-92"]}, "Règle T1 : la structure « adil-92 » est inconnue : choisir parmi caf-91"),
        ({"lead": {"fact": "mandated_body", "otherwise": "udaf-92"}}, "Règle T1 : la structure « udaf-92 » est inc"),
        ({"lead": {"kind": "bakery"}}, "Règle T1 : aucune structure n’est de la nature « bakery »."),
        ({"lead": {"fact": "age"}}, "Règle T1 : le fait « age » ne désigne pas une structure."),
        ({"lead": {"structure": "caf-91", "kind": "mds"}}, "Règle T1 : la structure qui reçoit se donne par"),
        ({"lead": None}, "Règle T1 : la structure qui reçoit se donne par"),
        ({"contact_rule": "P-CONTACT-99"}, "Règle T1 : le délai de contact « P-CONTACT-99 » n’est pas une règle"),
        ({"reason": ""}, "Règle T1 : le champ « reason » manque."),
        ({"colour": "red"}, "Règle T1 : champ inconnu « colour »."),
        ({"all": []}, "Règle T1 : elle n’a pas de condition : seule la règle de repli s’applique à tous."),
        (
            {"all": [*SENIORS["all"], {"key": "age", "operator": "below", "value": 18}]},
            "Règle T1 : ses conditions se contredisent, elle ne s’appliquera jamais.",
        ),
    ],
)
def test_a_faulty_row_is_named_with_its_fault(change: dict[str, Any], fault: str):
    faults = faults_of({**SENIORS, **change}, FALLBACK)
    assert len(faults) == 1
    assert faults[0].startswith(fault)


def test_a_row_that_an_earlier_one_always_takes_is_unreachable():
    centenarians = {**SENIORS, "code": "T3", "all": [{"key": "age", "operator": "at_least", "value": 100}]}
    assert faults_of(SENIORS, centenarians, FALLBACK) == ("Règle T3 : la règle T1 s’applique toujours avant elle.",)
    reordered = read_table({**HEAD, "rows": [centenarians, SENIORS, FALLBACK]}, structures=STRUCTURES)
    assert [row.code for row in reordered.rows] == ["T3", "T1", "T99"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({}, {"after_decline": True, "lead": {"structure": "mds-grigny"}}),
        ({"lead": {"kind": "landlord_social"}}, {}),
    ],
)
def test_a_second_choice_or_a_row_behind_one_that_may_not_apply_is_reachable(
    first: dict[str, Any], second: dict[str, Any]
):
    rows = [{**SENIORS, **first}, {**SENIORS, "code": "T3", **second}, FALLBACK]
    assert [row.code for row in read_table({**HEAD, "rows": rows}, structures=STRUCTURES).rows] == ["T1", "T3", "T99"]


def test_a_table_without_its_fallback_at_the_end_is_refused():
    no_fallback = "La table doit avoir une règle de repli, et une seule, pour qu’aucune situation ne se perde."
    assert faults_of(SENIORS) == (no_fallback,)
    assert faults_of(SENIORS, FALLBACK, {**FALLBACK, "code": "T98"}) == (no_fallback,)
    assert faults_of(FALLBACK, SENIORS) == ("La règle de repli T99 doit être la dernière.",)
    assert faults_of(SENIORS, {**FALLBACK, "all": RSA["all"]}) == (
        "Règle T99 : la règle de repli n’a pas de condition et s’applique toujours.",
    )


def test_whoever_the_pilot_chooses_has_a_delay_to_contact_the_household():
    assert faults_of(SENIORS, {**FALLBACK, "contact_rule": ""}) == (
        "Règle T99 : le délai de contact «  » n’est pas une règle de délai.",
    )


@pytest.mark.parametrize("days", [3, [0], [11], ["3"]])
def test_the_time_that_may_be_asked_for_is_in_working_days(days: object):
    faults = faults_of(SENIORS, FALLBACK, parameters={**HEAD["parameters"], "more_time": days})
    assert faults == ("Paramètres : « more_time » liste des nombres de jours ouvrés, de 1 à 10.",)


def test_all_faults_are_told_at_once():
    assert faults_of(
        SENIORS,
        {**SENIORS, "lead": {"structure": "nobody"}},
        {**RSA, "title": ""},
        FALLBACK,
        edition={},
        parameters={},
    ) == (
        "Paramètres : « needed » liste les faits dont l’absence envoie à la qualification.",
        "Paramètres : « declines_before_arbitration » est un nombre, 1 ou plus.",
        "L’édition n’a pas de numéro.",
        "Règle T2 : le champ « title » manque.",
        f"Règle T1 : la structure « nobody » est inconnue : choisir parmi {', '.join(s.code for s in STRUCTURES)}.",
        "Règle T1 : elle figure deux fois.",
        "Règle T1 : la règle T1 s’applique toujours avant elle.",
    )
    assert faults_of(SENIORS, FALLBACK, parameters={**HEAD["parameters"], "needed": ["shoe_size"]}) == (
        "Paramètres : « shoe_size » n’est pas un fait connu.",
    )


def test_an_unreadable_file_is_refused(tmp_path: Path):
    broken = tmp_path / "routing.toml"
    broken.write_text("[[rows", encoding="utf-8")
    with pytest.raises(FaultyRules, match=r"routing\.toml n’est pas un fichier TOML lisible"):
        tables.load(structures=STRUCTURES, path=broken)
