from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("letters", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="letter",
            name="is_trial",
            field=models.BooleanField(default=False, editable=False, verbose_name="Uji coba"),
        ),
    ]
