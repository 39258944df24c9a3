import datetime

import pytest

from cases.matching import (
    BirthDate,
    Identity,
    Index,
    MatchBand,
    MatchReason,
    Person,
    PostalAddress,
    address_key,
    compare_identities,
    complete_identity,
    find_household,
    lookup_keys,
)

RENOIR = PostalAddress(street="12 rue Renoir", postcode="91350", city="Grigny")
BERTHIER = PostalAddress(street="7 rue Berthier", postcode="91350", city="Grigny")


def household(
    last_name="DIALLO",
    first_name="Mamadou",
    *,
    birth=None,
    caf="",
    reference="",
    phone="",
    address=None,
    others=(),
    birth_last_name="",
    ordered=True,
):
    person = Person(
        last_name=last_name,
        first_name=first_name,
        birth_last_name=birth_last_name,
        birth=BirthDate(*birth) if birth else None,
        caf_number=caf,
        ordered=ordered,
    )
    return Identity(
        people=(person, *others),
        references=frozenset({("bailleur-a", reference)} if reference else ()),
        phones=frozenset({phone} if phone else ()),
        addresses=(address,) if address else (),
    )


def band(one, other):
    assert compare_identities(one, other).band == compare_identities(other, one).band, "a comparison has no direction"
    return compare_identities(one, other).band


BORN = {"birth": (1980, 3, 4)}
ALL = {"birth": (1980, 3, 4), "caf": "1234567", "reference": "L0001", "phone": "+331", "address": RENOIR}
COMPARED = {
    "a name alone never merges": (household(), household(), "TO_CHECK"),
    "homonyms who live elsewhere are two people": (household(address=RENOIR), household(address=BERTHIER), "DIFFERENT"),
    "homonyms with other birth dates are two people": (household(**BORN), household(birth=(1975, 6, 1)), "DIFFERENT"),
    "homonyms with other CAF numbers are two people": (household(caf="1234567"), household(caf="7654321"), "DIFFERENT"),
    "a birth name matches a usual name": (
        household("MARTIN", "Awa", birth_last_name="DIALLO", **BORN), household("DIALLO", "Awa", **BORN), "SAME",
    ),
    "a cell of unknown order matches the ordered name": (
        household("Mamadou", "Diallo", ordered=False, phone="+331"), household(phone="+331"), "SAME",
    ),
    "a changed name with the same CAF number and birth date is the same": (
        household("MARTIN", "Awa", caf="1234567", **BORN), household("DIALLO", "Awa", caf="1234567", **BORN), "SAME",
    ),
    "a close name with the same birth date and address is the same": (
        household(first_name="Mohamed", address=RENOIR, **BORN),
        household(first_name="Mohammed", address=RENOIR, **BORN), "SAME",
    ),
    "a close name with the landlord’s reference is the same": (
        household(first_name="Mohamed", reference="L1"), household(first_name="Mohammed", reference="L1"), "SAME",
    ),
    "a close name alone is different": (household(first_name="Paul"), household(first_name="Paule"), "DIFFERENT"),
    "a new tenant under an old reference is to check": (
        household("KAYA", "Emre", reference="L0001"), household(reference="L0001"), "TO_CHECK",
    ),
    "one CAF number for two names is to check": (
        household("KAYA", "Emre", caf="1234567"), household(caf="1234567"), "TO_CHECK",
    ),
    "a neighbour with another name is different": (
        household("KAYA", "Emre", address=RENOIR), household(address=RENOIR), "DIFFERENT",
    ),
    "a namesake at another door is to check": (
        household(address=PostalAddress(street="12 rue Renoir", door="3")),
        household(address=PostalAddress(street="12 rue Renoir", door="4")), "TO_CHECK",
    ),
    "another birth date forbids the same": (household(**ALL), household(**ALL | {"birth": (1980, 4, 3)}), "TO_CHECK"),
    "another CAF number forbids the same": (household(**ALL), household(**ALL | {"caf": "1234576"}), "TO_CHECK"),
    "the first of January stands for a year and proves nothing": (
        household(birth=(1980, 1, 1)), household(birth=(1980, 1, 1)), "TO_CHECK",
    ),
    "the same street in another commune is another address": (
        household(address=PostalAddress(street="1 rue Renoir", city="Grigny")),
        household(address=PostalAddress(street="1 rue Renoir", city="Viry-Châtillon")), "DIFFERENT",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other", "expected"), COMPARED.values(), ids=COMPARED)
def test_two_households_are_compared(one, other, expected):
    assert band(one, other) == MatchBand[expected]


@pytest.mark.parametrize(
    "shared",
    [
        {"caf": "1234567"},
        {"reference": "L0001"},
        {"birth": (1980, 3, 4)},
        {"phone": "+33612345678"},
        {"address": RENOIR},
    ],
)
def test_the_same_name_and_one_proof_are_the_same_household(shared):
    assert band(household(**shared), household("Diallo", "MAMADOU", **shared)) == MatchBand.SAME


def test_the_reasons_are_told():
    match = compare_identities(
        household(birth=(1980, 3, 4), address=RENOIR), household(birth=(1980, 3, 4), address=RENOIR)
    )
    assert match.reasons == (MatchReason.SAME_NAME, MatchReason.SAME_BIRTH_DATE, MatchReason.SAME_ADDRESS)
    assert [reason.label for reason in match.reasons] == ["même nom", "même date de naissance", "même adresse"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("N’DIAYE", "Farid"), ("NDIAYE", "FARID")),
        (("PETIT-JEAN", "René"), ("PETIT JEAN", "Rene")),
        (("?AHIN", "Selim"), ("ŞAHIN", "SELIM")),
        (("POPESCU", "Ionu?"), ("POPESCU", "Ionuț")),
        (("LE GOFF", "Lúcia"), ("LEGOFF", "Lucia")),
    ],
)
def test_spellings_of_one_name_are_the_same_name(one, other):
    assert band(household(*one, address=RENOIR), household(*other, address=RENOIR)) == MatchBand.SAME


