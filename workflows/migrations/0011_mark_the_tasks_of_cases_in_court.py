from django.db import migrations

IN_COURT = [
    "order_to_pay_served", "ccapex_seized", "summons_served", "prefect_notified", "hearing", "dsf_sent",
    "payment_delays_granted", "order_to_leave_served", "leave_delays_granted", "police_requested", "protocol_signed",
]
ENDING = ["debt_cleared", "new_lease_signed", "left"]


def mark(apps, schema_editor):
    """Near enough: the next dated fact of a case judges it exactly."""
    task, milestone = apps.get_model("workflows", "CaseTask"), apps.get_model("cases", "Milestone")
    current = milestone._default_manager.filter(replaced_by=None, voided_at=None)
    cases = set(current.filter(kind__in=IN_COURT).values_list("case", flat=True))
    cases -= set(current.filter(kind__in=ENDING).values_list("case", flat=True))
    task._default_manager.filter(case__in=cases, is_human=True, status__in=["NEW", "STARTED"]).update(comes_first=True)


class Migration(migrations.Migration):

    dependencies = [
        ("workflows", "0010_put_cases_in_court_first"),
        ("cases", "0006_say_whether_a_lease_has_a_guarantor"),
    ]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
