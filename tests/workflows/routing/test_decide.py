from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, strategies as st

from tests.workflows.routing.structures import STRUCTURES
from workflows.routing.decide import Decision, RoutingOutcome, RowState, decide_by_table
from workflows.routing.facts import read_facts
from workflows.routing.table import load

TABLE = load(structures=STRUCTURES)

# Everything is known, and nothing makes a row apply.
ORDINARY: dict[str, Any] = {
    "followed_by": "none",
    "dependent_children": 0,
    "family_benefits": False,
    "aid_kind": "none",
    "housing": "private",
    "rsa": False,
    "age": 40,
    "stage": "amicable",
    "legal_protection": False,
    "employed": False,
    "urgent": False,
    "msa": False,
    "debt_disputed": False,
    "months_unpaid": 2,
    "debt": 900,
    "landlord_support_agreed": False,
}
FAMILY = {"dependent_children": 2, "family_benefits": True}
FAMILY_WITH_ALF = {**FAMILY, "aid_kind": "ALF"}
FAMILY_IN_SOCIAL_HOUSING = {**FAMILY, "housing": "social", "aid_kind": "APL"}
# Ferreira Nogueira (2): Grigny 2, private, ALF
HOUSEHOLD_2 = {**FAMILY_WITH_ALF, "housing": "private"}
# Ouattara-Vidal (3): 47, alone, social housing, no RSA
ONE_CHILD = {"dependent_children": 1, "family_benefits": False, "housing": "social", "aid_kind": "APL"}
PRIVATE_WITHOUT_ALF = {**FAMILY, "housing": "private", "aid_kind": "none"}
HOUSEHOLD_3 = {"age": 47, "dependent_children": 0, "housing": "social", "aid_kind": "APL", "rsa": False}


def routed(facts: dict[str, Any], **options: Any) -> Decision:
    return decide_by_table(TABLE, read_facts({**ORDINARY, **facts}, keys=TABLE.keys, source="test"), **options)


def known_only(facts: dict[str, Any], **options: Any) -> Decision:
    return decide_by_table(TABLE, read_facts(facts, keys=TABLE.keys, source="test"), **options)


def state_of(decision: Decision, code: str) -> RowState:
    return next(judged.state for judged in decision.rows if judged.row.code == code)


SOCIAL_ADVISERS = {"landlord_social": "bailleur-a-social"}
AGREED = {**FAMILY_IN_SOCIAL_HOUSING, "landlord_support_agreed": True}


