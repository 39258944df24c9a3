"""Who last took the banner away, or put it back: read on each view of the page of the conditions, where there may be none."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("cases", "0034_let_lines_without_a_case_lose_words")]

    operations = [
        AddIndexConcurrently(
            model_name="journalentry",
            index=models.Index(
                condition=models.Q(("kind__in", ["opening.opened", "opening.closed"])),
                fields=["-id"],
                name="openings_newest_first",
            ),
        )
    ]
