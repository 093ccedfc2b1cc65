"""A claim, its decree, list and payment know whether they were rehearsed; a rehearsal blocks rehearsals alone.

Rows that are there learn it from their case. They are final (migrations 0002 and 0004), so the triggers that hold them
rest meanwhile; the table is locked by then, and nobody else can use the moment.
"""

import django.contrib.postgres.constraints
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models

LEARN = """
ALTER TABLE santunan_kematian_claim DISABLE TRIGGER USER;
UPDATE santunan_kematian_claim c SET is_rehearsal = true FROM services_case s WHERE s.id = c.case_id AND s.is_rehearsal;
ALTER TABLE santunan_kematian_claim ENABLE TRIGGER USER;
ALTER TABLE santunan_kematian_decree DISABLE TRIGGER USER;
UPDATE santunan_kematian_decree d SET is_rehearsal = true FROM santunan_kematian_decision n
       JOIN santunan_kematian_claim c ON c.id = n.claim_id WHERE n.decree_id = d.id AND c.is_rehearsal;
ALTER TABLE santunan_kematian_decree ENABLE TRIGGER USER;
ALTER TABLE santunan_kematian_payment DISABLE TRIGGER USER;
UPDATE santunan_kematian_payment p SET is_rehearsal = true FROM santunan_kematian_claim c
 WHERE c.id = p.claim_id AND c.is_rehearsal;
ALTER TABLE santunan_kematian_payment ENABLE TRIGGER USER;
ALTER TABLE santunan_kematian_paymentlist DISABLE TRIGGER USER;
UPDATE santunan_kematian_paymentlist l SET is_rehearsal = true FROM santunan_kematian_payment p
 WHERE p.payment_list_id = l.id AND p.is_rehearsal;
ALTER TABLE santunan_kematian_paymentlist ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("organisation", "0003_large_unit_imports"),
        ("santunan_kematian", "0007_number_patterns"),
        ("services", "0004_case_rehearsal"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="claim",
            name="claim_once_per_nik",
        ),
        migrations.RemoveConstraint(
            model_name="claim",
            name="claim_once_per_infant",
        ),
        migrations.RemoveConstraint(
            model_name="claim",
            name="claim_once_per_birth",
        ),
        migrations.RemoveConstraint(
            model_name="payment",
            name="payment_once_per_person",
        ),
        migrations.RemoveConstraint(
            model_name="paymentlist",
            name="paymentlist_sp2d_once",
        ),
        migrations.AddField(
            model_name="claim",
            name="is_rehearsal",
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name="Latihan"),
        ),
        migrations.AddField(
            model_name="decree",
            name="is_rehearsal",
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name="Latihan"),
        ),
        migrations.AddField(
            model_name="payment",
            name="is_rehearsal",
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name="Latihan"),
        ),
        migrations.AddField(
            model_name="paymentlist",
            name="is_rehearsal",
            field=models.BooleanField(db_default=False, default=False, editable=False, verbose_name="Latihan"),
        ),
        migrations.RunSQL(LEARN, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("released_at", None)),
                fields=("nik_hash", "is_rehearsal"),
                name="claim_once_per_nik",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("nik__isnull", True), ("released_at", None)),
                fields=("kk_hash", "birth_date", "birth_order", "is_rehearsal"),
                name="claim_once_per_infant",
            ),
        ),
        migrations.AddConstraint(
            model_name="claim",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("released_at", None)),
                expressions=[
                    (
                        models.Func(
                            models.Func(
                                models.F("kk_hash"),
                                models.Value(0),
                                function="hashtextextended",
                                output_field=models.BigIntegerField(),
                            ),
                            models.Func(
                                models.F("kk_hash"),
                                models.Value(0),
                                function="hashtextextended",
                                output_field=models.BigIntegerField(),
                            ),
                            models.Value("[]"),
                            function="int8range",
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.F("birth_date"), models.F("birth_date"), models.Value("[]"), function="daterange"
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.F("birth_order"), models.F("birth_order"), models.Value("[]"), function="int4range"
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.Func(
                                models.F("nik_hash"),
                                models.Value(0),
                                function="hashtextextended",
                                output_field=models.BigIntegerField(),
                            ),
                            models.Func(
                                models.F("nik_hash"),
                                models.Value(0),
                                function="hashtextextended",
                                output_field=models.BigIntegerField(),
                            ),
                            models.Value("[]"),
                            function="int8range",
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            django.db.models.functions.comparison.Cast("is_rehearsal", models.IntegerField()),
                            django.db.models.functions.comparison.Cast("is_rehearsal", models.IntegerField()),
                            models.Value("[]"),
                            function="int4range",
                        ),
                        "&&",
                    ),
                ],
                name="claim_once_per_birth",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(fields=("person_hash", "is_rehearsal"), name="payment_once_per_person"),
        ),
        migrations.AddConstraint(
            model_name="paymentlist",
            constraint=models.UniqueConstraint(
                condition=models.Q(("sp2d_number", ""), _negated=True),
                fields=("sp2d_number", "is_rehearsal"),
                name="paymentlist_sp2d_once",
            ),
        ),
    ]
