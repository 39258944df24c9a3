"""Who follows a person: her référent in each structure, the one of them who coordinates, and the places left empty.

Periods close and are never changed: whoever follows somebody else has a row of his own. `until` is the first day without.
"""

import uuid
from datetime import date
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from cases.models.absences import DAYS
from cases.models.case import Case, InformationGiven
from cases.models.members import User
from cases.models.people import Beneficiary
from cases.models.structures import Structure


class ReferentQuerySet(models.QuerySet["Referent"]):
    def proposed(self) -> Self:
        return self.filter(state=Referent.State.PROPOSED)

    def current(self) -> Self:
        """Those who hold a place now, whether the person was told yet or not."""
        return self.filter(state__in=Referent.HOLDING)


class Referent(models.Model):
    """A named professional of a structure, for one person: proposed, then in place, then ended."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "proposé"
        DECLINED = "declined", "décliné"
        WITHDRAWN = "withdrawn", "proposition retirée"
        ACCEPTED = "accepted", "accepté, personne à informer"
        ACTIVE = "active", "en place"
        ENDED = "ended", "terminé"

    HOLDING = (State.ACCEPTED, State.ACTIVE)

    class Decline(models.TextChoices):
        LOAD = "load", "charge de travail"
        NOT_KNOWN = "not_known", "la personne est suivie par un collègue"
        TIES = "ties", "lien personnel ou conflit d’intérêts"
        LEAVING = "leaving", "départ ou absence longue"
        OTHER_SERVICE = "other_service", "ne relève pas de la structure"

    class End(models.TextChoices):
        SUPPORT_ENDED = "support_ended", "fin de l’accompagnement"
        MOVED = "moved", "la personne a quitté le secteur"
        CHANGE_ASKED = "change_asked", "la personne demande à changer de référent"
        DEPARTURE = "departure", "départ du professionnel"
        DECEASED = "deceased", "décès"
        REFUSAL = "refusal", "la personne ne souhaite pas de référent"
        HANDED_OVER = "handed_over", "relais à un collègue"
        MERGED = "merged", "fusion de deux fiches"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="referents", verbose_name="dossier de coordination")
    beneficiary = models.ForeignKey(Beneficiary, models.PROTECT, related_name="referents", verbose_name="bénéficiaire")
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="referents", verbose_name="structure")
    user = models.ForeignKey(User, models.PROTECT, related_name="referent_of", verbose_name="référent")
    state = models.CharField("état", max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(
        User, models.PROTECT, related_name="referents_proposed", null=True, blank=True, verbose_name="proposé par"
    )
    proposed_at = models.DateTimeField("proposé le")
    answered_at = models.DateTimeField("répondu le", null=True, blank=True)
    decline_reason = models.CharField("motif du refus", max_length=14, choices=Decline, blank=True)
    since = models.DateField("depuis le", null=True, blank=True)
    until = models.DateField("jusqu’au", null=True, blank=True, help_text="Jour exclu : un droit cesse aussitôt.")
    informed_on = models.DateField("personne informée le", null=True, blank=True)
    informed_by = models.CharField("moyen", max_length=10, choices=InformationGiven.Means, blank=True)
    reviewed_on = models.DateField("dernier point le", null=True, blank=True)
    end_reason = models.CharField("motif de fin", max_length=14, choices=End, blank=True)
    successor = models.ForeignKey(
        "self", models.PROTECT, related_name="predecessors", null=True, blank=True, verbose_name="successeur"
    )
    without_successor = models.CharField("sans successeur parce que", max_length=200, blank=True)
    beside = models.BooleanField(
        "en même temps qu’un autre",
        default=False,
        db_default=False,
        editable=False,
        help_text="La personne avait alors deux fiches, réunies depuis : chacune avait le sien.",
    )

    objects = ReferentQuerySet.as_manager()

    class Meta:
        verbose_name = "référent"
        ordering = ["-since", "-pk"]
        constraints = [
            ExclusionConstraint(
                name="a_person_has_one_referent_in_a_structure",
                expressions=[
                    ("beneficiary", RangeOperators.EQUAL),
                    ("structure", RangeOperators.EQUAL),
                    (DAYS, RangeOperators.OVERLAPS),
                ],
                condition=Q(since__isnull=False, beside=False),
                violation_error_message="Cette personne a déjà un référent dans cette structure pour ces jours.",
            ),
            models.UniqueConstraint(
                fields=["beneficiary", "structure"],
                condition=Q(state="proposed"),
                name="one_referent_is_proposed_at_a_time",
                violation_error_message="Un référent est déjà proposé pour cette personne dans cette structure.",
            ),
            models.CheckConstraint(
                condition=Q(since=None, until=None) | Q(since__isnull=False, until=None) | Q(until__gte=F("since")),
                name="referent_ends_after_he_starts",
                violation_error_message="La fin du référent doit suivre son début.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "declined", "withdrawn"], since=None, until=None)
                | Q(state__in=["accepted", "active"], since__isnull=False, until=None)
                | Q(state="ended", since__isnull=False, until__isnull=False),
                name="referent_has_the_days_of_his_state",
                violation_error_message="Les dates du référent ne vont pas avec son état.",
            ),
            models.CheckConstraint(
                condition=Q(state="ended") & ~Q(end_reason="") | ~Q(state="ended") & Q(end_reason=""),
                name="a_referent_ends_for_a_reason",
                violation_error_message="Un référent prend fin pour un motif.",
            ),
            models.CheckConstraint(
                condition=Q(state="active", informed_on__isnull=False) | ~Q(state="active"),
                name="the_person_knows_an_active_referent",
                violation_error_message="Un référent est en place quand la personne en est informée.",
            ),
            models.CheckConstraint(
                condition=Q(beside=False) | Q(state="ended"),
                name="nobody_follows_beside_another_now",
                violation_error_message="Deux référents ne suivent pas aujourd’hui la même personne dans une structure.",
            ),
            models.CheckConstraint(
                condition=Q(successor=None) | ~Q(successor=F("pk")),
                name="nobody_succeeds_himself",
                violation_error_message="On ne se succède pas à soi-même.",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "structure", "state"], name="referents_of_a_professional"),
            models.Index(fields=["structure", "state"], name="referents_of_a_structure"),
        ]

    def __str__(self) -> str:
        return f"référent {self.pk}"

    @property
    def has_place(self) -> bool:
        return self.state in self.HOLDING


class CoordinationQuerySet(models.QuerySet["Coordination"]):
    def proposed(self) -> Self:
        return self.filter(state=Coordination.State.PROPOSED)

    def current(self) -> Self:
        return self.filter(state__in=Coordination.HOLDING)


class Coordination(models.Model):
    """The single référent whom a person is given among those of her structures, if she agrees."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "proposé"
        DECLINED = "declined", "décliné"
        WITHDRAWN = "withdrawn", "proposition retirée"
        ACCEPTED = "accepted", "accepté, accord de la personne à recueillir"
        AGREED = "agreed", "en place"
        ENDED = "ended", "terminé"

    HOLDING = (State.ACCEPTED, State.AGREED)

    class Basis(models.TextChoices):
        LEGAL = "legal", "sa structure est celle du référent unique"
        OPEN_CASE = "open_case", "sa structure suit le dossier ouvert"
        CHOSEN = "chosen", "choisi"

    class Decline(models.TextChoices):
        LOAD = "load", "charge de travail"
        BETTER_PLACED = "better_placed", "un autre référent est mieux placé"
        TIES = "ties", "lien personnel ou conflit d’intérêts"
        LEAVING = "leaving", "départ ou absence longue"

    class End(models.TextChoices):
        OBJECTION = "objection", "la personne s’oppose à la coordination"
        NOT_REFERENT = "not_referent", "il n’est plus son référent"
        NOT_NEEDED = "not_needed", "une seule structure suit la personne"
        MERGED = "merged", "fusion de deux fiches"
        RESUMED = "resumed", "une coordination précédente a repris"

    case = models.ForeignKey(
        Case, models.PROTECT, related_name="coordinations", verbose_name="dossier de coordination"
    )
    beneficiary = models.ForeignKey(
        Beneficiary, models.PROTECT, related_name="coordinations", verbose_name="bénéficiaire"
    )
    referent = models.ForeignKey(Referent, models.PROTECT, related_name="coordinations", verbose_name="référent")
    state = models.CharField("état", max_length=10, choices=State, default=State.PROPOSED)
    basis = models.CharField("proposé parce que", max_length=10, choices=Basis, default=Basis.CHOSEN)
    proposed_by = models.ForeignKey(
        User,
        models.PROTECT,
        related_name="coordinations_proposed",
        null=True,
        blank=True,
        verbose_name="proposé par",
        help_text="Personne, quand la règle désigne.",
    )
    proposed_at = models.DateTimeField("proposé le")
    decline_reason = models.CharField("motif du refus", max_length=13, choices=Decline, blank=True)
    since = models.DateField("depuis le", null=True, blank=True)
    until = models.DateField("jusqu’au", null=True, blank=True, help_text="Jour exclu.")
    agreed_on = models.DateField("accord de la personne le", null=True, blank=True)
    end_reason = models.CharField("motif de fin", max_length=12, choices=End, blank=True)
    resumes = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="resumed_by",
        null=True,
        blank=True,
        verbose_name="reprend",
        help_text="La coordination qu’un transfert ou une fusion avait arrêtée, et qui reprend.",
    )
    beside = models.BooleanField(
        "en même temps qu’un autre",
        default=False,
        db_default=False,
        editable=False,
        help_text="La personne avait alors deux fiches, réunies depuis : chacune avait le sien.",
    )

    objects = CoordinationQuerySet.as_manager()

    class Meta:
        verbose_name = "coordination"
        ordering = ["-pk"]
        constraints = [
            ExclusionConstraint(
                name="a_person_has_one_coordinator",
                expressions=[("beneficiary", RangeOperators.EQUAL), (DAYS, RangeOperators.OVERLAPS)],
                condition=Q(since__isnull=False, beside=False),
                violation_error_message="Cette personne a déjà un coordinateur pour ces jours.",
            ),
            models.UniqueConstraint(
                fields=["beneficiary"],
                condition=Q(state="proposed"),
                name="one_coordinator_is_proposed_at_a_time",
                violation_error_message="Un coordinateur est déjà proposé pour cette personne.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "declined", "withdrawn"], since=None, until=None)
                | Q(state__in=["accepted", "agreed"], since__isnull=False, until=None)
                | Q(state="ended", since__isnull=False, until__gte=F("since")),
                name="coordination_has_the_days_of_its_state",
                violation_error_message="Les dates de la coordination ne vont pas avec son état.",
            ),
            models.CheckConstraint(
                condition=Q(beside=False) | Q(state="ended"),
                name="nobody_coordinates_beside_another_now",
                violation_error_message="Deux coordinateurs ne coordonnent pas aujourd’hui pour la même personne.",
            ),
            models.CheckConstraint(
                condition=Q(state="agreed", agreed_on__isnull=False) | ~Q(state="agreed"),
                name="coordination_needs_an_agreement",
                violation_error_message="La coordination demande l’accord de la personne.",
            ),
        ]

    def __str__(self) -> str:
        return f"coordination {self.pk}"


