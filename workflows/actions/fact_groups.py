"""Under which heading one looks for a dated fact to record, in the order in which a procedure goes."""

from collections.abc import Mapping

GROUPS: Mapping[str, tuple[str, ...]] = {
    "Commandement de payer": (
        "order_to_pay_planned", "order_to_pay_served", "order_to_pay_term", "guarantor_notified", "ccapex_seized",
    ),
    "Assignation, audience, jugement": (
        "summons_served", "prefect_notified", "hearing", "dsf_sent", "dsf_not_made", "payment_delays_granted",
        "lease_terminated", "decision_served", "appeal_lodged", "procedure_dropped",
    ),
    "Commandement de quitter, expulsion": (
        "order_to_leave_served", "order_to_leave_sent", "order_to_leave_not_sent", "leave_delays_granted", "siao_informed",
        "ccapex_informed", "police_requested", "prefect_answered", "police_granted", "police_refused",
        "police_refused_silently", "evicted", "left", "rehoused",
    ),
    "Dette, plan, bail, surendettement": (
        "debt_cleared", "arrears_constituted", "plan_agreed", "protocol_signed", "protocol_extended", "protocol_kept",
        "new_lease_signed", "over_indebtedness_filed", "over_indebtedness_admitted", "over_indebtedness_decided",
        "debts_erased",
    ),
    "Aide au logement, CAF ou MSA": (
        "arrears_reported", "caf_returned_file", "aid_suspended", "aid_restored", "simplified_proposed",
        "simplified_answered", "simplified_refused_silently", "simplified_accepted", "simplified_plan_sent",
        "simplified_plan_answered", "direct_payment_asked", "direct_payment_answered", "direct_payment_refused_silently",
        "default_plan_started", "plan_started", "execution_checked",
    ),
    "FSL": ("fsl_referred", "fsl_seized_by_caf", "fsl_answered", "fsl_failed"),
    "Aide juridictionnelle": ("legal_aid_asked", "legal_aid_declined", "legal_aid_decided", "counsel_appointed"),
}  # fmt: skip
OTHERS = "Autres faits"
"""What an edition knows besides."""


def group_facts(words: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    """Heading → code and words, in the order of the headings; none is empty, and none of `words` is left out."""
    found = {title: [(code, words[code]) for code in codes if code in words] for title, codes in GROUPS.items()}
    placed = {code for codes in GROUPS.values() for code in codes}
    found[OTHERS] = [(code, text) for code, text in words.items() if code not in placed]
    return {title: facts for title, facts in found.items() if facts}
