"""A case, the structures that take part in it, the people assigned to it, and what was told and noted."""

import uuid
from datetime import date
from enum import StrEnum
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from cases.models.absences import Absence
from cases.models.members import Membership, User
from cases.models.people import Beneficiary, Household
from cases.models.structures import Structure
from cases.models.tenancy import Tenancy
from cases.rules.procedures import kind_choices


class CaseKind(StrEnum):
    """The kinds that the code names; what each is, its procedure says (`cases.rules.procedures`)."""

    ARREARS = "arrears"
    OVERPAYMENT = "overpayment"
    COORDINATION = "coordination"


class CaseOutcome(models.TextChoices):
    """How a case ends: the codes of the steering committee (domain/arrears.md §6); of overpayments, line by line."""

    CLEARED = "cleared", "dette apurée"
    PLAN_KEPT = "plan_kept", "plan respecté en cours"
    FSL = "fsl", "FSL accordé"
    DEBT_ERASED = "debt_erased", "effacement ou surendettement"
    RIGHTS_OPENED = "rights_opened", "droits ouverts ou rappel d’aide"
    REHOUSED = "rehoused", "relogement ou mutation"
    LEFT = "left", "départ volontaire"
    COHESION_PROTOCOL = "cohesion_protocol", "protocole de cohésion sociale"
    LEASE_ENDED_STAYS = "lease_ended_stays", "bail résilié, ménage maintenu"
    EVICTED = "evicted", "expulsion"
    DECLINED_SUPPORT = "declined_support", "ne souhaite pas être accompagné"
    NOT_REACHED = "not_reached", "contact non établi"
    OUT_OF_SCOPE = "out_of_scope", "réorienté hors dispositif"
    NO_DEBT = "no_debt", "erreur ou contestation fondée"
    DECEASED = "deceased", "décès"
    DUPLICATE = "duplicate", "doublon"
    VOIDED = "voided", "import annulé"
    LINES_CLOSED = "lines_closed", "chaque trop-perçu a son issue"
    FOLLOW_UP_ENDED = "follow_up_ended", "plus aucune structure ne suit la personne"

    @classmethod
    def to_choose(cls) -> list[tuple[str, str]]:
        """Those with which a person closes an arrears case; only the undo of an import voids one."""
        others = (cls.VOIDED, cls.LINES_CLOSED, cls.FOLLOW_UP_ENDED)
        return [(outcome.value, outcome.label) for outcome in cls if outcome not in others]


def reference_of(opened_on: date, number: int) -> str:
    return f"{opened_on:%Y}-{number:05d}"


