"""The steps of a case are its history: the database refuses to change or delete one."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION services_refuse_event_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a step that was taken is never changed or deleted' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER services_refuse_event_change BEFORE UPDATE OR DELETE ON services_caseevent
    FOR EACH ROW EXECUTE FUNCTION services_refuse_event_change();
"""
BACKWARD = """
DROP TRIGGER services_refuse_event_change ON services_caseevent;
DROP FUNCTION services_refuse_event_change();
"""


class Migration(migrations.Migration):
    dependencies = [("services", "0002_versions_never_change")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
