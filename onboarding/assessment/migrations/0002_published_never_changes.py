"""What was scored with an edition must stay comparable: the database refuses to change or delete a published one."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION assessment_instrument_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a published instrument is never changed or deleted' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER assessment_instrument_refuse BEFORE UPDATE OR DELETE ON assessment_instrument
    FOR EACH ROW WHEN (OLD.published_at IS NOT NULL) EXECUTE FUNCTION assessment_instrument_refuse();
"""
BACKWARD = """
DROP TRIGGER assessment_instrument_refuse ON assessment_instrument;
DROP FUNCTION assessment_instrument_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("assessment", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