class Case(models.Model):
    """One matter of one household. Where it stands is its process’s open tasks, never a column here."""

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("nature", max_length=14, choices=kind_choices)
    household = models.ForeignKey(Household, models.PROTECT, related_name="cases", verbose_name="ménage")
    tenancy = models.ForeignKey(
        Tenancy, models.PROTECT, related_name="cases", null=True, blank=True, verbose_name="bail"
    )
    beneficiary = models.ForeignKey(
        Beneficiary,
        models.PROTECT,
        related_name="coordination_cases",
        null=True,
        blank=True,
        verbose_name="personne suivie",
        help_text="D’une coordination seulement : elle est d’une personne, non d’un ménage.",
    )
    responsible_structure = models.ForeignKey(
        Structure, models.PROTECT, related_name="responsible_for", verbose_name="structure responsable"
    )
    opened_by_structure = models.ForeignKey(
        Structure, models.PROTECT, related_name="opened_cases", verbose_name="ouvert par"
    )
    opened_on = models.DateField("ouvert le")
    is_urgent = models.BooleanField("urgent", default=False)
    is_initial_stock = models.BooleanField("issu du stock initial", default=False)
    closed_on = models.DateField("clos le", null=True, blank=True)
    closed_by = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="closed_cases",
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        verbose_name="clos par",
    )
    """As the journal says of its last closing; nobody when Relais closed it. One asks him for news (`workflows.queries.later`)."""
    outcome = models.CharField("issue", max_length=20, choices=CaseOutcome, blank=True)
    territory = models.SlugField("territoire")

    class Meta:
        verbose_name = "dossier"
        ordering = ["-opened_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(closed_on__gte=F("opened_on")),
                name="case_closed_after_opened",
                violation_error_message="La clôture doit suivre l’ouverture.",
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None, outcome="") | (Q(closed_on__isnull=False) & ~Q(outcome="")),
                name="a_closed_case_has_an_outcome",
                violation_error_message="Un dossier clos porte une issue.",
            ),
            models.UniqueConstraint(
                fields=["tenancy"],
                condition=Q(closed_on=None, kind="arrears"),
                name="one_open_arrears_case_per_tenancy",
                violation_error_message="Un dossier d’impayé est déjà ouvert pour ce bail.",
            ),
            models.UniqueConstraint(
                fields=["beneficiary"],
                condition=Q(closed_on=None, kind="coordination"),
                name="one_open_coordination_case_per_person",
                violation_error_message="Un dossier de coordination est déjà ouvert pour cette personne.",
            ),
            models.CheckConstraint(
                condition=Q(kind="coordination", beneficiary__isnull=False)
                | ~Q(kind="coordination") & Q(beneficiary=None),
                name="a_coordination_is_of_one_person",
                violation_error_message="Une coordination est d’une personne ; les autres dossiers, d’un ménage.",
            ),
        ]
        indexes = [
            models.Index(fields=["-opened_on", "-id"], name="cases_newest_first"),
            models.Index(fields=["id"], condition=Q(is_urgent=True, closed_on=None), name="urgent_cases"),
            models.Index(
                fields=["responsible_structure", "id"],
                include=["kind"],
                condition=Q(closed_on=None),
                name="open_cases_of_a_structure",
            ),
            models.Index(
                fields=["responsible_structure", "closed_on"],
                include=["id", "closed_by"],
                condition=Q(kind="arrears", closed_on__isnull=False),
                name="closings_in_a_structure",
            ),
            models.Index(
                fields=["closed_by", "closed_on"],
                condition=Q(kind="arrears", closed_on__isnull=False),
                name="closings_of_a_professional",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def reference(self) -> str:
        """What people say on the phone and e-mails carry: it names nobody."""
        return reference_of(self.opened_on, self.pk)

    @property
    def is_open(self) -> bool:
        return self.closed_on is None


class LegalBasis(models.TextChoices):
    """Legal ground on which a structure takes part (domain/overpayments… §D2). Preset by the act, shown, editable."""

    SOCIAL_FOLLOW_UP = "SH-1", "accompagnement partagé (CASF L121-6-2)"
    RSA = "SH-2", "parcours RSA (CASF L262-40)"
    ON_REQUEST = "SH-3", "demande de la personne (CRPA L114-8 I)"
    POSSIBLE_RIGHTS = "SH-4", "information sur des droits possibles (CRPA L114-8 II)"
    LOCAL_AUTHORITY = "SH-5", "aides locales (CSS L115-2)"
    CARE = "SH-6", "équipe de soins (CSP L1110-4)"
    MANDATE = "SH-7", "mandat écrit de la personne"
    ARREARS_PREVENTION = "SH-8", "prévention des expulsions (loi 90-449, art. 7-2)"


class ParticipationQuerySet(models.QuerySet["Participation"]):
    def active(self, on: date) -> Self:
        return self.filter(since__lte=on).filter(Q(until=None) | Q(until__gt=on))


class Participation(models.Model):
    """A structure’s right on a case, with its cause. The access table of every list: narrow and indexed.

    `is_open` and `next_due_on` repeat what the case says, so that lists need no join; they are written by
    `cases.actions.sharing` and `cases.actions.deadlines` alone and checked by `check_invariants`.
    """

    class Part(models.TextChoices):
        QUALIFYING = "qualifying", "qualifie la situation"
        ASKED = "asked", "sollicitée"
        LEAD = "lead", "responsable"
        SUPPORT = "support", "en appui"
        ARBITER = "arbiter", "arbitre"
        REPORTER = "reporter", "a signalé"
        ANSWERING = "answering", "répond à des questions"

    class Level(models.TextChoices):
        FULL = "full", "dossier complet"
        CARD = "card", "fiche : identité, action, référent, prochaine échéance"
        THREAD = "thread", "questions adressées à la structure"

    case = models.ForeignKey(Case, models.PROTECT, related_name="participations", verbose_name="dossier")
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="participations", verbose_name="structure")
    part = models.CharField("rôle", max_length=12, choices=Part)
    level = models.CharField("niveau", max_length=6, choices=Level)
    basis = models.CharField("fondement", max_length=4, choices=LegalBasis)
    since = models.DateField("depuis le")
    until = models.DateField("jusqu’au", null=True, blank=True, help_text="Jour exclu : un droit cesse aussitôt.")
    is_open = models.BooleanField("dossier ouvert", default=True)
    next_due_on = models.DateField("prochaine échéance", null=True, blank=True)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = "participation"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "structure"],
                condition=Q(until=None),
                name="a_structure_takes_part_once",
                violation_error_message="Cette structure participe déjà au dossier.",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="participation_ends_after_it_starts"
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(until=None, part="lead"), name="a_case_has_one_lead_structure"
            ),
        ]
        indexes = [
            models.Index(fields=["structure", "is_open", "next_due_on"], name="structure_sees_its_cases"),
            # Its professionals see these, which are few among all those in which it ever took part.
            models.Index(
                fields=["structure", "case"],
                include=["since", "until", "level"],
                condition=Q(part="asked"),
                name="asked_of_a_structure",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.structure_id} {self.part} on {self.case_id}"


class AssignmentQuerySet(models.QuerySet["Assignment"]):
    def active(self, on: date) -> Self:
        return self.filter(since__lte=on).filter(Q(until=None) | Q(until__gt=on))

    def substitutes(self) -> Self:
        return self.filter(kind=Assignment.Kind.SUBSTITUTE)

    def of_people_there(self, on: date) -> Self:
        """Those of whoever still works there that day, and is not away."""
        here = {"user": OuterRef("user"), "structure": OuterRef("structure")}
        away = Absence.objects.current(on).filter(**here)
        works = Membership.objects.active(on).filter(**here)
        return self.active(on).filter(~Exists(away), Exists(works))

    def standing_in(self, on: date) -> Self:
        """Those of substitutes who are there that day: one who is away himself is relayed, or nobody stands in."""
        return self.substitutes().of_people_there(on)

    def overlapping(self, since: date, until: date) -> Self:
        """Substitutes’ with a day in common with these; an empty one has none."""
        return self.filter(since__lt=until, until__gt=since).filter(until__gt=F("since"))


class Assignment(models.Model):
    """A person’s part in a case, for a structure.

    A substitute’s comes from an absence, never lasts longer, and says whose work he does: the person’s who is away,
    or the one’s whom that person himself replaced (then it relays his).

    `is_open` repeats what the case says, so that of all the cases that a person ever followed, those that are open are found
    at once. It is written by `cases.actions.case` alone and checked by `check_invariants`.
    """

    class Kind(models.TextChoices):
        RESPONSIBLE = "responsible", "responsable du dossier"
        OVERLAP = "overlap", "passation"
        SUBSTITUTE = "substitute", "remplace"

    case = models.ForeignKey(Case, models.PROTECT, related_name="assignments", verbose_name="dossier")
    user = models.ForeignKey(User, models.PROTECT, related_name="assignments", verbose_name="professionnel")
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="assignments", verbose_name="structure")
    kind = models.CharField("titre", max_length=12, choices=Kind)
    since = models.DateField("depuis le")
    until = models.DateField("jusqu’au", null=True, blank=True, help_text="Jour exclu : un droit cesse aussitôt.")
    absence = models.ForeignKey(
        Absence, models.PROTECT, related_name="assignments", null=True, blank=True, verbose_name="absence"
    )
    replaces = models.ForeignKey(
        User, models.PROTECT, related_name="replaced_by", null=True, blank=True, verbose_name="remplace"
    )
    relays = models.ForeignKey(
        "self", models.PROTECT, related_name="relayed_by", null=True, blank=True, verbose_name="relaie"
    )
    is_open = models.BooleanField("dossier ouvert", default=True, db_default=True, editable=False)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = "affectation"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "structure"],
                condition=Q(until=None, kind="responsible"),
                name="one_responsible_professional_per_structure",
                violation_error_message="Un professionnel est déjà responsable de ce dossier dans la structure.",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="assignment_ends_after_it_starts"
            ),
            models.CheckConstraint(
                condition=Q(kind="substitute", absence__isnull=False, replaces__isnull=False, until__isnull=False)
                | (~Q(kind="substitute") & Q(absence=None, replaces=None, relays=None)),
                name="a_substitute_replaces_someone_absent",
                violation_error_message="Un remplacement vient d’une absence, et prend fin avec elle.",
            ),
            models.CheckConstraint(
                condition=~Q(user=F("replaces")),
                name="nobody_replaces_himself",
                violation_error_message="On ne se remplace pas soi-même.",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "case"], name="a_professional_sees_his_cases"),
            models.Index(fields=["user", "case"], condition=Q(is_open=True), name="open_cases_of_a_professional"),
            models.Index(fields=["case", "until"], condition=Q(kind="substitute"), name="substitutes_on_a_case"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} of {self.case_id}"

    @property
    def ends_on(self) -> date:
        """The first day without; a substitute’s right always has one."""
        return self.until or date.max


