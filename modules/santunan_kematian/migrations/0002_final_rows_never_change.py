"""What was decided, paid and handed over is final: the database refuses to change or delete it.

Each table names the columns that may be written once, while they are empty (or hold the provisional number of a
row whose number is being drawn), and the column that ends every change once it is written. A sealed value may be
sealed anew with another key: the hash in front of it stays.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION santunan_kematian_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    once text[] := string_to_array(TG_ARGV[0], ',');
    sealed text[] := string_to_array(TG_ARGV[2], ',');
    was jsonb := to_jsonb(OLD);
    is_over boolean := coalesce(was ->> TG_ARGV[1], '') <> '';
    field text;
    before text;
    after text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a row of % is never deleted', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOR field, after IN SELECT * FROM jsonb_each_text(to_jsonb(NEW)) LOOP
        before := was ->> field;
        IF before IS NOT DISTINCT FROM after
            OR field = ANY (sealed) AND left(before, 66) = left(after, 66)
            OR field = ANY (once) AND NOT is_over
                AND (coalesce(before, '') = '' OR field = 'number' AND before LIKE '-%') THEN
            CONTINUE;
        END IF;
        RAISE EXCEPTION '% of % is final', field, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END LOOP;
    RETURN NULL;
END $$;

-- A payment that was made fixes the decision and the claim that it rests on.
CREATE FUNCTION santunan_kematian_refuse_when_paid() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := string_to_array(TG_ARGV[1], ',');
    paid boolean;
BEGIN
    IF to_jsonb(NEW) - free IS NOT DISTINCT FROM to_jsonb(OLD) - free THEN
        RETURN NULL;
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM %I.santunan_kematian_payment WHERE %I = $1 AND paid_at IS NOT NULL)',
                   TG_TABLE_SCHEMA, TG_ARGV[0]) INTO paid USING OLD.id;
    IF paid THEN
        RAISE EXCEPTION 'a row of % that was paid is final', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NULL;
END $$;
"""
# Table, columns written once, the column that ends every change, sealed columns.
FINAL = [
    ("housesurvey", "", "", ""),
    ("decree", "number,attachment_id", "", ""),
    ("paymentlist", "number,sp2d_number,sp2d_date,disbursed_by_id,disbursed_at", "disbursed_at", ""),
    ("payment", "receipt_number,paid_at", "paid_at", "person"),
    ("handover", "number,photo_id", "", ""),
    ("deathreport", "acknowledged_at,acknowledged_by_id,reference", "acknowledged_at", ""),
    ("decision", "decree_id,revoked_at,revoked_by_id,revoked_reason", "revoked_at", ""),
]
TRIGGER = """
CREATE TRIGGER santunan_kematian_refuse_change AFTER UPDATE OR DELETE ON santunan_kematian_{}
    FOR EACH ROW EXECUTE FUNCTION santunan_kematian_refuse_change('{}', '{}', '{}');
"""
# Personal values whose hash has a column of its own, or that have none, may be sealed anew.
PAID = """
CREATE TRIGGER santunan_kematian_refuse_when_paid AFTER UPDATE ON santunan_kematian_decision
    FOR EACH ROW EXECUTE FUNCTION santunan_kematian_refuse_when_paid('decision_id', '');
CREATE TRIGGER santunan_kematian_refuse_when_paid AFTER UPDATE ON santunan_kematian_claim
    FOR EACH ROW EXECUTE FUNCTION santunan_kematian_refuse_when_paid(
        'claim_id', 'nik,kk,heir_nik,death_cause,heir_phone,heir_account,tracking_secret');
"""
BACKWARD = (
    "".join(f"DROP TRIGGER santunan_kematian_refuse_change ON santunan_kematian_{table};" for table, *_ in FINAL)
    + """
DROP TRIGGER santunan_kematian_refuse_when_paid ON santunan_kematian_decision;
DROP TRIGGER santunan_kematian_refuse_when_paid ON santunan_kematian_claim;
DROP FUNCTION santunan_kematian_refuse_change();
DROP FUNCTION santunan_kematian_refuse_when_paid();
"""
)


class Migration(migrations.Migration):
    dependencies = [("santunan_kematian", "0001_initial")]
    operations = [
        migrations.RunSQL(FORWARD + "".join(TRIGGER.format(*row) for row in FINAL) + PAID, BACKWARD),
    ]
