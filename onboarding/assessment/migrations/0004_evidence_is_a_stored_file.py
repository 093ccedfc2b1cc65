"""Evidence is kept as every checked file is; no column changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assessment", "0003_what_was_measured"),
    ]

    operations = [
        migrations.AlterField(
            model_name="evidence",
            name="original_name",
            field=models.CharField(max_length=120, verbose_name="Nama berkas"),
        ),
        migrations.AlterField(
            model_name="evidence",
            name="size",
            field=models.PositiveIntegerField(verbose_name="Ukuran"),
        ),
        migrations.AlterField(
            model_name="evidence",
            name="uploaded_at",
            field=models.DateTimeField(verbose_name="Diunggah pada"),
        ),
    ]
