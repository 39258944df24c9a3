"""The access log: who was shown what, when, by which right. Ids and codes; never a word that was typed or read."""

import pgtrigger
from django.db import models

from cases.models.case import Case
from cases.models.members import User
from cases.models.structures import Structure


class AccessEntry(models.Model):
    """Somebody was shown a page, a list or a file: one row each time, by whatever method (decisions/0023).

    Its table is made of one part for each month, in a schema that the application cannot enter; a month is forgotten by
    dropping its part. No constraint leads to other tables: a row outlives what it names, and parts come and go without
    locking the cases.
    """

    class Kind(models.TextChoices):
        CASE = "case", "dossier"
        DOCUMENTS = "documents", "pièces"
        LETTERS = "letters", "courriers"
        DIAGNOSIS = "diagnosis", "diagnostic et feuilles"
        QUESTION = "question", "question à un organisme"
        CONTACT = "contact", "coordonnées"
        ARCHIVE = "archive", "archive restreinte"
        REVIEW = "review", "dossier à remettre à la personne"
        SEARCH = "search", "recherche : connu d’un service"
        LOOKUP = "lookup", "recherche"
        LIST = "list", "liste"
        REPORT = "report", "signalement"
        DOWNLOAD = "download", "pièce ou courrier ouvert"
        PRINT = "print", "feuille imprimée"
        EXPORT = "export", "liste emportée"
        TRACES = "traces", "traces d’un dossier"
        FAMILY = "family", "fiche lue sur internet, avec son code"
        MISSED = "missed", "essai manqué avec un code de fiche"

    class Right(models.TextChoices):
        ASSIGNMENT = "assignment", "affectation"
        STRUCTURE = "structure", "droit dans la structure"
        MANAGER = "manager", "responsable de la structure"
        ASKED = "asked", "structure sollicitée"
        PILOT = "pilot", "pilotage"
        REPORTING = "reporting", "signalement"
        QUESTION = "question", "question posée à l’organisme"
        OFFICER = "officer", "délégué à la protection des données"
        ADMINISTRATOR = "administrator", "administration"
        BREAK_GLASS = "break_glass", "accès d’urgence"
        PERSON = "person", "la personne elle-même"
        CODE = "code", "code d’une fiche"

    user = models.ForeignKey(
        User,
        models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
        null=True,
        verbose_name="professionnel",
        help_text="Personne : la page de la famille, qui se lit sans compte.",
    )
    case = models.ForeignKey(
        Case,
        models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
        null=True,
        verbose_name="dossier",
    )
    structure = models.ForeignKey(
        Structure,
        models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
        null=True,
        verbose_name="structure",
        help_text="Celle pour laquelle le professionnel voit ce qu’il voit.",
    )
    kind = models.CharField("nature", max_length=10, choices=Kind)
    page = models.CharField("page", max_length=40, blank=True, help_text="Nom de son adresse.")
    right = models.CharField("à quel titre", max_length=13, choices=Right, blank=True)
    reason = models.CharField("motif", max_length=20, blank=True, help_text="Code, là où un motif est demandé.")
    criteria = models.CharField(
        "critères", max_length=80, blank=True, help_text="Leurs noms ; jamais ce qui a été saisi."
    )
    day = models.DateField("jour")
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "accès"
        verbose_name_plural = "accès"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["case", "-id"], name="accesses_to_a_case"),
            models.Index(fields=["structure", "day"], name="accesses_of_a_structure"),
            models.Index(fields=["user", "day"], name="accesses_of_a_person"),
            models.Index(fields=["day"], name="accesses_of_a_day"),
        ]
        triggers = [
            pgtrigger.Protect(name="accesses_are_never_rewritten", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"accès {self.pk}"

    @property
    def is_assigned(self) -> bool:
        return self.right == self.Right.ASSIGNMENT
