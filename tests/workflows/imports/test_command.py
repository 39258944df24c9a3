"""The command on what other senders send, month after month, and what it refuses."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError

from cases.models import Case, DebtStatement, Household, Tenancy, Watch
from tests.workflows.imports.command import DATA, counts, outcomes, run
from tests.workflows.imports.files import write_csv, write_ods, write_xls, write_xlsx
from workflows.models import ImportJob

pytestmark = pytest.mark.django_db

# Other months


MONTH = [
    ["Réf. locataire", "Nom", "Prénom", "Né(e) le", "Loyer HC", "Charges", "Solde débiteur"],
    ["L7001", "MARTIN", "Alice", "17/05/1980", "450,00", "80,00", "1 060,00"],
]


def month(folder: Path, number: int, balance: str, **cells: str) -> Path:
    row = dict(zip(MONTH[0], MONTH[1], strict=True)) | {"Solde débiteur": balance} | cells
    return write_csv(folder / f"impayes_2026-{number:02}.csv", [list(row), list(row.values())])


def statement_dates() -> list[str]:
    return [str(row.as_of) for row in DebtStatement.objects.order_by("as_of")]


def test_months_may_come_in_any_order(tmp_path):
    run(month(tmp_path, 10, "530,00"), "bailleur-a")
    late = run(month(tmp_path, 9, "9 999,00", **{"Loyer HC": "1,00"}), "bailleur-a")
    assert outcomes(late) == [(2, "updated", "relevé plus ancien que le dernier : historique complété")]
    assert statement_dates() == ["2026-09-01", "2026-10-01"]
    assert str(Tenancy.objects.get().rent) == "450.00"


def test_a_corrected_file_corrects(tmp_path):
    run(month(tmp_path, 10, "1 060,00"), "bailleur-a")
    file = month(tmp_path, 10, "1 000,00", **{"Loyer HC": "460,00"})
    with pytest.raises(CommandError, match=r"1.060,00.€ au lieu de 1.000,00.€\. Ajouter --replace"):
        run(file, "bailleur-a")
    assert [str(row.balance) for row in DebtStatement.objects.all()] == ["1060.00"]
    corrected = run(file, "bailleur-a", "--replace")
    assert outcomes(corrected) == [(2, "updated", "montant corrigé")]
    assert [str(row.balance) for row in DebtStatement.objects.all()] == ["1000.00"]
    assert str(Tenancy.objects.get().rent) == "460.00"


def test_a_small_debt_is_watched_until_it_grows_or_is_paid(tmp_path):
    assert counts(run(month(tmp_path, 8, "529,99"), "bailleur-a")) == {"watched": 1}
    assert Watch.objects.count() == 1
    assert counts(run(month(tmp_path, 9, "0,00"), "bailleur-a")) == {"updated": 1}
    assert Watch.objects.count() == 0
    assert counts(run(month(tmp_path, 10, "530,00"), "bailleur-a")) == {"created": 1}
    assert Case.objects.count() == 1


def test_an_order_to_pay_is_known_before_the_case_is_routed(tmp_path):
    run(month(tmp_path, 10, "1 060,00", Commandement="14/10/2026"), "bailleur-a")
    assert list(Case.objects.get().milestones.values_list("kind", flat=True)) == ["order_to_pay_served"]


def test_as_of_dates_a_file_that_does_not_say(tmp_path):
    file = write_csv(tmp_path / "impayes.csv", MONTH)
    run(file, "bailleur-a", "--as-of", "2026-10-31")
    assert statement_dates() == ["2026-10-31"]


# What other senders send, through a mapping alone

FOREIGN = [
    ["Zone 1", "Zone 2", "Zone 3", "Zone 4", "Zone 5"],
    ["R-1", "Durand Paul", "12/03/1975", "600", "1250.50"],
    ["R-2", "Okafor Ada", "01/02/1988", "700", "abc"],
]
MAPPING = {
    "Zone 1": "tenant_reference",
    "Zone 2": "full_name",
    "Zone 3": "birth_date",
    "Zone 4": "rent",
    "Zone 5": "debt",
}


@pytest.mark.parametrize(
    "write",
    [
        lambda folder: write_csv(folder / "f.csv", FOREIGN, separator="|", encoding="utf-16"),
        lambda folder: write_xlsx(folder / "f.xlsx", FOREIGN),
        lambda folder: write_xls(folder / "f.xls", FOREIGN),
        lambda folder: write_ods(folder / "f.ods", FOREIGN),
    ],
    ids=["csv", "xlsx", "xls", "ods"],
)
def test_a_foreign_file_needs_its_mapping_alone_and_next_month_not_even_that(tmp_path, write):
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps(MAPPING), encoding="utf-8")
    file = write(tmp_path)
    first = run(file, "gestionnaire-b", "--mapping", str(mapping))
    assert counts(first) == {"created": 1, "rejected": 1}
    assert first["rows"][1]["reason"].startswith("montant illisible")
    assert counts(run(file, "gestionnaire-b")) == {"unchanged": 1, "rejected": 1}
    assert counts(run(file, "gestionnaire-b", "--mapping", "habituelle")) == {"unchanged": 1, "rejected": 1}


TWO_MONTHS = [
    [
        "Réf. locataire",
        "Nom",
        "Prénom",
        "Né(e) le",
        "Loyer HC",
        "Charges",
        "Solde au 30/09/2026",
        "Solde au 31/10/2026",
    ],
    ["L7001", "MARTIN", "Alice", "17/05/1980", "450,00", "80,00", "1 060,00", "1 590,00"],
]


@pytest.mark.parametrize(
    ("named", "balance"), [(None, "1590.00"), ({"Nom": "full_name", "Solde au 30/09/2026": "debt"}, "1060.00")]
)
def test_the_column_of_last_month_is_read_only_by_whoever_names_it_for_this_file(tmp_path, named, balance):
    mapping = tmp_path / "mapping.json"
    mapping.write_text(json.dumps(named), encoding="utf-8")
    run(write_csv(tmp_path / "f.csv", TWO_MONTHS), "bailleur-a", *(("--mapping", str(mapping)) if named else ()))
    assert (str(DebtStatement.objects.get().balance), statement_dates()) == (balance, ["2026-10-31"])


# Refusals


def refusal(file: Path, code: str, *options: str) -> str:
    with pytest.raises(CommandError) as error:
        run(file, code, *options)
    assert (ImportJob.objects.count(), Household.objects.count()) == (0, 0)
    return str(error.value)


def test_an_unknown_structure_lists_those_that_exist(tmp_path):
    message = refusal(write_csv(tmp_path / "f.csv", MONTH), "bailleur-z")
    assert message.startswith("Structure inconnue : bailleur-z.")
    assert "bailleur-a, " in message


def test_a_structure_that_sends_no_file_is_refused(tmp_path):
    assert "n’envoie pas de fichier" in refusal(write_csv(tmp_path / "f.csv", MONTH), "mds-grigny")


def test_an_unknown_field_lists_the_known_ones(tmp_path):
    mapping = tmp_path / "mapping.json"
    mapping.write_text('{"Nom": "surname"}', encoding="utf-8")
    message = refusal(write_csv(tmp_path / "f.csv", MONTH), "bailleur-a", "--mapping", str(mapping))
    assert message.startswith("Champ inconnu : surname.")
    assert "last_name" in message


def test_an_unknown_mapping_name_lists_the_senders(tmp_path):
    message = refusal(write_csv(tmp_path / "f.csv", MONTH), "bailleur-a", "--mapping", "mensuelle")
    assert message == "Correspondance inconnue : mensuelle. Correspondances de cet expéditeur : aucune."


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("vide.csv", b"", "vide"),
        ("image.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(200), "n’est pas"),
        ("coupe.xlsx", (DATA / "syndic-b_2026-11.xlsx").read_bytes()[:3000], "abîmé"),
        ("protege.xlsx", (DATA / "protected.xlsx").read_bytes(), "mot de passe"),
    ],
)
def test_a_hostile_file_is_refused_and_nothing_is_written(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    assert message in refusal(tmp_path / name, "bailleur-a")


def test_one_bad_line_does_not_spoil_the_rest(tmp_path):
    long = ["L7002", "A" * 10_000, "Bob", "12/03/1980", "450,00", "80,00", "900,00"]
    lease = ["L7003", "PETIT", "Zoé", "31/02/1980", "450,00", "80,00", "900,00"]
    result = run(write_csv(tmp_path / "f.csv", [*MONTH, long, lease]), "bailleur-a")
    assert counts(result) == {"created": 1, "rejected": 2}
    assert "10000 caractères" in result["rows"][1]["reason"]
    assert result["rows"][2]["reason"].startswith("date impossible")
