"""What a check of the debt of a rent said before it was changed is kept, whoever changed it."""

from django.db import migrations

from cases.migration_operations import keep_what_was


class Migration(migrations.Migration):
    atomic = False  # one table is locked at a time; stopped, it is run again
    dependencies = [("cases", "0045_check_rent_debts")]

    operations = [keep_what_was("cases_rentcheck")]
