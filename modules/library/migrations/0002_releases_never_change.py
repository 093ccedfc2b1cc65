"""A release is what others have cloned: the database refuses to change or delete one."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION library_release_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a release is never changed or deleted' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER library_release_refuse BEFORE UPDATE OR DELETE ON library_release
    FOR EACH ROW EXECUTE FUNCTION library_release_refuse();
"""
BACKWARD = """
DROP TRIGGER library_release_refuse ON library_release;
DROP FUNCTION library_release_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("library", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
