"""What the departure of a tenant said before it was changed or withdrawn is kept, whoever changed it."""

from django.db import migrations

from cases.migration_operations import keep_what_was


class Migration(migrations.Migration):
    atomic = False  # one table is locked at a time; stopped, it is run again
    dependencies = [("cases", "0049_say_who_left_a_lease")]

    operations = [keep_what_was("cases_leasedeparture")]
