"""What people, cases and structures said before they were changed is kept, whoever changed them.

Of a participation, not what it repeats of its case; of an account, never its password.
"""

from django.db import migrations

from cases.migration_operations import keep_what_was

TABLES = (
    "cases_absence",
    "cases_absence_substitutes",
    "cases_appointment",
    "cases_assignment",
    "cases_beneficiary",
    "cases_case",
    "cases_caselabel",
    "cases_causealert",
    "cases_closure",
    "cases_contactattempt",
    "cases_coordination",
    "cases_datacontroller",
    "cases_deadline",
    "cases_deadlinerule",
    "cases_debt",
    "cases_debtline",
    "cases_debtstatement",
    "cases_diagnostic",
    "cases_diagnosticblock",
    "cases_diagnosticdebt",
    "cases_diagnosticdevice",
    "cases_diagnosticexpense",
    "cases_diagnosticperson",
    "cases_diagnosticresource",
    "cases_distinctpeople",
    "cases_document",
    "cases_edition",
    "cases_formerfraud",
    "cases_household",
    "cases_householdfact",
    "cases_householdmember",
    "cases_informationgiven",
    "cases_installation",
    "cases_instalment",
    "cases_invitation",
    "cases_label",
    "cases_landlordprofile",
    "cases_ledgerentry",
    "cases_legalreferent",
    "cases_letter",
    "cases_letter_pieces",
    "cases_measure",
    "cases_measuremove",
    "cases_membership",
    "cases_merge",
    "cases_mergechange",
    "cases_milestone",
    "cases_nomination",
    "cases_note",
    "cases_organisation",
    "cases_overpaymentnotice",
    "cases_plancheck",
    "cases_question",
    "cases_question_deadlines",
    "cases_questiontext",
    "cases_referent",
    "cases_rentmonth",
    "cases_repaymentplan",
    "cases_report",
    "cases_sharingrequest",
    "cases_spoken",
    "cases_structure",
    "cases_subjectrequest",
    "cases_suspension",
    "cases_tenancy",
    "cases_territory",
    "cases_user_groups",
    "cases_user_user_permissions",
    "cases_vacancy",
    "cases_watch",
    "cases_wish",
    "cases_withholdingcheck",
)


class Migration(migrations.Migration):
    atomic = False  # one table is locked at a time; stopped, it is run again
    dependencies = [("cases", "0017_find_lines_by_transaction")]

    operations = [
        *(keep_what_was(table) for table in TABLES),
        keep_what_was("cases_user", but=("password", "last_login")),
        keep_what_was("cases_participation", but=("is_open", "next_due_on")),
    ]
