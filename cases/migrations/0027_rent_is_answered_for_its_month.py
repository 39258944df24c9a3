"""What a monthly check said of the rent is kept for the month of the check; the last check of a month stands."""

from django.db import migrations


def forwards(apps, schema_editor):
    rent_month = apps.get_model("cases", "RentMonth")
    checks = apps.get_model("cases", "PlanCheck").objects.exclude(rent_paid=None).select_related("plan__debt")
    answers = {}
    for check in checks.exclude(plan__debt__tenancy=None).order_by("checked_on", "pk"):
        month = check.checked_on.replace(day=1)
        answers[check.plan.debt.tenancy_id, month] = rent_month(
            tenancy_id=check.plan.debt.tenancy_id,
            month=month,
            paid="yes" if check.rent_paid else "no",
            source="professional",
            by_id=check.by_id,
            known_on=check.checked_on,
        )
    rent_month.objects.bulk_create(answers.values(), batch_size=1000)


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0026_follow_rent_month_by_month'),
    ]

    operations = [
        migrations.RunPython(forwards, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='plancheck',
            name='rent_paid',
        ),
    ]
