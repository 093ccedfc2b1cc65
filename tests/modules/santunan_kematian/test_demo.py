"""The demo's story is told with the real actions, in every regency of the demo."""

import pytest
from django.db import connection

from modules.santunan_kematian import demo
from modules.santunan_kematian.models import Claim, Programme
from modules.santunan_kematian.queries import budget
from modules.services import public as services
from tenants.models import Regency
from tests.modules.santunan_kematian import cast as stage
from tests.modules.santunan_kematian.cast import NOON

STAFF = {
    "operator_desa": "operator",
    "kepala_desa": "village_head",
    "verifikator_dinsos": "verifier",
    "tksk": "surveyor",
    "kepala_dinsos": "director",
    "bendahara": "treasurer",
    "bpkad": "paymaster",
    "petugas_dukcapil": "registrar",
}


@pytest.mark.parametrize("code", ["33.25", "53.10"])
def test_every_stage_has_someone(batang: Regency, manggarai: Regency, code: str) -> None:
    regency = {"33.25": batang, "53.10": manggarai}[code]
    connection.set_tenant(regency, include_public=False)
    cast = stage.make_cast(code)
    staff = {role: getattr(cast, name) for role, name in STAFF.items()}
    demo.seed(regency=regency, staff=staff, at=NOON)
    version = services.current("santunan_kematian")
    assert version is not None
    unused = {state.key for state in version.definition.states} - set(
        Claim.objects.values_list("case__state", flat=True)
    )
    assert unused == {"dibatalkan"}
    assert Claim.objects.filter(case__filed_at__gt=NOON).count() == 0
    assert budget.remaining(2026) > 0
    assert Programme.objects.get().regulation
    before = Claim.objects.count()
    demo.seed(regency=regency, staff=staff, at=NOON)
    assert Claim.objects.count() == before
