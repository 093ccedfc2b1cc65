"""An assignment's copy of its position's `is_head` cannot differ from it: the database changes both together."""

from django.db import migrations

FORWARD = """
ALTER TABLE organisation_assignment ADD CONSTRAINT assignment_headship
    FOREIGN KEY (position_id, is_head) REFERENCES organisation_position (id, is_head)
    ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED
"""
BACKWARD = "ALTER TABLE organisation_assignment DROP CONSTRAINT assignment_headship"


class Migration(migrations.Migration):
    dependencies = [("organisation", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
