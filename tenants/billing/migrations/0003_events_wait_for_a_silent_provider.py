from django.db import migrations, models

_TRIGGER = """
DROP TRIGGER billing_kept ON billing_webhookevent;
CREATE TRIGGER billing_kept BEFORE UPDATE ON billing_webhookevent FOR EACH ROW
    EXECUTE FUNCTION billing_kept('state', 'attempts', 'outcome', 'processed_at'{more});
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_what_is_issued_stays")]
    operations = [
        migrations.AddField("webhookevent", "next_at", models.DateTimeField(blank=True, null=True)),
        migrations.RunSQL(_TRIGGER.format(more=", 'next_at'"), _TRIGGER.format(more="")),
    ]
