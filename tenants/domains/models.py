from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class HostCheck(models.Model):
    """Until when a host is served, as last asked. Names its host instead of referring to it: our own site has no row.

    The registration is that of the domain above the host (`batangkab.go.id` of `layanan.batangkab.go.id`). Some
    registries keep its end to themselves; then somebody writes down what the invoice says.
    """

    class Privacy:
        personal = ("registration_noted_by",)
        specific = ()

    host = models.CharField(_("Alamat"), max_length=253, primary_key=True)
    checked_at = models.DateTimeField(_("Diperiksa"), null=True, blank=True)
    certificate_ends_at = models.DateTimeField(_("Sertifikat berakhir"), null=True, blank=True)
    certificate_fault = models.CharField(max_length=200, blank=True)  # why it could not be had
    registered_name = models.CharField(_("Domain terdaftar"), max_length=253, blank=True)
    registration_ends_on = models.DateField(_("Pendaftaran berakhir"), null=True, blank=True)
    registration_fault = models.CharField(max_length=200, blank=True)  # why the registry did not say it
    registration_noted_at = models.DateTimeField(null=True, blank=True)
    registration_noted_by = models.CharField(max_length=120, blank=True)  # empty: the registry says it

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(registration_noted_at=None, registration_noted_by="")
                | Q(registration_noted_at__isnull=False, registration_ends_on__isnull=False),
                name="hostcheck_noted_is_a_day",
            )
        ]

    def __str__(self) -> str:
        return self.host

    @property
    def key(self) -> str:
        """By which the audit names it."""
        return self.host