class Note(models.Model):
    """Free text on a case, kept apart from the journal so that it can be erased."""

    class Visibility(models.TextChoices):
        SHARED = "shared", "fait partagé avec les participants"
        INTERNAL = "internal", "interne à ma structure"
        PERSONAL = "personal", "note de travail personnelle"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="notes", verbose_name="dossier")
    author = models.ForeignKey(User, models.PROTECT, related_name="notes", verbose_name="auteur")
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="notes", verbose_name="structure")
    visibility = models.CharField("visibilité", max_length=8, choices=Visibility, default=Visibility.INTERNAL)
    text = models.TextField("texte", max_length=4000)
    is_to_reach = models.BooleanField(
        "dit comment joindre la personne", default=False, db_default=False, editable=False
    )
    """Told at a counter: whoever sees the card of the case reads it, before the person was informed."""
    written_at = models.DateTimeField("écrite le")

    class Meta:
        verbose_name = "observation"
        ordering = ["-written_at"]

    def __str__(self) -> str:
        return f"note {self.pk}"


class InformationGiven(models.Model):
    """The record that a person was told who follows her, what is shared and why (domain §C3).

    It opens the whole case to the structure that it names, and to no other: whoever reads the whole case is someone
    of whom the person was told.
    """

    class Means(models.TextChoices):
        INTERVIEW = "interview", "en entretien"
        PHONE = "phone", "par téléphone"
        LETTER = "letter", "par courrier"
        VISIT = "visit", "en visite à domicile"
        COUNTER = "counter", "au guichet"

    case = models.ForeignKey(Case, models.PROTECT, related_name="information_given", verbose_name="dossier")
    beneficiary = models.ForeignKey(
        Beneficiary, models.PROTECT, related_name="information_given", verbose_name="bénéficiaire"
    )
    structure = models.ForeignKey(
        Structure, models.PROTECT, related_name="information_given", verbose_name="structure"
    )
    named = models.ForeignKey(
        Structure,
        models.PROTECT,
        related_name="named_in_information",
        null=True,
        blank=True,
        verbose_name="structure nommée",
        help_text="Celle qui suit la personne, si elle était connue.",
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="information_given", verbose_name="par")
    means = models.CharField("moyen", max_length=10, choices=Means)
    given_on = models.DateField("informé le")
    recorded_at = models.DateTimeField("enregistré le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "information donnée"
        verbose_name_plural = "informations données"
        ordering = ["-given_on"]

    def __str__(self) -> str:
        return f"information {self.pk}"
