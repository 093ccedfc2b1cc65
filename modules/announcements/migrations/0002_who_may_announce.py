"""Operators who manage operators get the permissions that came with this release, to hand on as they see fit."""

from django.db import migrations

FORWARD = """
UPDATE accounts_role r SET permissions = r.permissions || ARRAY(
    SELECT p FROM unnest(ARRAY['console.announce', 'console.support', 'console.delete_regency']::varchar[]) p
     WHERE NOT p = ANY(r.permissions))
 WHERE r.permissions @> ARRAY['console.manage_operators'::varchar];
"""


class Migration(migrations.Migration):
    dependencies = [("announcements", "0001_initial"), ("accounts", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
