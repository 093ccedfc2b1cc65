"""What the API shows and takes. Personal numbers are masked; who needs them in full opens them on record."""

from typing import Any

from rest_framework import serializers

from modules.santunan_kematian.models import Claim, Programme
from tenants.people.masking import mask_nik


class ProgrammeSerializer(serializers.ModelSerializer[Programme]):
    """The rules in force."""

    class Meta:
        model = Programme
        fields = (
            "code", "name", "regulation", "valid_from", "valid_to", "amount", "limit_days", "day_kind",
            "register_required", "survey_allowed", "max_desil", "village_letter_enough", "certificate_proof_required",
            "poverty_letter_required", "bank_account_required", "infants_accepted", "infant_months",
        )  # fmt: skip


class ClaimSerializer(serializers.ModelSerializer[Claim]):
    """A line of the list."""

    number = serializers.CharField(read_only=True)
    state = serializers.CharField(source="case.state")
    due_at = serializers.DateTimeField(source="case.due_at", allow_null=True)
    village = serializers.CharField(source="village.code")

    class Meta:
        model = Claim
        fields = ("number", "state", "due_at", "village", "name", "death_date", "heir_name", "filed_date", "amount")


class CheckSerializer(serializers.Serializer[Any]):
    rule = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    outcome = serializers.CharField(source="outcome.value")
    sentence = serializers.CharField()


class ClaimDetailSerializer(ClaimSerializer):
    """One claim with what the rules say of it and what the caller may do."""

    nik = serializers.SerializerMethodField()
    checks = serializers.SerializerMethodField()
    steps = serializers.SerializerMethodField()

    class Meta(ClaimSerializer.Meta):
        fields = (*ClaimSerializer.Meta.fields, "nik", "death_place", "heir_relation", "checks", "steps")  # type: ignore[assignment]

    def get_nik(self, claim: Claim) -> str:
        return mask_nik(claim.nik) if claim.nik else ""

    def get_checks(self, claim: Claim) -> list[dict[str, str]]:
        return list(CheckSerializer(self.context["checks"], many=True).data)

    def get_steps(self, claim: Claim) -> list[str]:
        return list(self.context["steps"])


class FiledSerializer(serializers.Serializer[Any]):
    """What the family needs to follow its claim."""

    number = serializers.CharField()
    secret = serializers.CharField()
    state = serializers.CharField()


class StepSerializer(serializers.Serializer[Any]):
    transition = serializers.SlugField(max_length=60)
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class MonthSerializer(serializers.Serializer[Any]):
    month = serializers.IntegerField()
    persons = serializers.IntegerField()
    amount = serializers.DecimalField(max_digits=18, decimal_places=2)
    cumulative = serializers.DecimalField(max_digits=18, decimal_places=2)
    percent = serializers.DecimalField(max_digits=7, decimal_places=2, allow_null=True)


class VillageSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    claims = serializers.IntegerField()
    population = serializers.IntegerField(allow_null=True)
    per_thousand = serializers.DecimalField(max_digits=7, decimal_places=2, allow_null=True)
    unusual = serializers.BooleanField()
