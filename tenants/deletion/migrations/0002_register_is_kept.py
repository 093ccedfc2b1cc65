"""The register of what was destroyed is kept for ever: only the end of a destruction may still be written in."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION deletion_register_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.finished_at IS NULL AND NEW.finished_at IS NOT NULL
       AND to_jsonb(OLD) - 'finished_at' - 'elsewhere' = to_jsonb(NEW) - 'finished_at' - 'elsewhere' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the register of destructions is never changed or deleted' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER deletion_register_refuse BEFORE UPDATE OR DELETE ON deletion_destruction
    FOR EACH ROW EXECUTE FUNCTION deletion_register_refuse();
CREATE TRIGGER deletion_register_refuse_truncate BEFORE TRUNCATE ON deletion_destruction
    FOR EACH STATEMENT EXECUTE FUNCTION deletion_register_refuse();
"""
BACKWARD = """
DROP TRIGGER deletion_register_refuse_truncate ON deletion_destruction;
DROP TRIGGER deletion_register_refuse ON deletion_destruction;
DROP FUNCTION deletion_register_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("deletion", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
