import datetime
from decimal import Decimal

import pytest

from cases.matching import BirthDate, Person, PostalAddress
from workflows.imports import values
from workflows.imports.values import RejectionReason, Unreadable

TODAY = datetime.date(2026, 11, 24)


def refusal(parser, cell):
    with pytest.raises(Unreadable) as caught:
        parser(cell)
    return caught.value.reason


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("663,35", "663.35"),
        ("1 472,37", "1472.37"),
        ("1\u00a0472,37", "1472.37"),
        ("1\u202f472,37 €", "1472.37"),
        ("1.234,56", "1234.56"),
        ("1.234.567,89", "1234567.89"),
        ("1,234.56", "1234.56"),
        ("1.234.567", "1234567"),
        ("325.50", "325.50"),
        ("900 EUR", "900"),
        ("-312,40", "-312.40"),
        ("−312,40", "-312.40"),
        ("312,40-", "-312.40"),
        ("(312,40)", "-312.40"),
        ("312,40 CR", "-312.40"),
        ("312,40 D", "312.40"),
        (1105.71, "1105.71"),
        (1700, "1700"),
    ],
)
def test_an_amount_is_read_as_people_and_excel_write_it(written, expected):
    assert values.amount(written) == Decimal(expected)


@pytest.mark.parametrize(
    "written",
    [
        "mille deux cents",
        "12,5,3",
        "1,234",
        "1.234",
        "412.125",
        "0.125",
        "12.5.3",
        "--3",
        "99999999",
        "1e5",
        "()",
        "€",
        "(3",
    ],
)
def test_an_amount_that_is_unclear_is_refused(written):
    assert refusal(values.amount, written) == RejectionReason.UNREADABLE_AMOUNT


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("05/09/2026", (2026, 9, 5)),
        ("5.9.26", (2026, 9, 5)),
        ("05-09-2026 00:00", (2026, 9, 5)),
        ("2026-09-05", (2026, 9, 5)),
        ("2026-09-05T10:30:00", (2026, 9, 5)),
        ("20260905", (2026, 9, 5)),
        ("5 septembre 2026", (2026, 9, 5)),
        ("1er mars 2026", (2026, 3, 1)),
        (46270, (2026, 9, 5)),
        (datetime.date(2026, 9, 5), (2026, 9, 5)),
    ],
)
def test_a_date_is_read_as_people_and_excel_write_it(written, expected):
    assert values.day(written) == datetime.date(*expected)


@pytest.mark.parametrize(
    "written", ["31/02/1980", "29/02/2025", "août 2026", "hier", "45/2026", "0", 3, "01/01/0001", "1/2/3/4"]
)
def test_an_impossible_date_is_refused(written):
    assert refusal(values.day, written) == RejectionReason.IMPOSSIBLE_DATE


@pytest.mark.parametrize("written", ["août 2026", "Aout 2026", "août-26", "08/2026", "2026-08", "01/08/2026"])
def test_a_month_is_its_first_day_where_a_month_will_do(written):
    assert values.month_or_day(written) == datetime.date(2026, 8, 1)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("08/10/1997", BirthDate(1997, 10, 8)),
        ("12/06/75", BirthDate(1975, 6, 12)),
        ("12/06/05", BirthDate(2005, 6, 12)),
        ("00/00/1978", BirthDate(1978)),
        ("1978", BirthDate(1978)),
        (1978, BirthDate(1978)),
        ("04/1978", BirthDate(1978, 4)),
        ("29/02/1968", BirthDate(1968, 2, 29)),
    ],
)
def test_a_birth_date_may_be_partial(written, expected):
    assert values.birth_date(TODAY)(written) == expected


@pytest.mark.parametrize("written", ["31/02/1980", "25/11/2026", "12/13/1980", "01/01/1850", "x"])
def test_an_impossible_birth_date_is_refused(written):
    assert refusal(values.birth_date(TODAY), written) == RejectionReason.IMPOSSIBLE_DATE


@pytest.mark.parametrize(
    ("written", "expected"),
    [("3172874", "3172874"), (3172874.0, "3172874"), (123456, "0123456"), ("1234567 A", "1234567")],
)
def test_a_caf_number_has_seven_figures(written, expected):
    assert values.caf_number(written) == expected


@pytest.mark.parametrize(("cell", "adults"), [(2.0, 2), ("2,00", 2), ("2 adultes", 2)])
def test_a_whole_number_is_one_whatever_its_zeros(cell, adults):
    assert values.whole_number(20)(cell) == adults


@pytest.mark.parametrize("cell", [2.288323448710239, "2,5"])
def test_two_adults_and_a_half_are_not_two(cell):
    with pytest.raises(Unreadable):
        values.whole_number(20)(cell)


