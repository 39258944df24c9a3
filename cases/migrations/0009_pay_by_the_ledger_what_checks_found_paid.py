"""An instalment that a monthly check found paid was paid by a payment: of its amount, on the day of the check."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db import migrations
from django.db.models import F

PARIS = ZoneInfo("Europe/Paris")


def forwards(apps, schema_editor):
    paid = apps.get_model("cases", "Instalment").objects.filter(state="paid", paid=0)
    checks = apps.get_model("cases", "PlanCheck").objects.filter(instalment__in=paid).select_related("instalment__plan")
    entries = [
        apps.get_model("cases", "LedgerEntry")(
            debt_id=check.plan.debt_id,
            kind="payment",
            amount=check.instalment.amount,
            on=check.checked_on,
            source="typed",
            plan_id=check.plan_id,
            by_id=check.by_id,
            recorded_at=datetime.combine(check.checked_on, time(12), tzinfo=PARIS),
        )
        for check in checks.order_by("checked_on", "pk")
    ]
    apps.get_model("cases", "LedgerEntry").objects.bulk_create(entries, batch_size=1000)
    paid.update(paid=F("amount"))


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_keep_a_ledger_of_debts")]

    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
