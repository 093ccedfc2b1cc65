"""Who waits for whom: a unit's answers are written by one person after the other, and by nobody once it is closed.

A unit is locked before its assessment is read, and closing takes all units first: what is being saved is saved before
it closes, and what comes later finds it closed. Villages do not wait for each other.
"""

from django.utils.translation import gettext as _

from onboarding.assessment.actions.refusals import NoSuchPart, closed
from onboarding.assessment.models import Assessment, Unit


def hold_unit(pk: int) -> Assessment:
    """Lock a unit until the end of the transaction; its assessment as it stands now. Raises Closed and NoSuchPart."""
    unit = Unit.objects.select_for_update().filter(pk=pk).first()
    if unit is None:
        raise NoSuchPart(_("Bagian ini baru saja dihapus dari daftar."))
    assessment = Assessment.objects.get(pk=unit.assessment_id)
    if not assessment.is_filling:
        raise closed()
    return assessment


def hold_whole(pk: int) -> Assessment:
    """Lock all units of an assessment, then itself."""
    list(Unit.objects.select_for_update().filter(assessment=pk).order_by("pk").values_list("pk", flat=True))
    return Assessment.objects.select_for_update().get(pk=pk)
