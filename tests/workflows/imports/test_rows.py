import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st

from cases.matching import BirthDate, Identity, Person, PostalAddress
from workflows.imports import columns
from workflows.imports.field_mapping import tenancy_of
from workflows.imports.read import FileRow
from workflows.imports.rows import ReadingOutcome, line_identity, read_row
from workflows.imports.values import RejectionReason

TODAY = datetime.date(2026, 11, 24)
MAPPING = {
    "Réf": "tenant_reference",
    "Nom": "last_name",
    "Prénom": "first_name",
    "Né le": "birth_date",
    "Tél": "phone",
    "Bail": "lease_date",
    "APL": "aid_amount",
    "Alloc": "caf_number",
    "Solde": "debt",
    "Dernier règlement": "last_payment_on",
}
HEADINGS = (*MAPPING, "Observations")
ORDINARY = {"Réf": "L0003", "Nom": "DIALLO", "Prénom": "Cheikh", "Né le": "08/10/1997", "Solde": "663,35"}


def read(*, shifted=False, **cells):
    cells = {heading: cells.get(heading, "") for heading in HEADINGS}
    return read_row(FileRow(line=12, cells=tuple(cells.values()), shifted=shifted), HEADINGS, MAPPING, today=TODAY)


def changed(**cells):
    return read(**(ORDINARY | cells))


def test_an_ordinary_line_gives_its_values():
    row = read(**ORDINARY)
    assert row.values == {
        "tenant_reference": "L0003",
        "last_name": "DIALLO",
        "first_name": "Cheikh",
        "birth_date": BirthDate(1997, 10, 8),
        "debt": Decimal("663.35"),
    }
    assert (row.outcome, row.problems) == (None, ())


def test_a_line_without_a_name_is_rejected():
    row = changed(Nom="")
    assert (row.outcome, row.reason) == (ReadingOutcome.REJECTED, RejectionReason.MISSING_NAME)
    assert str(row.problems[0]) == "Ligne 12, colonne « Nom » : le nom manque. Complétez-le dans le fichier."


@pytest.mark.parametrize("name", ["SO", "Na"])
def test_a_family_may_be_called_as_what_stands_for_nothing(name):
    row = changed(Nom=name)
    assert (row.values["last_name"], row.outcome) == (name, None)
    without = changed(Nom=name, **{"Prénom": "", "Né le": ""})
    assert (without.outcome, without.reason) == (ReadingOutcome.REJECTED, RejectionReason.MISSING_NAME)


def test_an_impossible_birth_date_rejects_the_line():
    row = changed(**{"Né le": "31/02/1980"})
    assert (row.outcome, row.reason.label) == (ReadingOutcome.REJECTED, "date impossible")
    assert str(row.problems[0]).startswith("Ligne 12, colonne « Né le » : date impossible.")


def test_an_unreadable_debt_rejects_the_line():
    row = changed(Solde="mille deux cents")
    assert (row.outcome, row.reason.label) == (ReadingOutcome.REJECTED, "montant illisible")


def test_a_credit_balance_is_ignored():
    row = changed(Solde="-312,40")
    assert (row.outcome, row.reason.label) == (ReadingOutcome.IGNORED, "solde créditeur")


def test_what_is_in_credit_may_be_read_as_cleared():
    row = changed(Solde="-312,40").read_as_cleared()
    assert (row.outcome, row.problems, row.values["debt"]) == (None, (), 0)
    assert (row.kept["Solde"], row.refused) == ("-312,40", {})


def test_a_total_line_is_ignored():
    for cells in (
        {"Prénom": "", "Nom": "TOTAL", "Solde": "9"},
        {"Observations": "Sous-total", "Solde": "9"},
        {"Solde": "9", "APL": "3"},
    ):
        row = read(**cells)
        assert (row.outcome, row.reason) == (ReadingOutcome.IGNORED, RejectionReason.TOTAL_LINE)


def test_a_person_may_be_called_total():
    assert changed(Nom="TOTAL").outcome is None


def test_a_note_under_the_table_is_ignored():
    row = read(Réf="Fin de l’état")
    assert (row.outcome, row.reason) == (ReadingOutcome.IGNORED, RejectionReason.STRAY_LINE)


def test_a_lease_date_to_come_rejects_the_line():
    row = changed(Bail="25/11/2026")
    assert (row.outcome, row.reason) == (ReadingOutcome.REJECTED, RejectionReason.FUTURE_LEASE)
    assert "colonne « Bail »" in str(row.problems[0])


def test_a_renewal_to_come_is_none():
    """An order to pay would otherwise give six weeks instead of two months."""
    renewed = read_row(
        FileRow(line=2, cells=("BAH", "01/09/2019", "01/09/2027")),
        ("Nom", "Bail", "Reconduit"),
        {"Nom": "last_name", "Bail": "lease_date", "Reconduit": "lease_renewed_on"},
        today=TODAY,
    )
    assert tenancy_of(renewed.values)["lease_date"] == datetime.date(2019, 9, 1)
    assert renewed.outcome is None
    assert "le renouvellement est à venir" in str(renewed.problems[0])
    assert renewed.refused == {"Reconduit": "01/09/2027"}


def test_a_name_of_ten_thousand_letters_rejects_the_line_and_is_not_kept():
    row = changed(Nom="A" * 10_000)
    assert (row.outcome, row.reason) == (ReadingOutcome.REJECTED, RejectionReason.TOO_LONG)
    assert "Nom" not in row.kept


