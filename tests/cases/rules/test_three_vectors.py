"""Each rule of the catalogue, counted at least three times on a calendar by hand: ordinary, moved, at an edge.

Beside those of `test_catalogue` and `test_catalogue_of_overpayments`. 2026: Christmas is a Friday. 2027: 31 January and
28 February are Sundays, 1 May a Saturday. 2028 has a 29 February, a Tuesday.
"""

from collections import Counter
from datetime import date

from cases.rules.catalogue import compute_deadline
from cases.rules.catalogue_reading import load_catalogue
from cases.rules.deadline_context import read_context
from tests.cases.rules import test_catalogue, test_catalogue_of_overpayments

CATALOGUE = load_catalogue()

Vectors = dict[str, tuple[str, ...]]
BY_DAYS: Vectors = {
    "IND-04": ("2027-02-25 2027-03-04", "2026-12-28 2027-01-04"),
    "IND-12 court=tj": ("2027-01-15 2027-02-01",),  # 30 January is a Saturday
    "REF-INFORM": ("2026-12-20 2027-01-04", "2028-02-20 2028-03-06"),
    "REF-AGREE": ("2026-12-20 2027-01-04", "2028-02-20 2028-03-06"),
    "REF-INACTIVE": ("2027-01-01 2027-03-02", "2028-01-01 2028-03-01"),
    "REF-OVERLAP": ("2027-02-01 2027-03-03", "2028-02-01 2028-03-02"),
    "P-DIAGNOSE": ("2027-02-01 2027-03-03", "2028-02-01 2028-03-02"),
    "P-PLAN": ("2026-12-20 2027-01-04", "2028-02-20 2028-03-06"),
    "P-MONITOR": ("2027-02-26 2027-03-01", "2028-02-27 2028-03-01"),
    "C01 lease_date=2024-03-01": ("2026-11-03 2026-12-15", "2027-03-22 2027-05-03"),
    "C01 lease_date=2018-05-01": ("2026-11-03 2027-01-03", "2027-12-31 2028-02-29"),
    "C01b": ("2027-01-03 2027-01-03",),  # a Sunday: what is written on the act
    "C02 guarantor=oui": ("2026-12-20 2027-01-04", "2028-02-20 2028-03-06"),
    "C07 decision=enforcement": ("2027-02-13 2027-03-01",),  # the fifteenth day is a Sunday
    "C07 decision=judgment": ("2027-01-15 2027-02-15", "2027-01-31 2027-03-01"),
    "T-WAY": ("2026-11-24 2026-12-06", "2026-12-25 2027-01-06", "2028-02-20 2028-03-03"),
    "T-SIGN": ("2026-11-24 2026-12-08", "2026-12-25 2027-01-08", "2028-02-20 2028-03-05"),
    "T-SEND": ("2026-11-24 2026-12-09", "2026-12-20 2027-01-04", "2028-02-20 2028-03-06"),
}
BACKWARDS: Vectors = {
    "P-DIAGNOSE-HEARING": ("2027-01-05 2026-12-26", "2028-03-05 2028-02-24"),
    "P-ORDER-PLANNED": ("2027-03-02 2027-03-01", "2027-01-01 2026-12-31", "2028-03-01 2028-02-29"),
    "P-LEGAL-AID": ("2027-03-02 2027-02-15", "2027-01-10 2026-12-26", "2028-03-10 2028-02-24"),
    "C04": ("2027-03-02 2027-01-17", "2027-01-15 2026-12-02", "2028-03-14 2028-01-30"),
    "C05": ("2027-01-01 2026-12-31", "2028-03-01 2028-02-29"),
}
# Tuesday 24 November; Friday 27 November; 24 December: Christmas, a weekend, then 1 January.
BY_WORKING_DAYS: Vectors = {
    "T-CHECK": ("2026-11-24 2026-11-25", "2026-11-27 2026-11-30", "2026-12-24 2026-12-28"),
    "P-QUALIFY": ("2026-11-27 2026-12-01", "2026-12-24 2026-12-29"),
    "P-CONTACT-2 contact_rule=P-CONTACT-2": ("2026-11-27 2026-12-01", "2026-12-24 2026-12-29"),
    "T-ANSWER": ("2026-11-24 2026-11-26", "2026-11-27 2026-12-01", "2026-12-24 2026-12-29"),
    "T-ARBITRATE": ("2026-11-24 2026-11-26", "2026-11-27 2026-12-01", "2026-12-24 2026-12-29"),
    "T-ANSWER-END": ("2026-11-24 2026-11-30", "2026-11-27 2026-12-03", "2026-12-24 2026-12-31"),
    "P-QUALIFY-END": ("2026-11-27 2026-12-04", "2026-12-24 2027-01-04"),
    "P-ANSWER urgent=non": ("2026-12-24 2027-01-04",),
    "P-ARBITRATE": ("2026-11-27 2026-12-04", "2026-12-24 2027-01-04"),
    "P-SHARE": ("2026-11-24 2026-12-01", "2026-11-27 2026-12-04", "2026-12-24 2027-01-04"),
    "P-CONTACT-5 contact_rule=P-CONTACT-5": ("2026-11-27 2026-12-04", "2026-12-24 2027-01-04"),
    "P-LANDLORD": ("2026-11-27 2026-12-04", "2026-12-24 2027-01-04"),
    "T-NEXT": ("2026-11-24 2026-12-01", "2026-11-27 2026-12-04", "2026-12-24 2027-01-04"),
    "REF-ANSWER": ("2026-11-27 2026-12-04", "2026-12-24 2027-01-04"),
    "REF-CHOOSE": ("2026-11-27 2026-12-04", "2026-12-24 2027-01-04"),
    "REF-COORDINATE": ("2026-11-27 2026-12-04", "2026-12-24 2027-01-04"),
    "REF-HANDOVER": ("2026-11-27 2026-12-04", "2026-12-24 2027-01-04"),
    "P-ANSWER-END urgent=non": ("2026-12-24 2027-01-11",),
    "P-CONTACT-10 contact_rule=P-CONTACT-10": ("2026-11-27 2026-12-11", "2026-12-24 2027-01-11"),
    "REF-VACANCY": ("2026-11-27 2026-12-11", "2026-12-24 2027-01-11"),
    "REF-VACANCY-COORDINATOR": ("2026-11-27 2026-12-11", "2026-12-24 2027-01-11"),
    "T-QUESTION": ("2026-11-24 2026-12-08", "2026-11-27 2026-12-11", "2026-12-24 2027-01-11"),
    "T-QUESTION-END": ("2026-11-24 2026-12-15", "2026-11-27 2026-12-18", "2026-12-24 2027-01-18"),
}
ONE_MONTH: Vectors = {
    "IND-07 benefit=rsa": ("2027-01-31 2027-02-28", "2028-01-31 2028-02-29"),
    "IND-07b benefit=rsa": ("2027-01-31 2027-02-28", "2026-12-31 2027-01-31"),
    "IND-10 operator=msa": ("2027-01-31 2027-02-28",),
    "IND-11": ("2027-01-15 2027-02-15", "2028-01-31 2028-02-29"),
    "IND-13": ("2027-01-31 2027-02-28", "2028-01-31 2028-02-29"),
    "IND-17 operator=france_travail": ("2027-01-31 2027-02-28", "2028-01-31 2028-02-29"),
    "IND-17b operator=cnav": ("2027-01-31 2027-02-28",),
    "RGPD-ANSWER": ("2027-01-15 2027-02-15", "2026-11-30 2026-12-30", "2027-01-31 2027-03-01"),
    "P-INFORM-14": ("2027-01-31 2027-02-28", "2028-01-31 2028-02-29"),
    "I10 report_date=2026-12-01": ("2027-01-31 2027-02-28", "2028-01-31 2028-02-29"),
    "I10b report_date=2026-12-01": ("2027-01-31 2027-02-28", "2028-01-31 2028-02-29"),
    "I10c report_date=2026-12-01": ("2027-01-31 2027-02-28", "2028-01-31 2028-02-29"),
}
# Moved where the text says so: 28 February 2027 and 1 May 2027 are not worked.
TWO_MONTHS: Vectors = {
    "IND-03": ("2026-12-31 2027-02-28", "2027-12-31 2028-02-29"),
    "IND-05 benefit=c2s": ("2027-12-31 2028-02-29",),
    "IND-05b benefit=rsa": ("2027-01-15 2027-03-15", "2026-12-31 2027-03-01"),
    "IND-05c benefit=als": ("2027-03-01 2027-05-03", "2027-12-31 2028-02-29"),
    "IND-05d": ("2027-03-01 2027-05-03", "2026-12-31 2027-03-01"),
    "IND-05e": ("2027-03-01 2027-05-03", "2027-12-31 2028-02-29"),
    "IND-06 benefit=c2s": ("2026-12-31 2027-02-28", "2027-12-31 2028-02-29"),
    "IND-06b benefit=apl": ("2027-12-31 2028-02-29",),
    "IND-08 benefit=ij": ("2027-01-15 2027-03-15", "2027-12-31 2028-02-29"),
    "IND-08b benefit=aah": ("2027-01-15 2027-03-15", "2026-12-31 2027-03-01"),
    "IND-09 benefit=apl": ("2026-12-31 2027-03-01", "2027-03-01 2027-05-03"),  # franc: the 2nd is a Sunday
    "IND-09b benefit=rsa": ("2027-01-15 2027-03-16", "2027-03-01 2027-05-03"),
    "IND-09c benefit=prime_noel operator=caf": ("2027-01-15 2027-03-16", "2027-03-01 2027-05-03"),
    "IND-14 benefit=are": ("2026-12-31 2027-02-28", "2027-12-31 2028-02-29"),
    "IND-15 benefit=are": ("2027-03-01 2027-05-01", "2026-12-31 2027-02-28"),
    "IND-15b benefit=are": ("2027-03-01 2027-05-01", "2027-12-31 2028-02-29"),
    "IND-15c benefit=are": ("2027-03-01 2027-05-01", "2027-12-31 2028-02-29"),
    "IND-18": ("2027-03-01 2027-05-03", "2026-12-31 2027-03-01"),
    "IND-22b benefit=c2s": ("2027-03-01 2027-05-01", "2027-12-31 2028-02-29"),
    "IND-23b benefit=als": ("2027-01-15 2027-03-15", "2026-12-31 2027-03-01"),
    "I11": ("2026-12-31 2027-02-28", "2027-12-31 2028-02-29"),
    "C03": ("2026-12-31 2027-02-28", "2027-12-31 2028-02-29"),
    "C08": ("2026-11-24 2027-01-24", "2027-12-31 2028-02-29"),
    "C11": ("2026-12-31 2027-02-28", "2027-12-31 2028-02-29"),
}
MANY_MONTHS: Vectors = {
    "RGPD-ANSWER-LONGER": ("2027-01-15 2027-04-15", "2026-11-30 2027-03-01", "2027-02-01 2027-05-03"),
    "I04 report_date=2026-12-01": ("2026-11-30 2027-05-30", "2026-08-31 2027-02-28", "2026-11-24 2027-05-24"),
    "I05 report_date=2026-12-01": ("2026-11-24 2027-02-24", "2026-08-31 2026-11-30"),
    "I06 report_date=2026-12-01": ("2026-11-24 2027-05-24", "2026-12-31 2027-06-30"),
    "I06b report_date=2026-12-01": ("2026-11-30 2027-02-28", "2026-08-31 2026-11-30"),
    "I07 report_date=2026-12-01": ("2028-02-29 2031-02-28", "2026-11-30 2029-11-30"),
    "I08 report_date=2026-12-01": ("2026-08-31 2027-02-28", "2026-12-31 2027-06-30"),
    "I08b report_date=2026-12-01": ("2026-08-31 2027-02-28", "2026-12-31 2027-06-30"),
    "P-REENTRY": ("2028-02-29 2029-02-28", "2026-12-31 2027-12-31"),
    "C06": ("2028-02-29 2031-02-28", "2026-11-30 2029-11-30"),
    "C10": ("2028-02-29 2029-02-28", "2026-12-31 2027-12-31"),
    "C13": ("2028-02-29 2030-02-28", "2027-01-31 2029-01-31"),
    "C13b": ("2028-02-29 2031-02-28", "2027-01-31 2030-01-31"),
    "C13c": ("2026-11-24 2027-02-24", "2026-08-31 2026-11-30"),
    "S01": ("2028-02-29 2030-02-28", "2027-01-31 2029-01-31"),
    "REF-REVIEW": ("2027-08-31 2028-02-29", "2026-12-31 2027-06-30"),
    "REF-REVIEW-NEXT": ("2027-08-31 2028-02-29", "2026-12-31 2027-06-30"),
}
VECTORS = BY_DAYS | BACKWARDS | BY_WORKING_DAYS | ONE_MONTH | TWO_MONTHS | MANY_MONTHS
ELSEWHERE = (
    test_catalogue.test_the_last_day_of_each_rule,
    test_catalogue.test_an_urgent_orientation_is_answered_sooner,
    test_catalogue.test_only_the_contact_delay_that_the_routing_chose_applies,
    test_catalogue_of_overpayments.test_the_last_day_of_each_rule_of_overpayments,
    test_catalogue_of_overpayments.test_the_last_day_of_each_clock_of_a_referent,
)


def test_each_vector_is_counted_to_its_day():
    wrong = []
    for said, vectors in VECTORS.items():
        code, *typed = said.split()
        context = read_context(dict(each.split("=") for each in typed))
        for start, expected in (vector.split() for vector in vectors):
            found = compute_deadline(CATALOGUE.rule(code), start=date.fromisoformat(start), context=context)
            if found.applies is False or str(found.legal_date) != expected:
                wrong.append((said, start, expected, str(found.legal_date)))
    assert wrong == []


def test_every_rule_has_at_least_three_vectors():
    vectors = {(said.split()[0], each) for said, many in VECTORS.items() for each in many}
    vectors |= {(row[0], repr(row[1:])) for test in ELSEWHERE for row in test.pytestmark[0].args[1]}
    older = test_catalogue.test_a_debt_older_than_the_text_is_not_late_before_it_is_in_force
    vectors |= {("I01", repr(row)) for row in older.pytestmark[0].args[1]}
    counted = Counter(code for code, _ in vectors)
    assert {rule.code: counted[rule.code] for rule in CATALOGUE.rules if counted[rule.code] < 3} == {}
    assert counted.keys() <= {rule.code for rule in CATALOGUE.rules}
