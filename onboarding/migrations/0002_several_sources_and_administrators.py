from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="provisioningrun",
            name="sources",
            field=models.JSONField(default=dict, verbose_name="Templat dari"),
        ),
        migrations.AddField(
            model_name="provisioningrun",
            name="administrators",
            field=models.JSONField(default=list, verbose_name="Administrator lain"),
        ),
    ]