@pytest.mark.parametrize(
    ("code", "facts", "structure", "contact_rule", "supports"),
    [
        ("R0", {"urgent": True}, "mds-grigny", "P-CONTACT-2", ("adil-91",)),
        ("R0", {"stage": "order_to_leave"}, "mds-grigny", "P-CONTACT-2", ("adil-91",)),
        ("R0", {"stage": "police_requested"}, "mds-grigny", "P-CONTACT-2", ("adil-91",)),
        ("R1", {"legal_protection": True}, "udaf-91", "P-CONTACT-5", ()),
        ("R1", {"legal_protection": True, "mandated_body": "ccas-grigny"}, "ccas-grigny", "P-CONTACT-5", ()),
        ("R2", {"followed_by": "mds-grigny"}, "mds-grigny", "P-CONTACT-5", ()),
        ("R8", {"stage": "summons"}, "adil-91", "P-CONTACT-5", ("mds-grigny",)),
        ("R9", {"housing": "epfif"}, "epfif-social", "P-CONTACT-10", ("ccas-grigny",)),
        (
            "R9b",
            {"housing": "epfif", "stage": "order_to_pay"},
            "mds-grigny",
            "P-CONTACT-5",
            ("adil-91", "ccas-grigny"),
        ),
        ("R9b", {"housing": "epfif", "stage": "summons"}, "mds-grigny", "P-CONTACT-5", ("adil-91", "ccas-grigny")),
        ("R10", {"debt_disputed": True}, "adil-91", "P-CONTACT-10", ("ville-grigny", "caf-91")),
        ("R11", {"msa": True}, "msa-idf", "P-CONTACT-10", ()),
        ("R3", HOUSEHOLD_2, "caf-91", "P-CONTACT-10", ("adil-91",)),
        ("R4", AGREED, "bailleur-a-social", "P-CONTACT-10", ()),
        ("R4b", FAMILY_IN_SOCIAL_HOUSING, "mds-grigny", "P-CONTACT-10", ()),
        ("R4b", {**AGREED, "stage": "order_to_pay"}, "mds-grigny", "P-CONTACT-10", ()),
        ("R4b", {**AGREED, "months_unpaid": 3}, "mds-grigny", "P-CONTACT-10", ()),
        ("R4b", {**FAMILY, "aid_kind": "APL"}, "mds-grigny", "P-CONTACT-10", ()),
        ("R5", {"rsa": True}, "mds-grigny", "P-CONTACT-10", ("cd91-rsa",)),
        ("R5", {"rsa": True, "dependent_children": 1}, "mds-grigny", "P-CONTACT-10", ("cd91-rsa",)),
        ("R6", {"age": 60}, "ccas-grigny", "P-CONTACT-10", ("cnav", "mds-grigny")),
        ("R7", {"employed": True}, "ccas-grigny", "P-CONTACT-10", ("adil-91",)),
        ("R12", HOUSEHOLD_3, "ccas-grigny", "P-CONTACT-10", ()),
        # One child alone opens no family benefits.
        ("R13", ONE_CHILD, "mds-grigny", "P-CONTACT-10", ()),
        ("R14", PRIVATE_WITHOUT_ALF, "mds-grigny", "P-CONTACT-10", ("adil-91",)),
        ("R14", {**HOUSEHOLD_2, "family_benefits": False}, "mds-grigny", "P-CONTACT-10", ("adil-91",)),
        # The AAH, or no work, under 60 in private housing.
        ("R15", {}, "mds-grigny", "P-CONTACT-10", ("adil-91",)),
        ("RHB", {"occupation": "sublet"}, "adil-91", "P-CONTACT-10", ("mds-grigny",)),
        ("RHB", {"occupation": "hostel"}, "adil-91", "P-CONTACT-10", ("mds-grigny",)),
    ],
)
def test_each_row_leads_where_it_says(
    code: str, facts: dict[str, Any], structure: str, contact_rule: str, supports: tuple[str, ...]
):
    decision = routed(facts, of_kind=SOCIAL_ADVISERS)
    assert (decision.outcome, decision.rule) == (RoutingOutcome.ROUTED, code)
    assert (decision.structure, decision.contact_rule, decision.supports) == (structure, contact_rule, supports)


@pytest.mark.parametrize(
    ("code", "matching", "change"),
    [
        ("R0", {"urgent": True}, {"urgent": False}),
        ("R0", {"stage": "order_to_leave"}, {"stage": "summons"}),
        ("R1", {"legal_protection": True}, {"legal_protection": False}),
        ("R2", {"followed_by": "ccas-grigny"}, {"followed_by": "none"}),
        ("R8", {"stage": "summons"}, {"housing": "social"}),
        ("R8", {"stage": "summons"}, {"stage": "order_to_pay"}),
        ("R8", {"stage": "summons"}, {"followed_by": "caf-91"}),
        ("R9", {"housing": "epfif"}, {"housing": "private"}),
        ("R9", {"housing": "epfif"}, {"stage": "summons"}),
        ("R9b", {"housing": "epfif", "stage": "summons"}, {"housing": "private"}),
        ("R10", {"debt_disputed": True}, {"debt_disputed": False}),
        ("R11", {"msa": True}, {"msa": False}),
        ("R3", HOUSEHOLD_2, {"dependent_children": 0}),
        ("R3", HOUSEHOLD_2, {"family_benefits": False}),
        ("R3", HOUSEHOLD_2, {"housing": "social"}),
        ("R3", HOUSEHOLD_2, {"aid_kind": "ALS"}),
        ("R4", AGREED, {"landlord_support_agreed": False}),
        ("R4", AGREED, {"months_unpaid": 3}),
        ("R4", AGREED, {"stage": "order_to_pay"}),
        ("R4", AGREED, {"dependent_children": 0}),
        ("R4", AGREED, {"family_benefits": False}),
        ("R4", AGREED, {"housing": "private"}),
        ("R4b", FAMILY_IN_SOCIAL_HOUSING, {"dependent_children": 0}),
        ("R4b", FAMILY_IN_SOCIAL_HOUSING, {"family_benefits": False}),
        ("R4b", FAMILY_IN_SOCIAL_HOUSING, {"housing": "private", "aid_kind": "none"}),
        ("R5", {"rsa": True}, {"rsa": False}),
        ("R5", {"rsa": True}, {"dependent_children": 1, "family_benefits": True}),
        ("R6", {"age": 60}, {"age": 59}),
        ("R6", {"age": 60}, {"dependent_children": 1}),
        ("R7", {"employed": True}, {"employed": False}),
        ("R7", {"employed": True}, {"housing": "social"}),
        ("R7", {"employed": True}, {"dependent_children": 1}),
        ("R12", HOUSEHOLD_3, {"age": 60}),
        ("R12", HOUSEHOLD_3, {"rsa": True}),
        ("R12", HOUSEHOLD_3, {"housing": "private"}),
        ("R12", HOUSEHOLD_3, {"dependent_children": 1}),
        ("R13", ONE_CHILD, {"dependent_children": 0}),
        ("R13", ONE_CHILD, {"family_benefits": True}),
        ("R13", ONE_CHILD, {"housing": "private"}),
        ("R14", PRIVATE_WITHOUT_ALF, {"dependent_children": 0}),
        ("R14", PRIVATE_WITHOUT_ALF, {"housing": "social"}),
        ("R14", PRIVATE_WITHOUT_ALF, {"aid_kind": "ALF"}),
    ],
)
def test_each_row_needs_each_of_its_conditions(code: str, matching: dict[str, Any], change: dict[str, Any]):
    applies = routed(matching, of_kind=SOCIAL_ADVISERS)
    assert state_of(applies, code) is RowState.MATCHES
    assert state_of(routed({**matching, **change}, of_kind=SOCIAL_ADVISERS), code) is RowState.FAILS


