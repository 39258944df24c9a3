"""What steps, procedures and rules of routing said before they were changed is kept.

Of a step, not what the database copies from its case.
"""

from django.db import migrations

from cases.migration_operations import keep_what_was

TABLES = (
    "workflows_caseprocess",
    "workflows_casetask_deadlines",
    "workflows_casetask_previous",
    "workflows_commission",
    "workflows_commissionitem",
    "workflows_committeereport",
    "workflows_identitydecision",
    "workflows_importcorrection",
    "workflows_importmapping",
    "workflows_routingdecision",
    "workflows_routingrule",
    "workflows_stockpace",
)


class Migration(migrations.Migration):
    atomic = False  # one table is locked at a time; stopped, it is run again
    dependencies = [("cases", "0018_keep_what_cases_said"), ("workflows", "0008_count_figures_by_territory")]

    operations = [
        *(keep_what_was(table) for table in TABLES),
        keep_what_was("workflows_casetask", but=("answering_id", "residence", "legal_on", "nearest_on", "remind_on")),
    ]
