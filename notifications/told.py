"""What is told: one record for each kind of the journal says whom, in which words, below which floor, leading where.

A kind that stands in none of these tables is told to nobody. A kind that is told is in exactly one, that of its family.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto

from django.db.models import Q, QuerySet
from django.db.models.query import EmptyQuerySet

from cases import permissions
from cases.models import Assignment, JournalEntry, User
from notifications import audience as to, floors, places
from notifications.audience import Audience
from notifications.floors import Floor
from notifications.places import Place
from notifications.reminded import reminded_people


class CaseSight(Enum):
    """What those who are told see of the case."""

    SEEN = auto()
    """Whoever does not see it is not told."""
    CHECKED = auto()
    """Its audience is already of those who may read it."""
    UNSEEN = auto()
    """A landlord sees his report; others see the case no longer, which is what they are told, or not yet: who is proposed
    as a référent sees nothing before he accepts."""
    UNSAID = auto()
    """Told without a word of the case, not even its number: their reader knows that it exists, or a question about it,
    and nothing more."""


@dataclass(frozen=True)
class ToldKind:
    audience: Audience
    words: str
    """In the centre, addressed to the reader. What a landlord may receive names nobody."""
    counted_as: tuple[str, str] | None = None
    """One and several, in a summary, where nothing may say whom it is about; else the words of its family."""
    floor: Floor = floors.as_chosen
    """Below which no preference puts it."""
    place: Place = places.INBOX
    """Where it leads when it is of no single case."""
    sight: CaseSight = CaseSight.SEEN
    first: Audience | None = None
    """What any of several may do: of those who never chose, whom it is told at once; the others, in the summary of the next
    morning, unless somebody did it. Where no e-mail reaches any of the first at once, all of them are."""
    says_more: bool = False
    """Its e-mail says more than a reference, and is its own: a link to answer, a table."""
    to_do: str = ""
    """After its words, for who still sees the case: whoever does not can do nothing there."""


@dataclass(frozen=True, kw_only=True)
class NoticeFamily:
    """A subject by which people choose, and what is told of it."""

    code: str
    label: str
    help: str
    counted_as: tuple[str, str]
    kinds: Mapping[str, ToldKind]


LOT = "lot.received"
HANDED_OVER = "cases.handed_over"
A_CASE = ("situation à prendre", "situations à prendre")
A_GIVEN_CASE = ("dossier confié", "dossiers confiés")

TODO = NoticeFamily(
    code="todo",
    label="À faire et orientations",
    help="Situations à prendre, tâches et dossiers confiés, réponses des structures, référents.",
    counted_as=("tâche ou réponse à une orientation", "tâches ou réponses à une orientation"),
    kinds={
        "step.routed": ToldKind(to.who_may_answer_alone, "Une situation est orientée vers votre structure",
            counted_as=A_CASE, first=to.who_gives_at_work, says_more=True),
        "step.acceptance_taken_back": ToldKind(to.who_may_answer_again,
            "Une situation attend de nouveau la réponse de votre structure", counted_as=A_CASE,
            first=to.who_gives_at_work, says_more=True),
        "lot.received": ToldKind(to.who_may_answer_at_work, "Un import oriente {count} vers votre structure",
            counted_as=A_CASE, place=places.find_lot, first=to.who_gives_at_work, says_more=True),
        "step.declined": ToldKind(to.who_is_responsible, "{structure} a décliné l’orientation"),
        "step.time_asked": ToldKind(to.who_answers_for_case,
            "{structure} demande du temps : réponse attendue le {day}"),
        "step.unanswered": ToldKind(to.pilots_of_case, "{structure} n’a pas répondu à l’orientation dans le délai"),
        "step.arbitrated": ToldKind(to.who_is_responsible, "Le pilote a arbitré"),
        "routing.reviewed": ToldKind(to.who_may_answer,
            "La procédure a avancé : votre réponse à l’orientation n’est plus attendue", sight=CaseSight.UNSEEN),
        "case.rerouted": ToldKind(to.who_may_answer, "L’orientation est corrigée : votre réponse n’est plus attendue",
            sight=CaseSight.UNSEEN),
        "case.put_back": ToldKind(to.who_may_answer,
            "Une orientation corrigée est défaite : votre réponse n’est plus attendue", sight=CaseSight.UNSEEN),
        "task.escalated": ToldKind(to.who_gives,
            "Votre structure n’a pas répondu à l’orientation",
            to_do="répondre, ou confier la tâche"),
        "task.given": ToldKind(to.who_is_named_alone, "{who} vous a confié une tâche"),
        "tasks.given": ToldKind(to.given_people, "{who} vous a confié des étapes : votre liste change"),
        "tasks.taken_back": ToldKind(to.given_people, "{who} a défait un acte groupé : votre liste change"),
        "professional.assigned": ToldKind(to.who_is_named_alone, "{who} vous a confié la situation",
            counted_as=A_GIVEN_CASE),
        "professional.released": ToldKind(to.who_is_named_alone, "Vous n’êtes plus responsable de cette situation",
            sight=CaseSight.UNSEEN),
        "cases.handed_over": ToldKind(to.who_is_given_cases, "{who} vous a confié {count}", counted_as=A_GIVEN_CASE),
        "lot.taken_back": ToldKind(to.who_was_given_cases,
            "{who} a retiré des situations qui vous étaient confiées : votre liste change"),
        "case.reopened": ToldKind(to.who_is_responsible, "La situation est rouverte"),
        "question.asked": ToldKind(to.who_is_asked, "Un professionnel interroge votre service",
            counted_as=("question à laquelle répondre", "questions auxquelles répondre"), place=places.find_question,
            sight=CaseSight.UNSAID),
        "question.answered": ToldKind(to.responsible_and_named, "{structure} a répondu à une question",
            counted_as=("réponse d’un organisme", "réponses d’organismes")),
        "question.answer_noted": ToldKind(to.responsible_and_named, "{who} a noté la réponse de l’organisme à une question",
            counted_as=("réponse d’un organisme", "réponses d’organismes")),
        "referent.proposed": ToldKind(to.who_is_named_alone, "{who} vous propose d’être le référent d’une personne",
            sight=CaseSight.UNSEEN),
        "referent.declined": ToldKind(to.who_gives, "{who} décline d’être référent", to_do="proposer quelqu’un d’autre"),
        "referent.change_asked": ToldKind(to.who_gives, "Une personne suivie demande un autre référent"),
        "referents.handed_over": ToldKind(to.given_people,
            "{who} a transféré des personnes suivies : vos listes changent"),
        "referents.taken_back": ToldKind(to.given_people, "{who} a défait un transfert de personnes suivies"),
        "coordination.united": ToldKind(to.followed_on_both,
            "{who} a réuni deux fiches d’une personne suivie", to_do="relire qui la suit", sight=CaseSight.UNSEEN),
        "place.opposed": ToldKind(to.who_is_named,
            "Une personne que vous suiviez s’oppose au partage de sa situation : vous n’êtes plus son référent",
            sight=CaseSight.UNSEEN),
        "place.vacant": ToldKind(to.who_fills, "Une place de référent ou de coordinateur est à pourvoir"),
        "coordinator.proposed": ToldKind(to.who_is_named,
            "Vous êtes proposé pour coordonner l’accompagnement d’une personne"),
        "coordinator.declined": ToldKind(to.who_fills,
            "{who} décline de coordonner : un autre référent est proposé, ou le pilote choisit"),
        "coordinator.to_choose": ToldKind(to.pilots_of_desk,
            "Un coordinateur est à choisir : la règle ne désigne personne"),
        "coordination.objected": ToldKind(to.who_fills, "Une personne suivie s’oppose à la coordination"),
    },
)  # fmt: skip

DEADLINES = NoticeFamily(
    code="deadlines",
    label="Échéances et rappels",
    help="Échéances, urgences, procédure d’expulsion, rendez-vous.",
    counted_as=("échéance ou rappel", "échéances ou rappels"),
    kinds={
        "reminder.due": ToldKind(reminded_people, "{reminder}", counted_as=("rappel", "rappels"),
            floor=floors.as_rule_says, sight=CaseSight.CHECKED),
        "task.reminded": ToldKind(to.who_is_named, "{who} vous rappelle une étape",
            counted_as=("rappel d’un responsable", "rappels d’un responsable")),
        "deadline.missed": ToldKind(to.who_is_late, "Une échéance est dépassée{delay}",
            counted_as=("échéance dépassée", "échéances dépassées"), floor=floors.always),
        "deadline.unanswered": ToldKind(to.responsible_or_managers,
            "Sans réponse dans le délai, le silence vaut décision{delay}"),
        "case.made_urgent": ToldKind(to.who_has_it, "La situation est signalée urgente", floor=floors.always),
        "order.announced": ToldKind(to.who_has_it_and_managers,
            "Le bailleur annonce un commandement de payer pour le {day}", floor=floors.before_its_day),
        "order.called_off": ToldKind(to.who_has_it_and_managers,
            "Le bailleur retire l’annonce d’un commandement de payer"),
        "court_act.declared": ToldKind(to.who_has_it_and_managers, "Le bailleur déclare délivré le {day} : {fact}",
            floor=floors.always),
        "track.moved": ToldKind(to.who_follows_procedure, "Procédure d’expulsion : {state}"),
        "appointment.made": ToldKind(to.who_is_named, "{who} a fixé un rendez-vous à votre agenda"),
        "appointment.given": ToldKind(to.who_takes_up, "Vous reprenez un rendez-vous d’un collègue"),
        "appointment.moved": ToldKind(to.who_is_named, "{who} a reporté un de vos rendez-vous"),
        "appointment.cancelled": ToldKind(to.who_is_named, "Un de vos rendez-vous est annulé", sight=CaseSight.UNSEEN),
    },
)  # fmt: skip

TEAM = NoticeFamily(
    code="team",
    label="Absences et équipe",
    help="Absences, remplacements, capacité, rattachements.",
    counted_as=("information sur l’équipe", "informations sur l’équipe"),
    kinds={
        "absence.declared": ToldKind(to.who_is_named, "{who} a déclaré votre absence du {since} au {last_day}",
            place=places.find_absence),
        "absence.changed": ToldKind(to.away_and_substitutes,
            "L’absence de {about} change de dates : du {since} au {last_day}", place=places.find_own_absence),
        "absence.ended": ToldKind(to.away_and_substitutes, "L’absence de {about} prend fin",
            place=places.find_own_absence),
        "absence.cancelled": ToldKind(to.away_and_substitutes,
            "L’absence de {about} qui devait commencer le {since} est annulée", place=places.find_own_absence),
        "absence.covered": ToldKind(to.who_replaces,
            "{count} à suivre en remplacement de {about}, du {since} au {last_day}"),
        "absence.uncovered": ToldKind(to.who_gives, "Absence de {about} jusqu’au {last_day} : {count} sans remplaçant",
            place=places.find_absence),
        "address.failing": ToldKind(to.who_manages_members,
            "L’adresse de courriel de {about} refuse nos messages : la corriger, ou réessayer",
            place=places.find_members),
        "capacity.suspended": ToldKind(to.pilots_of_routing, "Capacité suspendue du {since} au {last_day}",
            place=places.STEERING),
        "capacity.changed": ToldKind(to.pilots_of_routing, "Capacité suspendue, désormais du {since} au {last_day}",
            place=places.STEERING),
        "capacity.resumed": ToldKind(to.pilots_of_routing, "La structure reçoit de nouveau des situations",
            place=places.STEERING),
        "departure.prepared": ToldKind(to.who_gives_after, "{who} prépare son départ : lire ce qui reste à confier",
            place=places.find_departure),
        "work.returned": ToldKind(to.who_gives, "{count} à confier : un professionnel a quitté votre structure",
            place=places.find_what_waits_for_nobody),
        "membership.started": ToldKind(to.changed_member, "{who} vous a rattaché à une structure"),
        "membership.ended": ToldKind(to.changed_member,
            "Votre rattachement à une structure prend fin : dernier jour le {last_day}"),
        "membership.changed": ToldKind(to.who_is_named, "{who} a changé votre rôle dans une structure"),
        "membership.prolonged": ToldKind(to.who_is_named, "Votre rattachement à une structure se poursuit"),
        "invitation.sent": ToldKind(to.who_is_invited, "{who} vous a invité à rejoindre une structure",
            floor=floors.night_or_day, place=places.MY_INVITATIONS),
        "proconnect.bound": ToldKind(to.who_is_named,
            "Votre compte s’ouvre désormais par ProConnect : si ce n’est pas vous, prévenez votre administrateur",
            floor=floors.night_or_day, says_more=True),
        "proconnect.asked": ToldKind(to.who_answers_access, "Une demande d’accès attend un administrateur",
            place=places.ACCESS_REQUESTS),
        "nomination.asked": ToldKind(to.who_confirms, "{who} a proposé une nomination : la confirmer, ou la retirer",
            place=places.ADMINISTRATION),
        "members.to_review": ToldKind(to.who_manages_all_members,
            "Des comptes de votre structure sont à confirmer : dire qui est encore là", place=places.find_members),
        "opening.opened": ToldKind(to.who_answers_for_installation,
            "{who} a retiré le bandeau : des données réelles peuvent être saisies", floor=floors.night_or_day,
            place=places.OPENING),
        "opening.closed": ToldKind(to.who_answers_for_installation,
            "{who} a remis le bandeau : plus aucune donnée réelle n’est à saisir", floor=floors.night_or_day,
            place=places.OPENING),
        "factors.reset": ToldKind(to.who_watches_account,
            "Le second facteur de {about} a été réinitialisé depuis le serveur : s’en assurer auprès de cette personne",
            floor=floors.always),
        "retention.near": ToldKind(to.managers_and_officers,
            "Des dossiers de votre service sont à archiver ou à anonymiser dans les trente jours",
            place=places.find_retention),
        "retention.proposed": ToldKind(to.who_approves_run,
            "{who} a établi ce qui est à archiver ou à anonymiser : votre approbation est attendue",
            place=places.find_run),
    },
)  # fmt: skip

LANDLORDS = NoticeFamily(
    code="landlords",
    label="Bailleurs",
    help="Plans d’apurement, dettes soldées, départs du logement.",
    counted_as=("information d’un bailleur ou sur un plan", "informations d’un bailleur ou sur un plan"),
    kinds={
        "plan.proposed": ToldKind(to.landlord_correspondents, "Un plan d’apurement attend votre réponse",
            counted_as=("plan d’apurement à approuver", "plans d’apurement à approuver"), sight=CaseSight.UNSEEN),
        "plan.answered": ToldKind(to.who_is_responsible, "Le bailleur a répondu au plan d’apurement"),
        "debt.cleared": ToldKind(to.who_is_responsible,
            "La dette est soldée", to_do="clore la situation, ou la garder ouverte"),
        "tenancy.ended": ToldKind(to.who_is_responsible,
            "Le ménage a quitté ce logement, selon le bailleur", to_do="relire la situation"),
    },
)  # fmt: skip

OTHERS = NoticeFamily(
    code="others",
    label="Autres",
    help="Partages, pièces, passages au guichet, fiches réunies, motifs qui reviennent.",
    counted_as=("autre information", "autres informations"),
    kinds={
        "document.added": ToldKind(to.responsible_if_shared, "{who} a ajouté une pièce"),
        "document.infected": ToldKind(to.who_added_it,
            "Une pièce que vous avez ajoutée était dangereuse : son fichier est supprimé"),
        "emergency.opened": ToldKind(to.who_watches_emergency, "{who} a ouvert en urgence un dossier où il n’a pas de part",
            floor=floors.night_or_day, place=places.EMERGENCIES, sight=CaseSight.UNSAID),
        "search.bounded": ToldKind(to.who_reviews_structure,
            "{who} a retrouvé en un jour autant de ménages suivis ailleurs qu’il est permis : les suivants, ce jour-là, lui sont tus",
            floor=floors.always, place=places.READINGS),
        "sharing.asked": ToldKind(to.who_answers_for_case, "{structure} demande le partage d’une situation",
            counted_as=("demande de partage", "demandes de partage")),
        "sharing.accepted": ToldKind(to.who_is_named, "Votre demande de partage est acceptée"),
        "sharing.declined": ToldKind(to.who_is_named, "Votre demande de partage est déclinée",
            place=places.SHARING_REQUESTS, sight=CaseSight.UNSAID),
        "sharing.started": ToldKind(to.who_is_helped, "Une situation est partagée avec votre structure"),
        "sharing.changed": ToldKind(to.who_is_helped, "Ce que votre structure voit d’une situation a changé"),
        "sharing.ended": ToldKind(to.who_is_helped, "Une situation n’est plus partagée avec votre structure",
            sight=CaseSight.UNSEEN),
        "completion.proposed": ToldKind(to.who_answers_for_case,
            "{structure} propose un complément", to_do="l’accepter ou le décliner",
            counted_as=("complément proposé", "compléments proposés")),
        "completion.accepted": ToldKind(to.who_is_named, "Le complément que vous proposiez est accepté",
            place=places.SHARING_REQUESTS, sight=CaseSight.UNSAID),
        "completion.declined": ToldKind(to.who_is_named, "Le complément que vous proposiez est décliné",
            place=places.SHARING_REQUESTS, sight=CaseSight.UNSAID),
        "person.rectified": ToldKind(to.who_answers_for_case,
            "Le délégué à la protection des données a corrigé la fiche, à la demande de la personne"),
        "processing.restricted": ToldKind(to.who_answers_for_case,
            "Le traitement d’un dossier est limité, à la demande de la personne", to_do="le lire, ne plus le partager"),
        "processing.resumed": ToldKind(to.who_answers_for_case, "La limitation du traitement d’un dossier est levée"),
        "sharing.objected": ToldKind(to.who_answers_for_case,
            "La personne s’oppose à un partage : {structure} ne voit plus la situation"),
        "sharing.objected_kept": ToldKind(to.who_answers_for_case,
            "La personne s’oppose à un partage : {structure} ne voit plus la situation"),
        "contact.attempted": ToldKind(to.responsible_elsewhere,
            "{structure} a rencontré la personne au guichet", to_do="relire la situation"),
        "person.merged": ToldKind(to.who_is_responsible, "{who} a réuni deux fiches d’un même bénéficiaire"),
        "person.unmerged": ToldKind(to.who_is_responsible, "{who} a défait la réunion de deux fiches"),
        "household.merged": ToldKind(to.responsible_unless_told, "{who} a réuni deux ménages"),
        "household.unmerged": ToldKind(to.who_is_responsible, "{who} a défait la réunion de deux ménages"),
        "cause.alerted": ToldKind(to.operator_and_pilots,
            "Un même motif de trop-perçu revient dans plusieurs dossiers du mois",
            place=places.find_month_of_questions),
        "law.amount_due": ToldKind(to.who_changes_rules,
            "Un montant fixé chaque année par la loi n’est pas saisi : le saisir, avec sa source",
            counted_as=("montant de l’année à saisir", "montants de l’année à saisir"), place=places.find_law_state),
    },
)  # fmt: skip
FAMILIES = (TODO, DEADLINES, TEAM, LANDLORDS, OTHERS)
TOLD: Mapping[str, ToldKind] = {kind: told for family in FAMILIES for kind, told in family.kinds.items()}


def family_of(kind: str) -> NoticeFamily:
    return next(family for family in FAMILIES if kind in family.kinds)


def summary_words(kind: str) -> tuple[str, str]:
    """The words of a summary for one, and for several."""
    return TOLD[kind].counted_as or family_of(kind).counted_as


def find_audience(entry: JournalEntry, *, on: date) -> QuerySet[User]:
    """Who is told of this line: active people, its author excepted, and of a case only those who see it.

    What concerns a person away on a case concerns whoever does his work there that day.
    """
    told = TOLD.get(entry.kind)
    if told is None:
        return to.NOBODY
    people = told.audience(entry, on)
    if isinstance(people, EmptyQuerySet):  # known without asking: of most lines of an import
        return people
    if entry.case_id:
        replacing = Assignment.objects.substitutes().active(on).filter(case=entry.case_id, replaces__in=people)
        people = User.objects.filter(Q(pk__in=people.values("pk")) | Q(pk__in=replacing.values("user")))
    people = people.filter(is_active=True).exclude(pk=entry.actor_id or 0).distinct()
    if entry.case is None or told.sight is not CaseSight.SEEN:
        return people
    sees = Q(pk__in=permissions.who_sees(entry.case, at=on).values("pk"))
    if entry.kind == "deadline.missed":  # of his own answer, by whoever is proposed
        sees |= Q(pk__in=to.who_is_proposed(to.find_step(entry.data["deadline"])).values("pk"))
    return people.filter(sees)