def test_ferreira_nogueira_goes_to_the_caf():
    decision = routed(HOUSEHOLD_2)
    assert (decision.rule, decision.structure, decision.structure_kind) == ("R3", "caf-91", "caf_social")
    assert decision.reason == (
        "R3 : Famille avec enfant à charge et prestations familiales, parc privé avec ALF : "
        "le service social de la CAF intervient."
    )
    assert decision.public_reason == (
        "La situation est confiée à un service partenaire, qui prend contact avec le ménage."
    )


def test_ouattara_vidal_stays_with_who_follows_then_goes_to_the_ccas_then_to_the_pilot():
    followed = {**HOUSEHOLD_3, "followed_by": "mds-grigny"}
    first = routed(followed)
    assert (first.outcome, first.rule, first.structure) == (RoutingOutcome.ROUTED, "R2", "mds-grigny")
    assert first.as_json()["runner_up"] == {
        "rule": "R12",
        "structure": "ccas-grigny",
        "structure_kind": "ccas",
        "reason": "Locataire du parc social de moins de 60 ans, sans enfant à charge ni RSA : le CCAS intervient.",
        "unknown": [],
    }
    second = routed(followed, excluded=["mds-grigny"])
    assert (second.outcome, second.rule, second.structure) == (RoutingOutcome.ROUTED, "R12", "ccas-grigny")
    last = routed(followed, excluded=["mds-grigny", "ccas-grigny"])
    assert (last.outcome, last.structure) == (RoutingOutcome.ARBITRATE, "")
    assert last.reason == "2 structures ont décliné (CCAS de Grigny, MDS de Grigny) : le pilote arbitre."


def test_a_household_that_no_row_takes_goes_to_the_pilot():
    """Everything is known but the age."""
    decision = routed({"age": None}, forced=True)
    assert (decision.outcome, decision.rule, decision.structure) == (RoutingOutcome.ARBITRATE, "R99", "")
    assert decision.reason == (
        "R99 : Aucune règle ne s’applique à cette situation : le pilote arbitre. Décidé sans connaître : Âge."
    )
    assert decision.public_reason == (
        "La situation est reçue ; le service qui prendra contact avec le ménage est en cours de désignation."
    )


# Order

ALL_AT_ONCE = {
    **FAMILY_WITH_ALF,
    "housing": "private",
    "stage": "summons",
    "urgent": True,
    "legal_protection": True,
    "debt_disputed": True,
    "msa": True,
    "rsa": True,
    "age": 70,
}


@pytest.mark.parametrize(
    ("code", "without"),
    [
        ("R0", {}),
        ("R1", {"urgent": False}),
        ("R8", {"urgent": False, "legal_protection": False}),
        ("R10", {"urgent": False, "legal_protection": False, "stage": "amicable"}),
        ("R11", {"urgent": False, "legal_protection": False, "stage": "amicable", "debt_disputed": False}),
        (
            "R3",
            {"urgent": False, "legal_protection": False, "stage": "amicable", "debt_disputed": False, "msa": False},
        ),
    ],
)
def test_the_first_row_that_holds_wins(code: str, without: dict[str, Any]):
    assert routed({**ALL_AT_ONCE, **without}).rule == code


