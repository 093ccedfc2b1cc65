"""Templates of every kind that a module may declare."""

from typing import Any

from django.db import models
from django.db.models import Q


class Privacy:
    personal = ()
    specific = ()


class Sample(models.Model):
    class Meta:
        abstract = True
        app_label = "sample"


class Category(Sample):
    code = models.SlugField(unique=True)
    name = models.CharField(max_length=60)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT)

    Privacy = Privacy

    class Template:
        key = "code"
        fields = ("name", "parent")


class Fee(Sample):
    code = models.SlugField(unique=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT)
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    valid_from = models.DateField()
    conditions = models.JSONField(default=dict)
    officer_name = models.CharField(max_length=60, blank=True)

    class Privacy:
        personal = ("officer_name",)
        specific = ()

    class Template:
        key = "code"
        fields = ("category", "amount", "valid_from", "conditions")

    class Meta(Sample.Meta):
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="fee_not_negative")]


class Form(Sample):
    """Its content is more than its fields: only what is published is shared."""

    key = models.SlugField(unique=True)
    draft = models.JSONField(default=dict)
    published = models.JSONField(null=True)

    Privacy = Privacy

    class Template:
        key = "key"

    def template_content(self) -> dict[str, Any] | None:
        return None if self.published is None else {"key": self.key, "fields": self.published}

    @classmethod
    def apply_template(cls, content: dict[str, Any], *, by: Any, at: Any) -> "Form":
        if not content["fields"]:
            raise ValueError("formulir tanpa isian")
        return cls.objects.update_or_create(key=content["key"], defaults={"published": content["fields"]})[0]


class Applicant(Sample):
    """A person: never part of a package."""

    name = models.CharField(max_length=60)
    fee = models.ForeignKey(Fee, on_delete=models.PROTECT)
