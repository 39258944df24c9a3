from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("workflows", "0012_decline_completions_of_a_closed_case")]

    operations = [
        AddIndexConcurrently(
            model_name="casetask",
            index=models.Index(
                fields=["structure", "-comes_first", "nearest_on", "id"],
                condition=Q(status__in=["NEW", "STARTED"], is_human=True),
                name="backlog_in_its_order",
            ),
        ),
        RemoveIndexConcurrently(model_name="casetask", name="inbox_of_a_structure"),
    ]