class VacancyQuerySet(models.QuerySet["Vacancy"]):
    def open(self) -> Self:
        return self.filter(closed_on=None)


class Vacancy(models.Model):
    """A place that nobody holds, said aloud: of a structure’s référent, or of the coordinator (no structure)."""

    class Outcome(models.TextChoices):
        FILLED = "filled", "pourvue"
        NOT_NEEDED = "not_needed", "n’a plus lieu d’être"

    public_id = models.UUIDField("identifiant public", default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="vacancies", verbose_name="dossier de coordination")
    structure = models.ForeignKey(
        Structure, models.PROTECT, related_name="vacancies", null=True, blank=True, verbose_name="structure"
    )
    since = models.DateField("depuis le")
    closed_on = models.DateField("fermée le", null=True, blank=True)
    outcome = models.CharField("issue", max_length=10, choices=Outcome, blank=True)

    objects = VacancyQuerySet.as_manager()

    class Meta:
        verbose_name = "place vacante"
        verbose_name_plural = "places vacantes"
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "structure"],
                condition=Q(closed_on=None),
                nulls_distinct=False,
                name="a_place_is_vacant_once",
                violation_error_message="Cette place est déjà vacante.",
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None, outcome="") | Q(closed_on__gte=F("since")) & ~Q(outcome=""),
                name="a_vacancy_closes_with_an_outcome",
                violation_error_message="Une vacance se ferme avec une issue, après son début.",
            ),
        ]

    def __str__(self) -> str:
        return f"place vacante {self.pk}"

    def age_in_days(self, on: date) -> int:
        return (on - self.since).days