def test_a_line_with_too_many_cells_is_rejected():
    row = read(shifted=True, **ORDINARY)
    assert (row.outcome, row.reason, row.kept) == (ReadingOutcome.REJECTED, RejectionReason.SHIFTED_LINE, {})


def test_a_social_security_number_is_left_out_and_the_line_goes_on():
    row = changed(Alloc="1 84 12 76 451 089 46")
    assert row.outcome is None
    assert [(problem.reason, problem.blocking) for problem in row.problems] == [
        (RejectionReason.SOCIAL_SECURITY_NUMBER, False)
    ]
    assert "451" not in repr(row)


def test_a_social_security_number_in_another_column_is_not_kept():
    row = changed(Réf="1841276451089")
    assert "1841276451089" not in repr(row)


@pytest.mark.parametrize(
    ("name", "cell"), [("adults", "2.288323448710239"), ("debt", "1.88123448710239"), ("phone", "1841276451089")]
)
def test_what_looks_like_a_social_security_number_is_refused_whatever_the_column(name, cell):
    row = read_row(
        FileRow(line=2, cells=("BAH", cell)), ("Nom", "Autre"), {"Nom": "last_name", "Autre": name}, today=TODAY
    )
    assert (set(row.values), set(row.kept)) == ({"last_name"}, {"Nom"})
    assert len(row.problems) == 1


def test_an_unreadable_detail_is_left_out_and_said():
    row = changed(**{"Dernier règlement": "bientôt", "Tél": "06"})
    assert row.outcome is None
    assert [problem.heading for problem in row.problems] == ["Tél", "Dernier règlement"]
    assert {"phone", "last_payment_on"}.isdisjoint(row.values)


def test_comments_and_unmapped_columns_are_kept_nowhere():
    row = changed(Observations="hospitalisé depuis un mois")
    assert "hospitalisé" not in repr(row)


def test_words_for_nothing_are_no_values():
    assert "last_payment_on" not in changed(**{"Dernier règlement": "néant"}).values


def test_a_column_called_apl_tells_the_kind_of_aid():
    assert changed(APL="305,52").values["aid_kind"] == "APL"
    assert "aid_kind" not in changed(APL="0").values


def test_the_birth_date_and_caf_number_are_those_of_the_first_person():
    found = {
        "full_name": (
            Person(last_name="NGUYEN", first_name="François"),
            Person(last_name="NGUYEN", first_name="Minh"),
        ),
        "birth_date": BirthDate(1995, 10, 14),
        "caf_number": "3050680",
        "tenant_reference": "L1",
        "phone": "+33604523849",
        "street": "54 Place aux Herbes",
        "postcode": "91350",
    }
    assert line_identity(found, sender="bailleur-a") == Identity(
        people=(
            Person(last_name="NGUYEN", first_name="François", birth=BirthDate(1995, 10, 14), caf_number="3050680"),
            Person(last_name="NGUYEN", first_name="Minh"),
        ),
        references=frozenset({("bailleur-a", "L1")}),
        phones=frozenset({"+33604523849"}),
        addresses=(PostalAddress(street="54 Place aux Herbes", postcode="91350"),),
    )


def test_a_co_tenant_of_another_column_is_in_the_household():
    found = {"last_name": "BAH", "first_name": "Li", "co_tenant": (Person(last_name="BAH", first_name="João"),)}
    assert [person.first_name for person in line_identity(found, sender="x").people] == ["Li", "João"]


ANY_CELL = st.one_of(
    st.text(max_size=40),
    st.from_regex(r"[\d/., ()€+-]{1,20}", fullmatch=True),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(),
)


@pytest.mark.parametrize(
    ("name", "cell", "kept"),
    [
        ("debt", 412.125, "412.12"),
        ("caf_number", 123456, "0123456"),
        ("birth_date", 27890, "10/05/1976"),
        ("lease_date", 43709, "01/09/2019"),
        ("postcode", 1500.0, "01500"),
    ],
)
def test_a_figure_of_excel_is_kept_as_it_was_read(name, cell, kept):
    row = read_row(
        FileRow(line=2, cells=("BAH", cell)), ("Nom", "Autre"), {"Nom": "last_name", "Autre": name}, today=TODAY
    )
    assert row.kept["Autre"] == kept


@pytest.mark.parametrize("name", [field.name for field in columns.FIELDS])
@settings(max_examples=60, deadline=None)
@given(cell=ANY_CELL)
def test_a_line_that_waits_says_the_same_when_it_is_read_again(name, cell):
    """What is kept of it is text, where Excel gave a number or a day."""
    headings, mapping = ("Nom", "Autre", "Observations"), {"Nom": "last_name", "Autre": name}
    first = read_row(FileRow(line=2, cells=("BAH", cell, "vue")), headings, mapping, today=TODAY)
    if first.outcome is not None or first.problems:
        return
    kept = FileRow(line=2, cells=("BAH", first.kept.get("Autre", ""), "vue"))
    assert read_row(kept, headings, mapping, today=TODAY).values == first.values


@pytest.mark.parametrize("name", [field.name for field in columns.FIELDS])
@settings(max_examples=60, deadline=None)
@given(cell=ANY_CELL)
def test_any_cell_gives_a_value_or_a_problem(name, cell):
    row = read_row(
        FileRow(line=2, cells=("BAH", cell)), ("Nom", "Autre"), {"Nom": "last_name", "Autre": name}, today=TODAY
    )
    assert row.line == 2
    if row.outcome is None:
        assert line_identity(row.values, sender="x").people
