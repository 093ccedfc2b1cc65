from datetime import datetime

from django.db import transaction

from modules.switches import state_of, switch
from tenants.accounts.models import User
from tenants.audit.actions import Operator, record
from tenants.models import Regency


@transaction.atomic
def switch_from_console(*, regency: Regency, key: str, state: str, by: User, at: datetime) -> None:
    """An operator switches a module of a regency: recorded there by name, and here. Raises SwitchRefused."""
    data = {"module": key, "from": state_of(regency, key), "to": state}
    switch(regency=regency, key=key, state=state, by=Operator(by.name), at=at)
    record("modules.switched_from_console", subject=regency, by=by, data=data, at=at)
