"""Hashes of personal numbers and the fingerprints printed on letters hold the schema's name: it never changes again."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION tenants_refuse_other_schema() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the schema of % is for life: what is hashed in it would not be found again', OLD.schema_name
        USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER tenants_refuse_other_schema BEFORE UPDATE OF schema_name ON tenants_regency FOR EACH ROW
    WHEN (OLD.schema_name IS DISTINCT FROM NEW.schema_name AND OLD.state NOT IN ('draft', 'provisioning'))
    EXECUTE FUNCTION tenants_refuse_other_schema();
"""
BACKWARD = """
DROP TRIGGER tenants_refuse_other_schema ON tenants_regency;
DROP FUNCTION tenants_refuse_other_schema();
"""


class Migration(migrations.Migration):
    dependencies = [("tenants", "0003_regency_identity")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