def test_a_co_tenant_leads_to_the_household():
    couple = household("NGUYEN", "François", address=RENOIR, others=(Person(last_name="NGUYEN", first_name="Minh"),))
    match = compare_identities(household("NGUYEN", "MINH", birth=(1990, 2, 3), address=RENOIR), couple)
    assert (match.band, match.pair) == (MatchBand.SAME, (0, 1))


@pytest.mark.parametrize(("one", "other"), [("Paul", "Paule"), ("Mamadou", "Mahamadou"), ("Mohamed", "Mohammed")])
@pytest.mark.parametrize("shared", [{"address": RENOIR}, {"phone": "+33612345678"}, {"birth": (1980, 3, 4)}])
def test_a_close_name_and_one_proof_are_for_a_person_to_check(one, other, shared):
    assert band(household(first_name=one, **shared), household(first_name=other, **shared)) == MatchBand.TO_CHECK


def test_the_birth_date_of_a_spouse_contradicts_nothing():
    couple = household("NGUYEN", "Minh", birth=(1990, 2, 3), others=(Person(last_name="NGUYEN", first_name="Wei"),))
    assert (
        MatchReason.OTHER_BIRTH_DATE
        not in compare_identities(household("NGUYEN", "Wei", birth=(1991, 5, 6)), couple).reasons
    )


def test_a_partial_birth_date_agrees_but_proves_nothing():
    assert BirthDate(1980).agrees(BirthDate(1980, 3, 4))
    assert not BirthDate(1980, 4).agrees(BirthDate(1980, 3, 4))
    assert band(household(birth=(1980,)), household(birth=(1980, 3, 4))) == MatchBand.TO_CHECK


def test_a_birth_date_is_written_as_the_database_keeps_it():
    assert str(BirthDate.from_date(datetime.date(1980, 3, 4))) == "1980-03-04"
    assert str(BirthDate(1980, 3)) == "1980-03"
    assert str(BirthDate(1980)) == "1980"


@pytest.mark.parametrize(
    ("street", "expected"),
    [
        ("3 Rue de l’Astrolabe", "3 RUE ASTROLABE"),
        ("3 RUE DE L'ASTROLABE", "3 RUE ASTROLABE"),
        ("03, r. Astrolabe", "3 RUE ASTROLABE"),
        ("12bis av. St Exupéry", "12 BIS AVENUE SAINT EXUPERY"),
        ("12 B avenue Saint-Exupéry", "12 BIS AVENUE SAINT EXUPERY"),
        ("Rés. les Tuileries 12 bis av. St Exupéry", "12 BIS AVENUE SAINT EXUPERY"),
        ("49 Place de l’Œuf", "49 PLACE OEUF"),
        ("Rue du 8 mai 1945", ""),
        ("La Grande Borne", ""),
        ("", ""),
    ],
)
def test_one_street_has_one_key(street, expected):
    assert address_key(street) == expected


def known_households(**identities):
    index = Index()
    for name, identity in identities.items():
        index.add_household(name, identity)
    return index


def test_the_household_is_found_by_any_of_its_keys():
    index = known_households(h1=household(birth=(1980, 3, 4)), h2=household("KAYA", "Emre", birth=(1980, 3, 4)))
    found = find_household(household("DIALLO", "MAMADOU", birth=(1980, 3, 4)), index)
    assert (found.band, found.household) == (MatchBand.SAME, "h1")


def test_nothing_known_is_a_new_household():
    assert find_household(household(), known_households(h1=household("KAYA", "Emre"))).band == MatchBand.DIFFERENT


def test_two_households_that_match_are_for_a_person_to_choose():
    index = known_households(h1=household(phone="+331"), h2=household(address=RENOIR))
    found = find_household(household(phone="+331", address=RENOIR), index)
    assert (found.band, found.household, len(found.candidates)) == (MatchBand.TO_CHECK, None, 2)


def test_among_two_households_the_one_with_the_reference_is_it():
    index = known_households(h1=household(reference="L1"), h2=household(address=RENOIR))
    assert find_household(household(reference="L1", address=RENOIR), index).household == "h1"


def test_what_a_source_adds_serves_the_next_one():
    index = known_households(h1=household(reference="L1"))
    index.add_household("h1", household(reference="L1", caf="1234567"))
    assert find_household(household("DIALO", "Mamadou", caf="1234567"), index).household == "h1"


def test_a_further_source_fills_and_never_replaces():
    known = household("?AHIN", "Selim", caf="1234567", phone="+331")
    more = household("ŞAHIN", "Selim", caf="7654321", birth=(1980, 3, 4), address=RENOIR)
    assert complete_identity(known, more) == Identity(
        people=(Person(last_name="ŞAHIN", first_name="Selim", birth=BirthDate(1980, 3, 4), caf_number="1234567"),),
        phones=frozenset({"+331"}),
        addresses=(RENOIR,),
    )


def test_a_register_s_first_of_january_is_no_key():
    assert lookup_keys(household(birth=(1980, 1, 1), caf="1234567")) == {
        ("caf_number", "1234567"),
        ("name", "DIALLO MAMADOU"),
    }
    assert ("birth", "1980-03-04") in lookup_keys(household(birth=(1980, 3, 4)))
