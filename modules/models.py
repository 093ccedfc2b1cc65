from django.db import models
from django.utils.translation import gettext_lazy as _


class ModuleSwitch(models.Model):
    """Whether a module or service is on in a regency. No row means off.

    `module_key` is text: modules come and go with releases, and services are written by regencies.
    """

    class State(models.TextChoices):
        OFF = "off", _("Mati")
        ON = "on", _("Hidup")
        CLOSING = "closing", _("Menutup")

    class Privacy:
        personal = ()
        specific = ()

    travels = True  # in an exit package

    regency = models.ForeignKey("tenants.Regency", on_delete=models.CASCADE, related_name="switches")
    module_key = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=State, default=State.OFF)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["regency", "module_key"], name="switch_once")]

    def __str__(self) -> str:
        return f"{self.regency_id} {self.module_key}: {self.state}"
