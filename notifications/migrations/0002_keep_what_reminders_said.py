"""What the rules of reminders said before they were changed is kept."""

from django.db import migrations

from cases.migration_operations import keep_what_was


class Migration(migrations.Migration):
    dependencies = [("cases", "0018_keep_what_cases_said"), ("notifications", "0001_first_tables")]

    operations = [keep_what_was("notifications_reminderrule")]
