"""Answers are never changed; a questionnaire that was answered and a report that was validated neither."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION skm_refuse_answer_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an answer is never changed' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER skm_refuse_answer_change BEFORE UPDATE ON skm_response
    FOR EACH ROW EXECUTE FUNCTION skm_refuse_answer_change();

CREATE FUNCTION skm_refuse_question_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    answered boolean;
BEGIN
    IF NEW.content = OLD.content THEN
        RETURN NEW;
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM %I.skm_response WHERE questionnaire_id = $1)', TG_TABLE_SCHEMA)
        INTO answered USING OLD.id;
    IF answered THEN
        RAISE EXCEPTION 'a questionnaire that was answered is never changed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER skm_refuse_question_change BEFORE UPDATE ON skm_questionnaire
    FOR EACH ROW EXECUTE FUNCTION skm_refuse_question_change();

CREATE FUNCTION skm_refuse_report_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.validated_at IS NULL THEN
            RETURN OLD;
        END IF;
    ELSIF NEW.content = OLD.content AND NEW.first = OLD.first AND NEW.last = OLD.last
        AND (OLD.validated_at IS NULL
             OR NEW.validated_at = OLD.validated_at AND NEW.follow_up = OLD.follow_up
                AND (OLD.published_at IS NULL OR NEW.published_at = OLD.published_at)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a report that was validated is never changed' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER skm_refuse_report_change BEFORE UPDATE OR DELETE ON skm_report
    FOR EACH ROW EXECUTE FUNCTION skm_refuse_report_change();
"""
BACKWARD = """
DROP TRIGGER skm_refuse_report_change ON skm_report;
DROP FUNCTION skm_refuse_report_change();
DROP TRIGGER skm_refuse_question_change ON skm_questionnaire;
DROP FUNCTION skm_refuse_question_change();
DROP TRIGGER skm_refuse_answer_change ON skm_response;
DROP FUNCTION skm_refuse_answer_change();
"""


class Migration(migrations.Migration):
    dependencies = [("skm", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
