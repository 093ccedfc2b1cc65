"""An SK may be revoked while nothing of it is paid, a list cancelled, an unpaid approval moved to another year.

The triggers of 0002 learn three things: a payment that was not made may leave its list, some columns may change until
the row is over, and a revocation is as final as what it revokes.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FORWARD = """
CREATE OR REPLACE FUNCTION santunan_kematian_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    once text[] := string_to_array(TG_ARGV[0], ',');
    sealed text[] := string_to_array(TG_ARGV[2], ',');
    free text[] := string_to_array(TG_ARGV[3], ',');
    was jsonb := to_jsonb(OLD);
    is_over boolean := coalesce(was ->> TG_ARGV[1], '') <> '';
    field text;
    before text;
    after text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF TG_ARGV[4] = 'leaves' AND NOT is_over THEN
            RETURN NULL;
        END IF;
        RAISE EXCEPTION 'a row of % is never deleted', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOR field, after IN SELECT * FROM jsonb_each_text(to_jsonb(NEW)) LOOP
        before := was ->> field;
        IF before IS NOT DISTINCT FROM after
            OR field = ANY (sealed) AND left(before, 66) = left(after, 66)
            OR field = ANY (free) AND NOT is_over
            OR field = ANY (once) AND NOT is_over
                AND (coalesce(before, '') = '' OR field = 'number' AND before LIKE '-%') THEN
            CONTINUE;
        END IF;
        RAISE EXCEPTION '% of % is final', field, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END LOOP;
    RETURN NULL;
END $$;
"""
# As in 0002: table, columns written once, the column that ends every change, sealed columns; then the columns that
# change until the end, and whether a row that is not over may be deleted.
FINAL = [
    ("paymentlist", "number,sp2d_number,sp2d_date,disbursed_by_id,disbursed_at,"
                    "cancelled_by_id,cancelled_at,cancelled_reason", "disbursed_at", "", "", ""),
    ("payment", "receipt_number,paid_at", "paid_at", "person", "", "leaves"),
    ("decision", "decree_id,revoked_at,revoked_by_id,revoked_reason", "revoked_at", "", "budget_id", ""),
]  # fmt: skip
NEW = """
CREATE TRIGGER santunan_kematian_refuse_change AFTER UPDATE OR DELETE ON santunan_kematian_decreerevocation
    FOR EACH ROW EXECUTE FUNCTION santunan_kematian_refuse_change('number', '', '');
"""
TRIGGER = """
CREATE OR REPLACE TRIGGER santunan_kematian_refuse_change AFTER UPDATE OR DELETE ON santunan_kematian_{}
    FOR EACH ROW EXECUTE FUNCTION santunan_kematian_refuse_change('{}', '{}', '{}', '{}', '{}');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("santunan_kematian", "0003_one_claim_per_birth"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DecreeRevocation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=80, unique=True, verbose_name="Nomor")),
                ("date", models.DateField(verbose_name="Tanggal")),
                ("reason", models.CharField(max_length=500, verbose_name="Alasan")),
                (
                    "outcome",
                    models.CharField(
                        choices=[("approved", "Tetap disetujui, menunggu SK baru"), ("refused", "Ditolak")],
                        max_length=10,
                        verbose_name="Pengajuan di dalamnya",
                    ),
                ),
                ("revoked_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-revoked_at", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="paymentlist",
            name="cancelled_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="paymentlist",
            name="cancelled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="paymentlist",
            name="cancelled_reason",
            field=models.CharField(blank=True, db_default="", max_length=500, verbose_name="Alasan pembatalan"),
        ),
        migrations.AddConstraint(
            model_name="paymentlist",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancelled_at", None), ("cancelled_reason", "")),
                    models.Q(
                        ("cancelled_at__isnull", False),
                        ("disbursed_at", None),
                        models.Q(("cancelled_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="paymentlist_cancelled_unpaid_with_reason",
            ),
        ),
        migrations.AddField(
            model_name="decreerevocation",
            name="decree",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="revocation", to="santunan_kematian.decree"
            ),
        ),
        migrations.AddField(
            model_name="decreerevocation",
            name="revoked_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="decreerevocation",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="decreerevocation_with_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="decreerevocation",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["approved", "refused"])), name="decreerevocation_outcome"
            ),
        ),
        migrations.RunSQL(FORWARD + "".join(TRIGGER.format(*row) for row in FINAL) + NEW, migrations.RunSQL.noop),
    ]
