"""A controller has a register of requests in each territory: a reference of one is unknown in the other."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0011_say_how_who_is_invited_was_named'),
    ]

    operations = [
        migrations.AddField(
            model_name='subjectrequest',
            name='territory',
            field=models.SlugField(blank=True, db_default='', db_index=False, verbose_name='territoire'),
        ),
        # safe: a few requests a year
        migrations.RunSQL(
            'UPDATE "cases_subjectrequest" AS "request" SET "territory" = "cases_edition"."territory"'
            ' FROM "cases_deadlinerule" JOIN "cases_edition" ON "cases_edition"."id" = "cases_deadlinerule"."edition_id"'
            ' WHERE "cases_deadlinerule"."id" = "request"."rule_id"',
            migrations.RunSQL.noop,
        ),
        migrations.RemoveConstraint(
            model_name='subjectrequest',
            name='a_reference_is_once_in_a_register',
        ),
        # safe: a few requests a year
        migrations.AddConstraint(
            model_name='subjectrequest',
            constraint=models.UniqueConstraint(fields=('organisation', 'territory', 'reference'), name='a_reference_is_once_in_a_territory', violation_error_message='Cette référence est déjà dans votre registre.'),
        ),
    ]
