"""A regency begins in trial; those that are here already have been working for real."""

from django.db import migrations, models
from django.db.models import F, Q


def already_live(apps, schema_editor):
    regencies = apps.get_model("tenants", "Regency").objects.exclude(state__in=["draft", "provisioning"])
    regencies.update(live_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [("tenants", "0004_schema_names_are_for_life")]

    operations = [
        migrations.AddField(
            model_name="regency",
            name="live_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="Mulai berlaku"),
        ),
        migrations.AddField(
            model_name="regency",
            name="live_by",
            field=models.CharField(blank=True, default="", max_length=120, verbose_name="Dibuka oleh"),
            preserve_default=False,
        ),
        migrations.RunPython(already_live, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="regency",
            constraint=models.CheckConstraint(
                condition=Q(("live_by", ""), ("live_at__isnull", False), _connector="OR"),
                name="regency_live_by_and_at",
            ),
        ),
    ]
