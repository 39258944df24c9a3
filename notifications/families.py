"""What people are told of, in a few families that they choose by, and what leaves at once whatever they chose."""

from collections.abc import Mapping
from dataclasses import dataclass

REMINDER = "reminder.due"
"""Its rule says whether it may be put off."""


@dataclass(frozen=True, kw_only=True)
class NoticeFamily:
    """`one` and `several` count it in a summary, where nothing may say whom it is about."""

    code: str
    label: str
    help: str
    one: str
    several: str
    kinds: frozenset[str]


FAMILIES = (
    NoticeFamily(
        code="todo",
        label="À faire et orientations",
        help="Situations à prendre, tâches et dossiers confiés, réponses des structures, référents.",
        one="tâche ou réponse à une orientation",
        several="tâches ou réponses à une orientation",
        kinds=frozenset(
            {
                "step.routed",
                "lot.received",
                "step.declined",
                "step.time_asked",
                "step.unanswered",
                "step.arbitrated",
                "routing.reviewed",
                "case.rerouted",
                "case.put_back",
                "task.escalated",
                "task.given",
                "tasks.given",
                "tasks.taken_back",
                "professional.assigned",
                "professional.released",
                "cases.handed_over",
                "case.reopened",
                "question.asked",
                "question.answered",
                "referent.proposed",
                "referent.declined",
                "referent.change_asked",
                "referents.handed_over",
                "referents.taken_back",
                "coordination.united",
                "place.vacant",
                "coordinator.proposed",
                "coordinator.declined",
                "coordinator.to_choose",
                "coordination.objected",
            }
        ),
    ),
    NoticeFamily(
        code="deadlines",
        label="Échéances et rappels",
        help="Échéances, urgences, procédure d’expulsion, rendez-vous.",
        one="échéance ou rappel",
        several="échéances ou rappels",
        kinds=frozenset(
            {
                REMINDER,
                "task.reminded",
                "deadline.missed",
                "deadline.unanswered",
                "case.made_urgent",
                "order.announced",
                "order.called_off",
                "court_act.declared",
                "track.moved",
                "appointment.made",
                "appointment.moved",
                "appointment.cancelled",
            }
        ),
    ),
    NoticeFamily(
        code="team",
        label="Absences et équipe",
        help="Absences, remplacements, capacité, rattachements.",
        one="information sur l’équipe",
        several="informations sur l’équipe",
        kinds=frozenset(
            {
                "absence.declared",
                "absence.changed",
                "absence.ended",
                "absence.covered",
                "absence.uncovered",
                "address.failing",
                "capacity.suspended",
                "capacity.changed",
                "capacity.resumed",
                "work.returned",
                "membership.started",
                "membership.ended",
                "membership.changed",
                "membership.prolonged",
                "invitation.sent",
                "nomination.asked",
            }
        ),
    ),
    NoticeFamily(
        code="landlords",
        label="Bailleurs",
        help="Plans d’apurement, dettes soldées, départs du logement.",
        one="information d’un bailleur ou sur un plan",
        several="informations d’un bailleur ou sur un plan",
        kinds=frozenset({"plan.proposed", "plan.answered", "debt.cleared", "tenancy.ended"}),
    ),
    NoticeFamily(
        code="others",
        label="Autres",
        help="Partages, pièces, passages au guichet, fiches réunies, motifs qui reviennent.",
        one="autre information",
        several="autres informations",
        kinds=frozenset(
            {
                "document.added",
                "document.infected",
                "sharing.asked",
                "sharing.accepted",
                "sharing.declined",
                "sharing.started",
                "sharing.changed",
                "sharing.ended",
                "contact.attempted",
                "person.merged",
                "person.unmerged",
                "household.merged",
                "household.unmerged",
                "cause.alerted",
            }
        ),
    ),
)
"""Every kind that is told to somebody is in exactly one of them."""

_FAMILY_OF: Mapping[str, NoticeFamily] = {kind: family for family in FAMILIES for kind in family.kinds}

SAID: Mapping[str, tuple[str, str]] = {
    "step.routed": ("situation à prendre", "situations à prendre"),
    "lot.received": ("situation à prendre", "situations à prendre"),
    "deadline.missed": ("échéance dépassée", "échéances dépassées"),
    REMINDER: ("rappel", "rappels"),
    "task.reminded": ("rappel d’un responsable", "rappels d’un responsable"),
    "plan.proposed": ("plan d’apurement à approuver", "plans d’apurement à approuver"),
    "sharing.asked": ("demande de partage", "demandes de partage"),
    "question.asked": ("question à laquelle répondre", "questions auxquelles répondre"),
    "question.answered": ("réponse d’un organisme", "réponses d’organismes"),
    "cases.handed_over": ("dossier confié", "dossiers confiés"),
    "professional.assigned": ("dossier confié", "dossiers confiés"),
}
"""Kinds that a summary counts by a word of their own."""

DEADLIEST: Mapping[str, str] = {
    "case.made_urgent": "",
    "order.announced": "on",
    "court_act.declared": "",
    "deadline.missed": "",
}
"""Always an e-mail of its own, whatever its reader chose → where its line keeps the last day to act, if it has one."""

AT_ONCE = frozenset({"invitation.sent"})
"""Whoever it is for waits for it, and has no page yet on which to choose: at once, night or day."""


def family_of(kind: str) -> NoticeFamily:
    return _FAMILY_OF[kind]


def summary_words(kind: str) -> tuple[str, str]:
    """The words of a summary for one, and for several."""
    family = family_of(kind)
    return SAID.get(kind, (family.one, family.several))
