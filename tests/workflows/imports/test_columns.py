import pytest

from workflows.imports import columns


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("N° alloc.", "caf_number"),
        ("NUMÉRO ALLOCATAIRE", "caf_number"),
        ("Matricule", "caf_number"),
        ("Né(e) le", "birth_date"),
        ("date_naissance", "birth_date"),
        ("Date de naissance du locataire", "birth_date"),
        ("Montant de la dette (€)", "debt"),
        ("Solde débiteur", "debt"),
        ("Solde au 30/09/2026", "debt"),
        ("1er impayé", "first_unpaid_on"),
        ("Depuis", "first_unpaid_on"),
        ("Bât.", "building"),
        ("Commandement", "order_to_pay_on"),
        ("Nb enfants à charge", "children"),
        ("Loyer HC", "rent"),
        ("Loyer CC", "rent_with_charges"),
        ("Propriétaire", "landlord"),
        ("N° de bail", "contract_number"),
        ("tenant_reference", "tenant_reference"),
    ],
)
def test_a_heading_is_known_whatever_its_accents_case_and_points(heading, field):
    assert columns.suggest_mapping([heading, "Prénom"])[heading] == field


@pytest.mark.parametrize("heading", ["Observations", "Commentaire", "Remarques", "Notes", "Santé"])
def test_a_comment_column_has_no_field(heading):
    assert columns.suggest_mapping([heading]) == {}


def test_a_column_of_dates_is_no_staircase():
    headings = ["Nom", "Entrée le", "Dette"]
    assert columns.suggest_mapping(headings)["Entrée le"] == "staircase"
    assert columns.suggest_mapping(headings, dated={"Entrée le"})["Entrée le"] == "lease_date"


def test_a_field_is_suggested_once():
    assert columns.suggest_mapping(["Tél.", "Portable"]) == {"Tél.": "phone"}


def test_a_name_column_without_first_names_holds_whole_names():
    assert columns.suggest_mapping(["Nom", "Dette"]) == {"Nom": "full_name", "Dette": "debt"}
    assert columns.suggest_mapping(["Nom", "Prénom"]) == {"Nom": "last_name", "Prénom": "first_name"}


def test_no_two_fields_claim_the_same_heading():
    claims: dict[str, set[str]] = {}
    for field in columns.FIELDS:
        for word in (field.name, field.label, *field.words):
            claims.setdefault(columns.heading_key(word), set()).add(field.name)
    assert {key: names for key, names in claims.items() if len(names) > 1} == {}


def test_an_unknown_field_is_refused_with_the_known_ones():
    with pytest.raises(columns.UnknownField, match=r"Champ inconnu : money\. Champs possibles : .*debt, .*last_name"):
        columns.check_fields({"Solde": "money"})


def test_a_usable_mapping_has_no_problem():
    assert columns.check_mapping({"Nom": "last_name", "Dette": "debt"}, ["Nom", "Dette", "Autre"]) == []


def test_each_problem_of_a_mapping_is_told():
    problems = columns.check_mapping({"A": "phone", "B": "phone", "C": "city"}, ["A", "B"])
    assert problems == [
        "La colonne « C » n’existe pas dans ce fichier.",
        "Plusieurs colonnes sont associées à « téléphone » : n’en gardez qu’une.",
        "Aucune colonne ne donne le nom du locataire : associez-en une à « nom » ou à « nom et prénom ».",
        "Aucune colonne ne donne la dette ni le numéro allocataire : associez-en une à « montant de la dette ».",
    ]


def test_a_remembered_mapping_fits_headings_typed_otherwise():
    assert columns.fitted_mapping({"Solde débiteur": "debt"}, ["SOLDE DEBITEUR"]) == {"SOLDE DEBITEUR": "debt"}


def test_of_headings_that_differ_by_their_date_the_latest_is_the_debt():
    for headings in (
        ["Solde au 30/09/2026", "Solde au 31/10/2026"],
        ["Solde au 31/10/2026", "Solde au 30/09/2026"],
        ["Solde au 31.12.25", "Solde au 31/10/2026", "Solde 09/26"],
        ["Solde du 01/09/2026 au 30/09/2026", "Solde du 01/10/2026 au 31/10/2026"],
    ):
        [(heading, field)] = columns.suggest_mapping(headings).items()
        assert ("31/10/2026" in heading, field) == (True, "debt")


def test_without_years_january_comes_after_december():
    assert columns.suggest_mapping(["Solde au 31/12", "Solde au 31/01"]) == {"Solde au 31/01": "debt"}
    assert columns.suggest_mapping(["Solde au 30/09", "Solde au 31/10"]) == {"Solde au 31/10": "debt"}


def test_a_heading_without_a_date_stays_the_first_that_names_its_field():
    assert columns.suggest_mapping(["Solde", "Solde au 31/10/2026"]) == {"Solde": "debt"}


def test_a_remembered_column_is_the_latest_of_its_kind_even_where_that_of_last_month_is_still_there():
    october = {"Nom": "last_name", "Solde au 31/10/2026": "debt"}
    november = ["Nom", "Solde au 31/10/2026", "Solde au 30/11/2026"]
    assert columns.fitted_mapping(october, november) == {"Nom": "last_name", "Solde au 30/11/2026": "debt"}
    assert columns.fitted_mapping(october, november[:2]) == october
    iso = {"Reste 2026-10-31": "debt"}
    assert columns.fitted_mapping(iso, ["Reste 2026-10-31", "Reste 2026-11-05"]) == {"Reste 2026-11-05": "debt"}
    assert columns.fitted_mapping({"Solde": "debt"}, november) == {"Solde au 30/11/2026": "debt"}


def test_two_remembered_columns_that_differ_by_their_date_keep_each_its_field():
    october = {"Solde au 30/09/2026": "debt_charges", "Solde au 31/10/2026": "debt"}
    assert columns.fitted_mapping(october, ["Solde au 31/10/2026", "Solde au 30/11/2026"]) == {
        "Solde au 31/10/2026": "debt_charges",
        "Solde au 30/11/2026": "debt",
    }


def test_figures_of_a_heading_that_is_no_balance_are_no_date():
    headings = ["Nom", "Prénom", "Adresse 1/2", "Adresse 2/2", "Solde au 30/09", "Solde au 31/10"]
    suggested = {"Nom": "last_name", "Prénom": "first_name", "Adresse 1/2": "address", "Solde au 31/10": "debt"}
    assert columns.suggest_mapping(headings) == suggested
    assert columns.fitted_mapping(suggested, headings) == suggested
    assert columns.fitted_mapping({"ADRESSE 1/2": "address"}, headings) == {"Adresse 1/2": "address"}
    assert columns.fitted_mapping({"Adresse": "address"}, headings) == {"Adresse 1/2": "address"}
    both = {"Adresse 1/2": "address", "Adresse 2/2": "residence"}
    assert columns.fitted_mapping(both, ["ADRESSE 1/2", "ADRESSE 2/2"]) == {
        "ADRESSE 1/2": "address",
        "ADRESSE 2/2": "residence",
    }
