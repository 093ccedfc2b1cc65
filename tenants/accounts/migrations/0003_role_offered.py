"""What the templates of roles have given so far: a later release adds only what is new to a role.

Of the roles that templates made, that is what they hold and what the audit says was taken from them. A role that
somebody made by hand was offered nothing.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

FORWARD = """
UPDATE accounts_role r SET offered = (
    SELECT coalesce(array_agg(DISTINCT name), '{}') FROM (
        SELECT unnest(r.permissions) AS name
        UNION
        SELECT jsonb_array_elements_text(e.data->'removed') FROM audit_auditentry e
         WHERE e.action = 'accounts.role_changed' AND e.subject_type = 'accounts.role' AND e.subject_id = r.id::text
    ) AS given
)
WHERE NOT EXISTS (
    SELECT FROM audit_auditentry e
     WHERE e.action = 'accounts.role_created' AND e.subject_type = 'accounts.role' AND e.subject_id = r.id::text
);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_support_accounts"), ("audit", "0002_append_only_chain")]
    operations = [
        migrations.AddField(
            model_name="role",
            name="offered",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=80), default=list, editable=False, size=None
            ),
        ),
        migrations.RunSQL(FORWARD, migrations.RunSQL.noop),
    ]
