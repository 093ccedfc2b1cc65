"""A signed copy of the regency whose schema is current."""

from django.utils import timezone

from onboarding.applications.actions import hand_in
from onboarding.applications.models import Agreement
from tenants.accounts.models import User
from tenants.current import current_regency
from tenants.schemas.context import in_public
from tests.examples import parameter
from tests.onboarding.applications.builders import copy_of, document


@parameter("start", "paper_uuid")
def _paper(user: User) -> str:
    code = current_regency().code
    with in_public():
        known = Agreement.objects.filter(code=code).first()
        agreement = known or hand_in(**copy_of("pks", code=code), copy=document(), by=None, at=timezone.now())
        return str(agreement.paper.public_id)