@pytest.mark.parametrize(
    "written",
    [
        "1841276451089",
        "184127645108946",
        "1 84 12 76 451 089 46",
        184127645108946,
        1841276451089.0,
        "2841 22A 451 089",
    ],
)
def test_a_social_security_number_is_refused_and_not_repeated(written):
    with pytest.raises(Unreadable) as caught:
        values.caf_number(written)
    assert caught.value.reason == RejectionReason.SOCIAL_SECURITY_NUMBER
    assert "451" not in caught.value.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NIR 1 84 12 76 451 089 46 à vérifier", True),
        ("2841276451089", True),
        ("L0003 C1021", False),
        ("01 69 49 46 10", False),
        ("3172874", False),
        ("FR7630001007941234567890185", False),
    ],
)
def test_a_social_security_number_is_seen_inside_a_text(text, expected):
    assert values.is_social_security_number(text) is expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("0630512262", "+33630512262"),
        ("06 30 51 22 62", "+33630512262"),
        (673586167.0, "+33673586167"),
        ("+33 6 30 51 22 62", "+33630512262"),
        ("0630512262 / 0169000000", "+33630512262"),
        ("+32 470 12 34 56", "+32470123456"),
    ],
)
def test_a_phone_is_kept_in_one_form(written, expected):
    assert values.phone(written) == expected


def test_a_phone_with_a_figure_missing_is_refused():
    assert refusal(values.phone, "06 30 51 22") == RejectionReason.UNREADABLE


@pytest.mark.parametrize(("written", "expected"), [(91350.0, "91350"), ("91 350", "91350"), (1000, "01000")])
def test_a_postcode_has_five_figures(written, expected):
    assert values.postcode(written) == expected


@pytest.mark.parametrize(
    ("written", "expected"), [("O", True), ("oui", True), ("N", False), ("Non", False), (1, True), ("faux", False)]
)
def test_yes_and_no_are_read(written, expected):
    assert values.yes_no(written) is expected


@pytest.mark.parametrize(("written", "expected"), [("3 mois", "3"), ("2,5", "2.5"), (4.0, "4"), ("0", "0")])
def test_months_are_counted_with_their_parts(written, expected):
    assert values.months(written) == Decimal(expected)


@pytest.mark.parametrize("written", ["", "-", "néant", "N/A", "NC", "—", "Non renseigné", "."])
def test_words_for_nothing_are_nothing(written):
    assert values.is_nothing(written)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("M. COULIBALY Pierre", [("COULIBALY", "Pierre")]),
        ("M. MARTIN Thi-Hoa / Mme MARTIN Wei", [("MARTIN", "Thi-Hoa"), ("MARTIN", "Wei")]),
        ("DUPONT Jean et LE GOFF Marie", [("DUPONT", "Jean"), ("LE GOFF", "Marie")]),
        ("M. et Mme DUPONT Jean et Marie", [("DUPONT", "Jean"), ("DUPONT", "Marie")]),
        ("Mme et M. DUPONT", [("DUPONT", "")]),
        ("Jean DUPONT", [("DUPONT", "Jean")]),
        ("M’BAYE Awa", [("M’BAYE", "Awa")]),
        ("Mme DOS SANTOS Nathalia", [("DOS SANTOS", "Nathalia")]),
        ("LE GOFF FATMA", [("LE GOFF", "Fatma")]),
        ("?AHIN Selim", [("?AHIN", "Selim")]),
        ("OU Wei", [("OU", "Wei")]),
    ],
)
def test_the_people_of_a_cell_are_told_apart(written, expected):
    assert [(person.last_name, person.first_name) for person in values.people(written)] == expected


def test_a_cell_without_capitals_leaves_the_order_open():
    assert values.people("Mamadou Diallo") == (Person(last_name="Mamadou", first_name="Diallo", ordered=False),)


@pytest.mark.parametrize("written", ["MARTIN née DIALLO Awa", "DIALLO épouse MARTIN Awa"])
def test_a_birth_name_is_told_from_a_married_name(written):
    assert values.people(written) == (Person(last_name="MARTIN", birth_last_name="DIALLO", first_name="Awa"),)


def test_a_name_without_a_letter_is_no_name():
    assert refusal(values.people, "123") == RejectionReason.MISSING_NAME
    assert refusal(values.family_name, "???") == RejectionReason.MISSING_NAME


@pytest.mark.parametrize("parser", [values.people, values.family_name, values.first_name])
def test_a_name_of_ten_thousand_letters_is_refused(parser):
    assert refusal(parser, "a" * 10_000) == RejectionReason.TOO_LONG


def test_capitals_become_an_ordinary_first_name():
    assert values.first_name("JEAN-PIERRE") == "Jean-Pierre"
    assert values.first_name("McAllan") == "McAllan"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            "42 Rue Lefèbvre, bât C, porte 34 91350 Grigny",
            {"street": "42 Rue Lefèbvre", "building": "C", "door": "34", "postcode": "91350", "city": "Grigny"},
        ),
        (
            "3 rue Renoir - Bât. A Esc 2 3e étage Appt 12 - 91350 GRIGNY",
            {
                "street": "3 rue Renoir",
                "building": "A",
                "staircase": "2",
                "floor": "3",
                "door": "12",
                "postcode": "91350",
                "city": "GRIGNY",
            },
        ),
        ("12 rue du Bâtiment", {"street": "12 rue du Bâtiment"}),
        ("4 rue du 8 mai 1945", {"street": "4 rue du 8 mai 1945"}),
    ],
)
def test_an_address_in_one_cell_is_cut_into_its_parts(written, expected):
    assert values.address(written) == expected


def test_an_address_without_a_street_is_none():
    assert values.to_address({"postcode": "91350"}) is None
    assert values.to_address({"street": "1 rue Renoir", "door": "3"}) == PostalAddress(street="1 rue Renoir", door="3")
