"""The append-only journal and the outbox: what happened, and what remains to be told."""

import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now

from cases.models.case import Case
from cases.models.members import User
from cases.models.past_rows import ActOfTransaction
from cases.models.structures import Structure

ANSWERS = ["step.accepted", "step.declined", "step.unanswered"]
"""What a structure answers when it is asked to take charge of a case, or that it does not."""
GROUPED = ["tasks.given", "tasks.reminded", "tasks.set_aside", "tasks.labelled", "tasks.unlabelled"]
"""Acts of a manager on several steps at once."""
EXPORTS = ["list.exported", "export.downloaded"]
"""Lists that somebody took away as files: the officers read who did."""
OPENINGS = ["opening.opened", "opening.closed"]
"""The banner of trial was taken away, or put back."""
COUNTED_ACTS = ["step.acceptance_taken_back", "case.reopened", "notice.recorded"]
"""Rare acts that the figures of the steering committee look for among all lines."""


LOSES_DATA_ONLY = """
IF TG_OP = 'UPDATE' AND NEW.data <@ OLD.data AND to_jsonb(NEW) - 'data' = to_jsonb(OLD) - 'data' AND EXISTS (
  SELECT FROM cases_household h WHERE h.anonymised_on IS NOT NULL AND h.id = CASE
    WHEN OLD.case_id IS NOT NULL THEN (SELECT c.household_id FROM cases_case c WHERE c.id = OLD.case_id)
    WHEN jsonb_typeof(OLD.data -> 'household') = 'number' THEN (OLD.data ->> 'household')::bigint
  END
) THEN
  RETURN NEW;
END IF;
RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;
"""
"""Whoever asks: a line is never deleted, and never says anything else. That of a household that was anonymised
may say less, be it of a case or of none."""


class JournalEntry(models.Model):
    """One act. Ids and codes only: free text is a `Note`, which can be erased; this line cannot."""

    kind = models.CharField("acte", max_length=40)
    case = models.ForeignKey(Case, models.PROTECT, related_name="journal", null=True, verbose_name="dossier")
    actor = models.ForeignKey(User, models.PROTECT, related_name="acts", null=True, verbose_name="auteur")
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="acts", null=True, verbose_name="structure")
    happened_at = models.DateTimeField("le")
    data = models.JSONField("données", default=dict)
    cause = models.ForeignKey(
        "self", models.PROTECT, related_name="consequences", null=True, verbose_name="conséquence de"
    )
    act = models.UUIDField("transaction", null=True, editable=False, db_default=ActOfTransaction())

    class Meta:
        verbose_name = "ligne du journal"
        verbose_name_plural = "lignes du journal"
        ordering = ["-happened_at", "-pk"]
        indexes = [
            models.Index(fields=["case", "-happened_at", "-id"], name="timeline_of_a_case"),
            models.Index(
                fields=["case", "-happened_at", "-id"],
                include=["actor"],
                condition=models.Q(kind="case.closed"),
                name="closings_of_a_case",
            ),
            BrinIndex(fields=["happened_at"], name="acts_of_a_day"),
            models.Index(
                fields=["structure", "happened_at"],
                condition=models.Q(kind__in=ANSWERS),
                name="answers_of_a_structure",
            ),
            models.Index(
                fields=["structure", "-happened_at"],
                condition=models.Q(kind__in=GROUPED),
                name="grouped_acts_of_a_structure",
            ),
            models.Index(fields=["-id"], condition=models.Q(kind__in=EXPORTS), name="exports_newest_first"),
            models.Index(fields=["-id"], condition=models.Q(kind__in=OPENINGS), name="openings_newest_first"),
            models.Index(
                fields=["structure", "-id"],
                condition=models.Q(kind="referents.handed_over"),
                name="transfers_of_a_structure",
            ),
            models.Index(fields=["act"], condition=models.Q(act__isnull=False), name="lines_of_a_transaction"),
            models.Index(
                fields=["kind", "happened_at"],
                condition=models.Q(kind__in=COUNTED_ACTS),
                name="acts_that_figures_count",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="journal_is_append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=LOSES_DATA_ONLY,
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Outbox(models.Model):
    """A journal line whose notices do not exist yet. Deleted, under SKIP LOCKED, once they do."""

    entry = models.OneToOneField(JournalEntry, models.PROTECT, related_name="outbox", verbose_name="ligne")
    created_at = models.DateTimeField("créé le", db_default=Now(), editable=False)

    class Meta:
        verbose_name = "ligne à notifier"
        verbose_name_plural = "lignes à notifier"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"outbox {self.entry_id}"
