"""What was issued is never changed, and never more is counted than was billed: kept by the database itself."""

from django.db import migrations

# The functions look at public alone, whatever is current when a deferred check runs.
FORWARD = """
CREATE FUNCTION billing_issued_stays() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
    free text[] := coalesce(TG_ARGV, '{}');  -- null where there are none
BEGIN
    IF OLD.number = '' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' OR to_jsonb(OLD) - free IS DISTINCT FROM to_jsonb(NEW) - free THEN
        RAISE EXCEPTION '% % is issued and is never changed', TG_TABLE_NAME, OLD.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION billing_tax_invoice_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.tax_invoice <> '' AND NEW.tax_invoice <> OLD.tax_invoice THEN
        RAISE EXCEPTION 'the tax invoice of % is recorded already', OLD.number USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION billing_lines_stay() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
    parent bigint;
    issued text;
BEGIN
    parent := (to_jsonb(CASE TG_OP WHEN 'INSERT' THEN NEW ELSE OLD END) ->> TG_ARGV[1])::bigint;
    EXECUTE format('SELECT number FROM %I WHERE id = $1', TG_ARGV[0]) INTO issued USING parent;
    IF issued <> '' THEN
        RAISE EXCEPTION 'the lines of % are issued and are never changed', issued USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE FUNCTION billing_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free text[] := coalesce(TG_ARGV, '{}');  -- null where there are none
BEGIN
    IF TG_OP = 'DELETE' OR to_jsonb(OLD) - free IS DISTINCT FROM to_jsonb(NEW) - free THEN
        RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

-- Both kinds of rows lower what is owed. The invoice is locked: two of them at once wait for each other.
CREATE FUNCTION billing_not_more_than_billed() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
    bill billing_invoice;
    counted numeric;
BEGIN
    SELECT * INTO bill FROM billing_invoice WHERE id = NEW.invoice_id FOR UPDATE;
    IF bill.number = '' OR bill.state = 'void' THEN
        RAISE EXCEPTION 'invoice % is not owed', bill.id USING ERRCODE = 'check_violation';
    END IF;
    SELECT coalesce((SELECT sum(gross) FROM billing_payment WHERE invoice_id = bill.id AND reversed_at IS NULL), 0)
         + coalesce((SELECT sum(total) FROM billing_creditnote WHERE invoice_id = bill.id), 0) INTO counted;
    IF counted > bill.total THEN
        RAISE EXCEPTION 'more than the total of %', bill.number
            USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_not_overpaid';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION billing_gross_is_whole() RETURNS trigger LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
    paid billing_payment;
    kept numeric;
    of_payment bigint;
BEGIN
    of_payment := CASE TG_TABLE_NAME WHEN 'billing_payment' THEN (to_jsonb(NEW) ->> 'id')::bigint
                                     ELSE (to_jsonb(NEW) ->> 'payment_id')::bigint END;
    SELECT * INTO paid FROM billing_payment WHERE id = of_payment;
    SELECT coalesce(sum(amount), 0) INTO kept FROM billing_taxslip WHERE payment_id = of_payment;
    IF paid.gross <> paid.received + kept THEN
        RAISE EXCEPTION 'payment %: gross is not what was received and withheld', of_payment
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_gross_is_whole';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER billing_issued_stays BEFORE UPDATE OR DELETE ON billing_invoice FOR EACH ROW
    EXECUTE FUNCTION billing_issued_stays('state', 'provider', 'provider_id', 'provider_state', 'tax_invoice');
CREATE TRIGGER billing_tax_invoice_once BEFORE UPDATE OF tax_invoice ON billing_invoice FOR EACH ROW
    EXECUTE FUNCTION billing_tax_invoice_once();
CREATE TRIGGER billing_issued_stays BEFORE UPDATE OR DELETE ON billing_quotation FOR EACH ROW
    EXECUTE FUNCTION billing_issued_stays('state', 'decided_at', 'decided_by_id');
CREATE TRIGGER billing_lines_stay BEFORE INSERT OR UPDATE OR DELETE ON billing_invoiceline FOR EACH ROW
    EXECUTE FUNCTION billing_lines_stay('billing_invoice', 'invoice_id');
CREATE TRIGGER billing_lines_stay BEFORE INSERT OR UPDATE OR DELETE ON billing_quotationline FOR EACH ROW
    EXECUTE FUNCTION billing_lines_stay('billing_quotation', 'quotation_id');
CREATE TRIGGER billing_kept BEFORE UPDATE OR DELETE ON billing_invoicestate FOR EACH ROW
    EXECUTE FUNCTION billing_kept();
CREATE TRIGGER billing_kept BEFORE UPDATE OR DELETE ON billing_creditnote FOR EACH ROW
    EXECUTE FUNCTION billing_kept('provider_id');
CREATE TRIGGER billing_kept BEFORE UPDATE OR DELETE ON billing_payment FOR EACH ROW
    EXECUTE FUNCTION billing_kept('reversed_at', 'reversed_by_id', 'reversed_reason');
CREATE TRIGGER billing_kept BEFORE UPDATE OR DELETE ON billing_taxslip FOR EACH ROW
    EXECUTE FUNCTION billing_kept();
CREATE TRIGGER billing_kept BEFORE UPDATE OR DELETE ON billing_measure FOR EACH ROW
    EXECUTE FUNCTION billing_kept('sent_at');
CREATE TRIGGER billing_kept BEFORE UPDATE ON billing_webhookevent FOR EACH ROW
    EXECUTE FUNCTION billing_kept('state', 'attempts', 'outcome', 'processed_at');
CREATE TRIGGER billing_not_more_than_billed AFTER INSERT ON billing_payment FOR EACH ROW
    EXECUTE FUNCTION billing_not_more_than_billed();
CREATE TRIGGER billing_not_more_than_billed AFTER INSERT ON billing_creditnote FOR EACH ROW
    EXECUTE FUNCTION billing_not_more_than_billed();
CREATE CONSTRAINT TRIGGER billing_gross_is_whole AFTER INSERT ON billing_payment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_gross_is_whole();
CREATE CONSTRAINT TRIGGER billing_gross_is_whole AFTER INSERT ON billing_taxslip
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_gross_is_whole();
"""
BACKWARD = """
DROP TRIGGER billing_gross_is_whole ON billing_taxslip;
DROP TRIGGER billing_gross_is_whole ON billing_payment;
DROP TRIGGER billing_not_more_than_billed ON billing_creditnote;
DROP TRIGGER billing_not_more_than_billed ON billing_payment;
DROP TRIGGER billing_kept ON billing_webhookevent;
DROP TRIGGER billing_kept ON billing_measure;
DROP TRIGGER billing_kept ON billing_taxslip;
DROP TRIGGER billing_kept ON billing_payment;
DROP TRIGGER billing_kept ON billing_creditnote;
DROP TRIGGER billing_kept ON billing_invoicestate;
DROP TRIGGER billing_lines_stay ON billing_quotationline;
DROP TRIGGER billing_lines_stay ON billing_invoiceline;
DROP TRIGGER billing_issued_stays ON billing_quotation;
DROP TRIGGER billing_tax_invoice_once ON billing_invoice;
DROP TRIGGER billing_issued_stays ON billing_invoice;
DROP FUNCTION billing_gross_is_whole();
DROP FUNCTION billing_not_more_than_billed();
DROP FUNCTION billing_kept();
DROP FUNCTION billing_lines_stay();
DROP FUNCTION billing_tax_invoice_once();
DROP FUNCTION billing_issued_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
