"""What may be done of several steps at once: its words, its line in the journal, and the reasons that it takes."""

from enum import StrEnum


class GroupedActKind(StrEnum):
    """The values are in addresses."""

    GIVE = "confier"
    REMIND = "rappeler"
    SET_ASIDE = "mettre-de-cote"
    LABEL = "poser-etiquette"
    UNLABEL = "oter-etiquette"

    @property
    def label(self) -> str:
        return LABELS[self]

    @property
    def journal_kind(self) -> str:
        return KINDS[self]

    @property
    def reasons(self) -> dict[str, str]:
        return REASONS[self]

    @property
    def is_undoable(self) -> bool:
        return self is not GroupedActKind.REMIND


LABELS = {
    GroupedActKind.GIVE: "Confier à des collègues",
    GroupedActKind.REMIND: "Rappeler à qui les a",
    GroupedActKind.SET_ASIDE: "Mettre de côté jusqu’à une date",
    GroupedActKind.LABEL: "Poser une étiquette",
    GroupedActKind.UNLABEL: "Ôter une étiquette",
}
KINDS = {
    GroupedActKind.GIVE: "tasks.given",
    GroupedActKind.REMIND: "tasks.reminded",
    GroupedActKind.SET_ASIDE: "tasks.set_aside",
    GroupedActKind.LABEL: "tasks.labelled",
    GroupedActKind.UNLABEL: "tasks.unlabelled",
}
ACT_OF = {kind: act for act, kind in KINDS.items()}
REASONS = {
    GroupedActKind.GIVE: {
        "load": "équilibrer la charge",
        "absence": "absence ou départ",
        "known": "connaissance du ménage ou du sujet",
        "late": "retard à rattraper",
        "other": "autre organisation du service",
    },
    GroupedActKind.REMIND: {
        "late": "échéance passée",
        "soon": "échéance proche",
        "dormant": "aucun acte depuis longtemps",
        "other": "demande du service",
    },
    GroupedActKind.SET_ASIDE: {
        "piece": "une pièce ou une réponse est attendue",
        "appointment": "un rendez-vous est pris",
        "person": "la personne l’a demandé",
        "other": "autre raison de service",
    },
    GroupedActKind.LABEL: {
        "sort": "trier l’encours",
        "campaign": "préparer une action du service",
        "meeting": "en parler en réunion",
        "other": "autre raison de service",
    },
    GroupedActKind.UNLABEL: {
        "over": "elle n’a plus d’objet",
        "mistake": "posée par erreur",
        "other": "autre raison de service",
    },
}
"""Codes are stored in the journal: they never change meaning."""
