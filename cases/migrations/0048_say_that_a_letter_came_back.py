from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0047_let_an_attempt_be_taken_back'),
    ]

    operations = [
        migrations.AddField(
            model_name='letter',
            name='returned_on',
            field=models.DateField(blank=True, null=True, verbose_name='revenu le'),
        ),
    ]
