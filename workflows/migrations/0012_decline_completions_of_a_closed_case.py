from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("workflows", "0011_say_the_ground_of_an_import")]

    operations = [
        migrations.AlterField(
            model_name="proposedcompletion",
            name="decline_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("other", "ce n’est pas ce ménage"),
                    ("known", "déjà connu, ou dépassé"),
                    ("to_detail", "à préciser : en parler par téléphone"),
                    ("closed", "le dossier a été clos avant la réponse"),
                ],
                max_length=10,
                verbose_name="motif",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="proposedcompletion", name="an_answered_completion_says_when_and_by_whom"
        ),
        # Every row that kept the former one keeps this one: it asks for less.
        AddConstraintNotValid(
            model_name="proposedcompletion",
            constraint=models.CheckConstraint(
                condition=Q(state="asked", answered_at=None, answered_by=None)
                | (
                    ~Q(state="asked")
                    & Q(answered_at__isnull=False, said={})
                    & (Q(answered_by__isnull=False) | Q(decline_reason="closed"))
                ),
                name="an_answered_completion_says_when_and_by_whom",
            ),
        ),
    ]
