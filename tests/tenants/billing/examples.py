"""A bill of the current regency, for the walks of `tests/architecture`."""

from tenants.accounts.models import User
from tenants.billing.models import Invoice
from tenants.current import current_regency
from tenants.schemas.context import in_public
from tests.examples import parameter
from tests.tenants.billing import office


@parameter("billing", "uuid")
def _bill(user: User) -> str:
    regency = current_regency()
    with in_public():
        found = Invoice.objects.filter(regency=regency).first() or office.bill(regency)
    return str(found.public_id)


@parameter("billing", "paper", shared=True)
def _paper(user: User) -> str:
    return "invoice"