def test_a_structure_that_follows_keeps_the_case_before_any_public():
    assert routed({**HOUSEHOLD_2, "followed_by": "ccas-grigny"}).structure == "ccas-grigny"


# What isn't known


def test_a_missing_fact_never_matches_and_sends_to_qualification_when_it_is_needed():
    decision = known_only({**HOUSEHOLD_2, "dependent_children": None, "rsa": False, "employed": False, "age": 40})
    assert (decision.outcome, decision.missing) == (RoutingOutcome.QUALIFY, ("dependent_children",))
    assert state_of(decision, "R3") is RowState.UNKNOWN
    assert decision.reason == (
        "Il manque, pour décider : Enfants à charge. "
        "Avec ce qui est connu, R99 : Aucune règle ne s’applique à cette situation : le pilote arbitre."
    )


def test_when_time_is_over_the_case_is_routed_with_what_is_known():
    facts = {"rsa": True, "family_benefits": False, "housing": "private", "age": 40}
    waiting = known_only({**facts, "rsa": None})
    assert waiting.outcome is RoutingOutcome.QUALIFY
    decision = known_only({**facts, "aid_kind": "ALF", "family_benefits": None, "dependent_children": 0}, forced=True)
    assert (decision.outcome, decision.rule, decision.structure) == (RoutingOutcome.ROUTED, "R5", "mds-grigny")
    nothing = known_only({}, forced=True)
    assert (nothing.outcome, nothing.rule) == (RoutingOutcome.ARBITRATE, "R99")
    assert nothing.reason == (
        "R99 : Aucune règle ne s’applique à cette situation : le pilote arbitre. Décidé sans connaître : "
        "Enfants à charge, Prestations familiales, Aide au logement, Parc, RSA, Âge, Salarié."
    )


def test_a_needed_fact_that_could_not_change_the_decision_is_not_asked():
    urgent = known_only({"urgent": True})
    assert (urgent.outcome, urgent.rule, urgent.missing) == (RoutingOutcome.ROUTED, "R0", ())
    # Without children, family benefits decide nothing.
    assert (
        known_only({"dependent_children": 0, "age": 70, "rsa": False, "housing": "social"}).outcome
        is RoutingOutcome.ROUTED
    )


def test_a_fact_that_the_edition_does_not_need_is_never_asked():
    decision = known_only(HOUSEHOLD_2)
    assert (decision.outcome, decision.rule) == (RoutingOutcome.ROUTED, "R3")
    assert state_of(decision, "R1") is RowState.UNKNOWN
    assert "legal_protection" in decision.unknown
    assert decision.missing == ()


# Declines


def test_a_structure_that_declined_gives_way_to_the_next_row():
    facts = {"rsa": True, "age": 70}
    assert (routed(facts).rule, routed(facts).structure) == ("R5", "mds-grigny")
    decision = routed(facts, excluded=["mds-grigny"])
    assert (decision.outcome, decision.rule, decision.structure) == (RoutingOutcome.ROUTED, "R6", "ccas-grigny")
    assert decision.supports == ("cnav",)
    assert state_of(decision, "R5") is RowState.DECLINED
    assert decision.reason.endswith("A déjà décliné : MDS de Grigny.")


def test_without_another_row_a_decline_goes_to_the_pilot():
    decision = routed(HOUSEHOLD_2, excluded=["caf-91"])
    assert (decision.outcome, decision.rule, decision.structure) == (RoutingOutcome.ARBITRATE, "R99", "")


def test_a_second_decline_goes_to_the_pilot_even_if_a_row_remains():
    facts = {"rsa": True, "age": 70, "urgent": True}
    assert routed(facts, excluded=["mds-grigny"]).rule == "R6"
    decision = routed(facts, excluded=["mds-grigny", "adil-91"])
    assert (decision.outcome, decision.structure) == (RoutingOutcome.ARBITRATE, "")
    assert decision.reason == "2 structures ont décliné (ADIL 91, MDS de Grigny) : le pilote arbitre."
    assert decision.as_json()["runner_up"]["rule"] == "R6"


