"""A published definition is what its cases run on: the database refuses to change or delete it."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION services_refuse_version_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a published definition is never changed or deleted' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER services_refuse_version_change BEFORE UPDATE OR DELETE ON services_definitionversion
    FOR EACH ROW EXECUTE FUNCTION services_refuse_version_change();
"""
BACKWARD = """
DROP TRIGGER services_refuse_version_change ON services_definitionversion;
DROP FUNCTION services_refuse_version_change();
"""


class Migration(migrations.Migration):
    dependencies = [("services", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
