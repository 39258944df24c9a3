"""Which rights a role gives in a structure of a kind: the one policy table, from which guardian's rows are made.

Structures here are kinds as stored (`mds`, `landlord`…), so that this table needs no database.
"""

CLAIMANTS = frozenset({"landlord", "rent_manager"})
PILOTS = frozenset({"caf_pilot"})
GRANTED = frozenset({"pilot", "dpo", "administrator"})
"""Roles that no manager of a structure gives: administrators do, two of them as soon as there are two."""

SOCIAL_WORK = {
    "agent": {"open_case", "answer_routing", "handle_case", "be_referent", "report_arrears"},
    "manager": {
        "open_case",
        "answer_routing",
        "handle_case",
        "be_referent",
        "report_arrears",
        "view_structure_cases",
        "view_backlog",
        "manage_members",
    },
    "correspondent": {"answer_question"},
    "front_desk": {"open_case", "report_arrears"},
    "pilot": {"pilot_action", "change_rules", "report_arrears"},
    "dpo": {"review_traces"},
    "administrator": {"manage_members", "grant_roles"},
}
"""A social service. Its agents see the cases assigned to them and those they are asked to take; managers see all.
The pilot of an action who works there reads figures, not the names of the backlog."""

CLAIMANT = {
    "agent": {"report_arrears", "answer_question"},
    "manager": {"report_arrears", "answer_question", "manage_members"},
    "correspondent": {"report_arrears", "answer_question"},
    "dpo": {"review_traces"},
    "administrator": {"manage_members"},
}
"""Who claims rent never sees a case: he reports, sees his reports, answers what is asked of him. His officer reads what
became of his lists, without the names of the services that they reached."""

PILOT = {
    "agent": {"pilot_action", "report_arrears", "view_backlog"},
    "manager": {"pilot_action", "report_arrears", "view_backlog", "manage_members"},
    "pilot": {"pilot_action", "change_rules", "report_arrears", "view_backlog", "manage_members"},
    "dpo": {"review_traces"},
    "administrator": {"manage_members", "grant_roles"},
}
"""The pilot's desk qualifies and arbitrates; it follows nobody, so it has no right to handle a case. Its rules are
changed by its pilot alone: his role is granted, those of the others are given by a manager."""


def rights_of(role: str, kind: str) -> frozenset[str]:
    return frozenset(_table(kind).get(role, ()))


def roles_of(kind: str) -> tuple[str, ...]:
    """The roles that mean something in a structure of that kind."""
    return tuple(_table(kind))


def given_by_managers(kind: str) -> tuple[str, ...]:
    """Those of them that a manager of the structure gives."""
    return tuple(role for role in roles_of(kind) if role not in GRANTED)


def roles_with(right: str, kind: str) -> frozenset[str]:
    return frozenset(role for role, rights in _table(kind).items() if right in rights)


def _table(kind: str) -> dict[str, set[str]]:
    if kind in CLAIMANTS:
        return CLAIMANT
    return PILOT if kind in PILOTS else SOCIAL_WORK