def test_a_structure_that_stays_silent_hands_the_case_to_the_pilot_whatever_rows_remain():
    decision = routed({"rsa": True, "age": 70}, excluded=["mds-grigny"], silent="mds-grigny")
    assert (decision.outcome, decision.rule, decision.structure) == (RoutingOutcome.ARBITRATE, "R99", "")
    assert decision.reason == "MDS de Grigny n’a pas répondu dans le délai : le pilote arbitre."


def test_the_same_structure_declining_twice_counts_once():
    assert routed({"rsa": True, "age": 70}, excluded=["mds-grigny", "mds-grigny"]).rule == "R6"


# Leads


def test_without_social_advisers_at_this_landlord_the_next_row_is_taken():
    decision = routed(AGREED)
    assert state_of(decision, "R4") is RowState.UNAVAILABLE
    assert (decision.rule, decision.structure) == ("R4b", "mds-grigny")


def test_the_claimants_advisers_never_take_a_case_without_the_tenants_agreement():
    decision = known_only(
        {**FAMILY_IN_SOCIAL_HOUSING, "months_unpaid": 1, "stage": "amicable"}, of_kind=SOCIAL_ADVISERS
    )
    assert (decision.outcome, decision.structure) == (RoutingOutcome.ROUTED, "mds-grigny")


OF_LANDLORD_A = frozenset({"bailleur-a", "bailleur-a-social"})


@pytest.mark.parametrize("code", ["bailleur-a", "bailleur-a-social"])
def test_who_claims_does_not_follow_the_household(code: str):
    decision = routed({**HOUSEHOLD_3, "followed_by": code}, claimants=OF_LANDLORD_A)
    assert (state_of(decision, "R2"), decision.rule, decision.structure) == (RowState.FAILS, "R12", "ccas-grigny")
    assert decision.facts.source("followed_by").startswith("Bailleur A – ")
    assert "ne compte pas comme suivi" in decision.facts.source("followed_by")


@pytest.mark.parametrize("code", ["caf-91-recouvrement", "caf-91-pilotage", "gestionnaire-b"])
def test_a_service_that_accompanies_nobody_follows_nobody(code: str):
    decision = routed({**HOUSEHOLD_3, "followed_by": code})
    assert (decision.rule, decision.structure) == ("R12", "ccas-grigny")


def test_a_household_known_by_its_claimant_alone_is_unknown_to_all():
    known = {"stage": "summons", "followed_by": "bailleur-a-social"}
    assert routed(known, claimants={"gestionnaire-b"}).rule == "R2"
    assert routed(known, claimants=OF_LANDLORD_A).rule == "R8"


@pytest.mark.parametrize("stage", ["order_to_pay", "summons"])
@pytest.mark.parametrize(
    ("known", "rule", "structure"),
    [
        ({**AGREED, "followed_by": "bailleur-a-social"}, "R4b", "mds-grigny"),
        ({**HOUSEHOLD_3, "followed_by": "bailleur-a-social"}, "R12", "ccas-grigny"),
        ({"housing": "epfif", "followed_by": "epfif-social"}, "R9b", "mds-grigny"),
        ({**HOUSEHOLD_3, "followed_by": "epfif-social"}, "R2", "epfif-social"),
        ({**AGREED, "followed_by": "ccas-grigny"}, "R2", "ccas-grigny"),
    ],
)
def test_once_a_bailiff_was_sent_nobody_stays_with_the_team_of_a_landlord(
    known: dict[str, Any], rule: str, structure: str, stage: str
):
    decision = routed({**known, "stage": stage}, of_kind=SOCIAL_ADVISERS)
    assert (decision.rule, decision.structure) == (rule, structure)


@pytest.mark.parametrize("known", [{"stage": "amicable"}, {"housing": "epfif"}])
@pytest.mark.parametrize("team", ["bailleur-a-social", "epfif-social"])
def test_before_a_bailiff_is_sent_they_keep_whom_they_follow(known: dict[str, Any], team: str):
    assert routed({**known, "followed_by": team}).structure == team


def test_the_service_of_who_claims_is_passed_over_by_every_rule_that_would_name_it():
    mandate = {**HOUSEHOLD_3, "legal_protection": True, "mandated_body": "bailleur-a-social"}
    decision = routed(mandate, claimants=OF_LANDLORD_A)
    assert (state_of(decision, "R1"), decision.structure) == (RowState.CLAIMANT, "ccas-grigny")
    assert decision.reason.endswith(
        "Écarté, parce qu’il réclame la dette ou n’accompagne pas : Bailleur A – conseil social."
    )
    decision = routed(HOUSEHOLD_2, claimants={"caf-91"})
    assert (state_of(decision, "R3"), decision.outcome) == (RowState.CLAIMANT, RoutingOutcome.ARBITRATE)


