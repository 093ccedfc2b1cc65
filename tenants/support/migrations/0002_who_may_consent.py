"""Who manages roles today may let the central team in: regencies that are open already need somebody who can."""

from django.db import migrations

FORWARD = """
UPDATE accounts_role SET permissions = array_append(permissions, 'support.consent'::varchar)
 WHERE permissions @> ARRAY['staff.manage_roles'::varchar] AND NOT permissions @> ARRAY['support.consent'::varchar];
"""


class Migration(migrations.Migration):
    dependencies = [("support", "0001_initial"), ("accounts", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
