"""Rows chain by hash and cannot be changed: both are kept by the database, not by the application."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION audit_hash(e audit_auditentry) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT encode(sha256(convert_to(concat_ws(E'\\x1f',
        e.previous, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'), coalesce(e.actor_id::text, ''),
        e.actor_name, e.action, e.subject_type, e.subject_id, e.subject_label, e.data::text, e.request_id
    ), 'UTF8')), 'hex')
$$;

CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- One writer at a time per schema, until its transaction ends: a chain has no branches.
    PERFORM pg_advisory_xact_lock(7201, hashtext(TG_TABLE_SCHEMA));
    -- The id was drawn before the lock; a later one would break the order of the chain.
    NEW.id := nextval(pg_get_serial_sequence(quote_ident(TG_TABLE_SCHEMA) || '.' || quote_ident(TG_TABLE_NAME), 'id'));
    EXECUTE format('SELECT coalesce((SELECT hash FROM %I.%I ORDER BY id DESC LIMIT 1), '''')',
                   TG_TABLE_SCHEMA, TG_TABLE_NAME) INTO NEW.previous;
    NEW.hash := audit_hash(NEW);
    RETURN NEW;
END $$;

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit rows are never changed or deleted' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_chain BEFORE INSERT ON audit_auditentry FOR EACH ROW EXECUTE FUNCTION audit_chain();
CREATE TRIGGER audit_refuse_change BEFORE UPDATE OR DELETE ON audit_auditentry
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_refuse_truncate BEFORE TRUNCATE ON audit_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
"""
BACKWARD = """
DROP TRIGGER audit_refuse_truncate ON audit_auditentry;
DROP TRIGGER audit_refuse_change ON audit_auditentry;
DROP TRIGGER audit_chain ON audit_auditentry;
DROP FUNCTION audit_refuse();
DROP FUNCTION audit_chain();
DROP FUNCTION audit_hash(audit_auditentry);
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