def test_the_tenants_agreement_alone_sends_to_the_advisers_of_his_landlord():
    decision = routed(AGREED, of_kind=SOCIAL_ADVISERS, claimants=OF_LANDLORD_A)
    assert (decision.rule, decision.structure) == ("R4", "bailleur-a-social")


@pytest.mark.parametrize("occupation", ["owner", "hosted"])
@pytest.mark.parametrize(
    "household", [{}, HOUSEHOLD_2, HOUSEHOLD_3, AGREED, {"followed_by": "ccas-grigny"}, {"legal_protection": True}]
)
def test_who_is_no_tenant_is_out_of_scope_and_the_pilot_says_where_he_goes(occupation: str, household: dict[str, Any]):
    decision = routed({**household, "occupation": occupation}, of_kind=SOCIAL_ADVISERS)
    assert (decision.outcome, decision.rule, decision.structure) == (RoutingOutcome.ARBITRATE, "RH", "")
    assert decision.reason.startswith("RH : Hors champ : le ménage n’est pas locataire")


def test_an_emergency_comes_before_the_scope():
    assert routed({"urgent": True, "occupation": "hosted"}).rule == "R0"


@pytest.mark.parametrize("occupation", ["sublet", "hostel"])
@pytest.mark.parametrize(
    ("known", "rule", "structure"),
    [
        ({"legal_protection": True}, "R1", "udaf-91"),
        ({"legal_protection": True, "mandated_body": "ccas-grigny"}, "R1", "ccas-grigny"),
        ({"followed_by": "mds-grigny"}, "R2", "mds-grigny"),
        ({"followed_by": "mds-grigny", "stage": "summons"}, "R2", "mds-grigny"),
        ({"stage": "summons"}, "RHB", "adil-91"),
        (HOUSEHOLD_2, "RHB", "adil-91"),
    ],
)
def test_who_sublets_or_lives_in_a_hostel_stays_with_the_judges_mandate_and_with_who_follows(
    known: dict[str, Any], rule: str, structure: str, occupation: str
):
    decision = routed({**known, "occupation": occupation}, of_kind=SOCIAL_ADVISERS)
    assert (decision.rule, decision.structure) == (rule, structure)


@pytest.mark.parametrize("household", [{}, HOUSEHOLD_2, HOUSEHOLD_3])
def test_a_tenant_is_routed_as_if_nobody_had_asked(household: dict[str, Any]):
    assert routed({**household, "occupation": "tenant"}).rule == routed(household).rule


def test_an_emergency_says_to_inform_the_siao_and_the_ccapex_and_to_note_it():
    reason = routed({"urgent": True}).reason
    assert "Informer aussi le SIAO (115) et la CCAPEX" in reason
    assert "le noter dans les faits datés du dossier" in reason


everything_known = st.fixed_dictionaries(
    {
        "dependent_children": st.integers(0, 4),
        "family_benefits": st.booleans(),
        "aid_kind": st.sampled_from(["APL", "ALF", "ALS", "none"]),
        "housing": st.sampled_from(["social", "private", "epfif"]),
        "rsa": st.booleans(),
        "age": st.integers(18, 100),
        "employed": st.booleans(),
    }
)


@given(facts=everything_known)
def test_no_household_that_is_known_falls_through_to_the_last_row(facts: dict[str, Any]):
    assert routed(facts, of_kind=SOCIAL_ADVISERS).outcome is RoutingOutcome.ROUTED


@given(facts=everything_known, followed=st.sampled_from(["none", "bailleur-a", "bailleur-a-social", "mds-grigny"]))
def test_no_household_is_given_to_an_adviser_of_who_claims_from_it_without_its_agreement(
    facts: dict[str, Any], followed: str
):
    asked = {**facts, "followed_by": followed, "landlord_support_agreed": False}
    decision = routed(asked, of_kind=SOCIAL_ADVISERS, claimants=OF_LANDLORD_A)
    assert decision.structure not in OF_LANDLORD_A
    assert not OF_LANDLORD_A & set(decision.supports)


def test_who_claims_is_not_informed_in_support_either():
    assert routed({"debt_disputed": True}, claimants={"caf-91"}).supports == ("ville-grigny",)


