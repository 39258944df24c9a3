from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ('cases', '0071_find_open_cases_and_closings'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='sharingobjection',
            name='a_ground_is_opposed_once',
        ),
    ]
