from typing import Self, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.current import current_regency

Row = TypeVar("Row", bound=models.Model, covariant=True)


class RehearsableQuerySet(models.QuerySet[Row]):
    def counted(self) -> Self:
        """Those of the regency's present life: rehearsals while it is in trial, real ones from then on."""
        return self.filter(is_rehearsal=current_regency().is_trial)


class OfClaimQuerySet(models.QuerySet[Row]):
    def counted(self) -> Self:
        """Those on claims of the regency's present life."""
        return self.filter(claim__is_rehearsal=current_regency().is_trial)


class Rehearsable(models.Model):
    """A row of the trial or of the real thing; which of them is fixed when it is made."""

    is_rehearsal = models.BooleanField(_("Latihan"), default=False, db_default=False, editable=False)

    class Meta:
        abstract = True