def test_a_structure_out_of_service_is_asked_nothing():
    structures = [replace(s, is_active=s.code not in {"mds-grigny", "cnav"}) for s in STRUCTURES]
    table = load(structures=structures)
    facts = read_facts({**ORDINARY, "followed_by": "mds-grigny", "age": 70}, keys=table.keys)
    decision = decide_by_table(table, facts)
    assert (decision.rule, decision.structure, decision.supports) == ("R6", "ccas-grigny", ())
    assert state_of(decision, "R2") is RowState.UNAVAILABLE


UNTIL = date(2026, 12, 31)


def suspended(facts: dict[str, Any], *codes: str, **more: Any) -> Decision:
    """What the table says of these facts while these structures take no new case."""
    structures = [replace(s, suspended_until=UNTIL if s.code in codes else None) for s in STRUCTURES]
    table = load(structures=structures)
    return decide_by_table(table, read_facts(facts, keys=table.keys), forced=True, **more)


def test_a_suspended_structure_is_passed_over_and_the_reason_says_until_when():
    facts = {**ORDINARY, "rsa": True, "age": 70}
    assert suspended(facts).structure == "mds-grigny"
    decision = suspended(facts, "mds-grigny")
    assert (decision.rule, decision.structure) == ("R6", "ccas-grigny")
    assert state_of(decision, "R5") is RowState.SUSPENDED
    assert decision.reason == (
        "R6 : Personne de 60 ans ou plus sans enfant à charge : le CCAS accompagne les seniors. "
        "Capacité suspendue : MDS de Grigny jusqu’au 31/12/2026."
    )


def test_when_all_are_suspended_the_pilot_decides():
    decision = suspended({**ORDINARY, "rsa": True, "age": 70}, "mds-grigny", "ccas-grigny")
    assert (decision.outcome, decision.structure) == (RoutingOutcome.ARBITRATE, "")
    assert decision.reason == (
        "R99 : aucune autre structure ne peut être sollicitée, le pilote arbitre. "
        "Capacité suspendue : MDS de Grigny jusqu’au 31/12/2026, CCAS de Grigny jusqu’au 31/12/2026."
    )


def test_an_urgent_case_goes_on_too_and_keeps_its_delay():
    decision = suspended({**ORDINARY, "urgent": True, "age": 70}, "mds-grigny")
    assert (decision.structure, decision.contact_rule, decision.urgent) == ("ccas-grigny", "P-CONTACT-2", True)


def test_a_mandate_and_a_household_already_followed_go_to_their_structure_all_the_same():
    mandate = suspended({**ORDINARY, "legal_protection": True}, "udaf-91")
    assert (mandate.rule, mandate.structure) == ("R1", "udaf-91")
    assert "Sollicitée bien que sa capacité soit suspendue : UDAF 91 jusqu’au 31/12/2026." in mandate.reason
    followed = suspended({**ORDINARY, "followed_by": "mds-grigny"}, "mds-grigny")
    assert (followed.rule, followed.structure) == ("R2", "mds-grigny")


def test_a_suspended_structure_is_in_support_of_nothing_new():
    facts = {**ORDINARY, "age": 70}
    assert suspended(facts).supports == ("cnav", "mds-grigny")
    assert suspended(facts, "mds-grigny").supports == ("cnav",)


def test_a_suspended_structure_that_had_declined_is_said_to_have_declined():
    decision = suspended({**ORDINARY, "rsa": True, "age": 70}, "mds-grigny", excluded=["mds-grigny"])
    assert state_of(decision, "R5") is RowState.DECLINED


def test_an_urgent_case_keeps_its_contact_delay_whoever_takes_it():
    urgent = {"urgent": True, "rsa": True, "age": 70}
    second = routed(urgent, excluded=["mds-grigny"])
    assert (second.rule, second.structure, second.contact_rule) == ("R6", "ccas-grigny", "P-CONTACT-2")
    third = routed(urgent, excluded=["mds-grigny", "ccas-grigny"])
    assert (third.outcome, third.contact_rule) == (RoutingOutcome.ARBITRATE, "P-CONTACT-2")
    assert routed({}).contact_rule == "P-CONTACT-10"


def test_urgency_comes_from_the_row_or_from_the_fact():
    assert routed({"stage": "order_to_leave"}).urgent
    assert routed({"urgent": True}, excluded=["mds-grigny"]).urgent
    assert not routed(HOUSEHOLD_2).urgent


# What is kept


