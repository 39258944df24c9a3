from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0010_say_the_territories'),
    ]

    operations = [
        migrations.AddField(
            model_name='invitation',
            name='called',
            field=models.CharField(blank=True, db_default='', max_length=161, verbose_name='nom donné'),
        ),
        migrations.AddField(
            model_name='nomination',
            name='called',
            field=models.CharField(blank=True, db_default='', max_length=161, verbose_name='nom donné'),
        ),
    ]
