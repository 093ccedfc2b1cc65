"""What the rest of the house hears of billing: which plan a regency is on, and what went wrong."""

import pytest
from django.utils import timezone

from tenants.billing import digest
from tenants.billing.models import WebhookEvent
from tenants.billing.public import plan_names
from tenants.models import Regency
from tenants.plans import plan_name
from tests.tenants.billing import office


@pytest.mark.django_db
def test_plan_of_a_running_contract(manggarai: Regency) -> None:
    assert plan_names() == {}
    office.bill(manggarai)
    contract = manggarai.contracts.get()  # type: ignore[attr-defined]
    today = timezone.localdate()
    type(contract).objects.filter(pk=contract.pk).update(starts_on=today, ends_on=today)
    assert plan_names() == plan_names(["53.10"]) == {"53.10": "Lengkap"}
    assert plan_names(["33.25"]) == {}
    columns = Regency.objects.annotate(plan=plan_name()).filter(code__in=["33.25", "53.10"])
    assert dict(columns.values_list("code", "plan")) == {"33.25": "", "53.10": "Lengkap"}


@pytest.mark.django_db
def test_failed_events_are_in_the_digest() -> None:
    assert list(digest.problems(timezone.now())) == []
    WebhookEvent.objects.create(
        event_id="evt_1", type="invoice.paid", payload="{}", received_at=timezone.now(), state="failed"
    )
    (problem,) = digest.problems(timezone.now())
    assert "1 kabar" in problem.text and problem.tone == "bad"
