from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assessment", "0002_published_never_changes")]
    operations = [
        migrations.AddField(
            model_name="answer",
            name="measurement",
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
        ),
    ]
