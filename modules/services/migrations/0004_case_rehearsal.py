from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("services", "0003_events_never_change")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="is_rehearsal",
            field=models.BooleanField(default=False, editable=False, verbose_name="Latihan"),
        ),
    ]