def test_the_explanation_keeps_every_criterion_with_its_verdict_and_source():
    explained = known_only(HOUSEHOLD_2).as_json()
    assert (explained["rule"], explained["edition"]) == ("R3", 1)
    assert (explained["structure"], explained["structure_kind"]) == ("caf-91", "caf_social")
    assert explained["outcome"] == "routed"
    assert explained["runner_up"] is None
    assert [c for c in explained["criteria"] if c["rule"] == "R3"][:2] == [
        {
            "rule": "R3",
            "group": "all",
            "fact": "dependent_children",
            "operator": "at_least",
            "values": [1],
            "text": "Enfants à charge : au moins 1",
            "known": "2",
            "source": "test",
            "verdict": "true",
        },
        {
            "rule": "R3",
            "group": "all",
            "fact": "family_benefits",
            "operator": "is",
            "values": [True],
            "text": "Prestations familiales : oui",
            "known": "oui",
            "source": "test",
            "verdict": "true",
        },
    ]
    verdicts = {(c["rule"], c["fact"]): c["verdict"] for c in explained["criteria"]}
    assert verdicts["R1", "legal_protection"] == "unknown"
    assert verdicts["R9", "housing"] == "false"
    assert explained["facts"]["dependent_children"] == {"value": 2, "source": "test"}


def test_a_row_that_waits_for_needed_facts_is_the_runner_up():
    decision = known_only({"age": 70, "dependent_children": 0, "housing": "social"}, forced=True)
    assert (decision.rule, decision.as_json()["runner_up"]["rule"]) == ("R6", "R5")
    assert decision.as_json()["runner_up"]["unknown"] == ["rsa"]


answers = st.fixed_dictionaries(
    {},
    optional={
        "followed_by": st.sampled_from(["none", "caf-91", "mds-grigny"]),
        "dependent_children": st.integers(0, 3),
        "family_benefits": st.booleans(),
        "aid_kind": st.sampled_from(["APL", "ALF", "ALS", "none"]),
        "housing": st.sampled_from(["social", "private", "epfif"]),
        "rsa": st.booleans(),
        "age": st.integers(18, 90),
        "stage": st.sampled_from(["amicable", "order_to_pay", "summons", "order_to_leave", "police_requested"]),
        "legal_protection": st.booleans(),
        "employed": st.booleans(),
        "urgent": st.booleans(),
        "msa": st.booleans(),
        "debt_disputed": st.booleans(),
        "months_unpaid": st.integers(0, 12),
        "landlord_support_agreed": st.booleans(),
    },
)
declined = st.lists(st.sampled_from(["caf-91", "mds-grigny", "ccas-grigny", "adil-91"]), max_size=3)


@given(facts=answers, excluded=declined, forced=st.booleans())
def test_every_case_has_an_owner_who_has_not_declined(facts: dict[str, Any], excluded: list[str], forced: bool):
    decision = known_only(facts, excluded=excluded, forced=forced, of_kind=SOCIAL_ADVISERS)
    if decision.outcome is RoutingOutcome.ROUTED:
        winner = next(judged for judged in decision.rows if judged.row.code == decision.rule)
        assert all(criterion.verdict is True for criterion in winner.all)
        assert decision.structure not in ["", "bailleur-a", *excluded]
    elif decision.outcome is RoutingOutcome.QUALIFY:
        assert not forced
        assert decision.missing
    else:
        assert decision.structure == ""


@given(known=answers, learnt=answers)
def test_learning_a_fact_never_overturns_a_verdict(known: dict[str, Any], learnt: dict[str, Any]):
    before, after = (
        known_only(known, of_kind=SOCIAL_ADVISERS),
        known_only({**learnt, **known}, of_kind=SOCIAL_ADVISERS),
    )
    for early, late in zip(before.rows, after.rows, strict=True):
        for one, other in zip((*early.all, *early.any), (*late.all, *late.any), strict=True):
            assert one.verdict in {None, other.verdict}


@given(known=answers, learnt=answers)
def test_what_is_routed_without_qualification_does_not_change_when_a_needed_fact_is_learnt(
    known: dict[str, Any], learnt: dict[str, Any]
):
    before = known_only(known, of_kind=SOCIAL_ADVISERS)
    needed = {code: value for code, value in learnt.items() if code in TABLE.needed}
    after = known_only({**needed, **known}, of_kind=SOCIAL_ADVISERS)
    if before.outcome is RoutingOutcome.ROUTED:
        assert (after.outcome, after.rule, after.structure) == (before.outcome, before.rule, before.structure)