class Wish(models.Model):
    """What the person said of being followed: she objects to a coordination, or asks for another référent."""

    class Kind(models.TextChoices):
        OBJECTION = "objection", "s’oppose à la coordination"
        CHANGE = "change", "demande à changer de référent"

    case = models.ForeignKey(Case, models.PROTECT, related_name="wishes", verbose_name="dossier de coordination")
    kind = models.CharField("souhait", max_length=10, choices=Kind)
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="wishes", verbose_name="recueilli par")
    by = models.ForeignKey(User, models.PROTECT, related_name="wishes", verbose_name="par")
    said_on = models.DateField("dit le")
    lifted_on = models.DateField("retiré le", null=True, blank=True)

    class Meta:
        verbose_name = "souhait de la personne"
        verbose_name_plural = "souhaits de la personne"
        ordering = ["-said_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(kind="objection", lifted_on=None),
                name="a_person_objects_once",
                violation_error_message="L’opposition de cette personne est déjà notée.",
            ),
            models.CheckConstraint(
                condition=Q(lifted_on=None) | Q(lifted_on__gte=F("said_on")),
                name="a_wish_is_lifted_after_it_is_said",
                violation_error_message="Le retrait d’un souhait doit le suivre.",
            ),
        ]

    def __str__(self) -> str:
        return f"souhait {self.pk}"


class LegalReferent(models.Model):
    """The référent unique whom the law gives a person (France Travail, Département): recorded here, never decided."""

    case = models.ForeignKey(
        Case, models.PROTECT, related_name="legal_referents", verbose_name="dossier de coordination"
    )
    structure = models.ForeignKey(
        Structure, models.PROTECT, related_name="legal_referent_of", verbose_name="structure du référent unique"
    )
    recorded_by = models.ForeignKey(
        User, models.PROTECT, related_name="legal_referents_recorded", verbose_name="noté par"
    )
    known_on = models.DateField("connu le")
    ended_on = models.DateField("terminé le", null=True, blank=True)

    class Meta:
        verbose_name = "référent unique"
        verbose_name_plural = "référents uniques"
        ordering = ["-known_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(ended_on=None),
                name="a_person_has_one_legal_referent",
                violation_error_message="Le référent unique de cette personne est déjà noté.",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("known_on")),
                name="a_legal_referent_ends_after_he_is_known",
                violation_error_message="La fin du référent unique doit suivre le jour où il est connu.",
            ),
        ]

    def __str__(self) -> str:
        return f"référent unique {self.pk}"
