"""From trial to the real thing: facts from the schema, asked for, decided, enforced on the server."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken
from pytest_django import Settings

from modules.models import ModuleSwitch
from modules.services.models import Case, Service
from modules.services.public import cases_for, open_cases, reach
from modules.switches import ON, switch, switches
from onboarding.applications import actions, facts
from onboarding.applications.models import Agreement, GoLiveRequest
from tenants.accounts.models import Role, RoleGrant, User
from tenants.accounts.permissions import StaffPermission
from tenants.audit.models import AuditEntry
from tenants.letters.models import IssuedNumber, Letter
from tenants.letters.numbering import take_number
from tenants.mail.actions import set_sender
from tenants.mail.models import Sender
from tenants.models import Regency
from tenants.organisation.models import Unit
from tenants.permissions import ConsolePermission
from tenants.routing import hosts
from tenants.schemas.context import in_public, in_regency
from tests.modules.services import builders as services
from tests.onboarding.applications import builders
from tests.tenants.letters.examples import ask as ask_letter
from tests.tenants.test_console import operator


@pytest.fixture
def trial(batang: Regency, settings: Settings, tmp_path: object) -> Iterator[Regency]:
    """Batang as it was on its first day: in trial, everything essential and nothing else switched on."""
    settings.MEDIA_ROOT = tmp_path
    with in_public():
        Regency.objects.filter(pk=batang.pk).update(live_at=None, live_by="")
        ModuleSwitch.objects.filter(regency=batang).exclude(module_key="services").update(state="off")
    hosts.forget()
    switches.forget()
    found = Regency(**{field.attname: getattr(batang, field.attname) for field in Regency._meta.concrete_fields})
    found.live_at, found.live_by = None, ""
    found._state.adding = False
    connection.set_tenant(found, include_public=False)
    yield found


def holding(regency: Regency) -> set[str]:
    return {fact.key for fact in facts.of(regency, timezone.now()) if fact.holds}


def administrator(email: str, factor: bool = True) -> User:
    role, _ = Role.objects.get_or_create(
        key="administrator", defaults={"name": "Administrator", "permissions": [str(p) for p in StaffPermission]}
    )
    user = User.objects.create_user(email, email.split("@")[0], "kata-sandi-panjang")
    user.grants.create(role=role, granted_at=timezone.now())
    if factor:
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
    return user


def ready(regency: Regency) -> User:
    """Everything that the list asks for, done as people do it."""
    at = timezone.now()
    first, _second = administrator("siti@batang.test"), administrator("budi@batang.test")
    services.unit()
    Unit.objects.update(address="Jalan Veteran 1")
    set_sender(name="Pemkab", reply_to="kantor@batang.test", by=first, at=at)
    services.publish(definition=services.definition(), by=None, at=at)
    switch(regency=regency, key="surat_uji", state=ON, by=None, at=at)
    for key in ("operator_desa", "kepala"):
        role, _ = Role.objects.get_or_create(key=key, defaults={"name": key, "permissions": []})
        first.grants.create(role=role, granted_at=at)
    case = services.filed(by=first).case
    Case.objects.filter(pk=case.pk).update(
        state="finished", outcome="done", closed_at=at, filed_at=case.filed_at, turn_role="", turn_scope=""
    )
    with in_public():
        decider = User.objects.create_user("pemeriksa@rujukan.test", "Pemeriksa")
        for kind in ("pks", "dpa"):
            copy = actions.hand_in(
                **builders.copy_of(kind, code=regency.code), copy=builders.document(), by=None, at=at
            )
            actions.verify_agreement(agreement=copy, by=decider, at=at)
    return first


def test_an_empty_regency_has_everything_to_do(trial: Regency) -> None:
    assert holding(trial) <= {"offices"}
    with pytest.raises(actions.Incomplete, match="2 administrator"):
        actions.ask(regency=trial, by=administrator("siti@batang.test"), at=timezone.now())


def test_facts_follow_what_stands_in_the_schema(trial: Regency) -> None:
    first = ready(trial)
    everything = {"administrators", "offices", "sender", "agreements", "roles:surat_uji", "rehearsal:surat_uji"}
    assert everything <= holding(trial)
    User.objects.filter(email="budi@batang.test").update(is_active=False)
    assert "administrators" not in holding(trial)
    Unit.objects.filter(code="1.06").update(address="")
    assert "offices" not in holding(trial)
    first.grants.filter(role__key="kepala").delete()
    assert "roles:surat_uji" not in holding(trial)
    Case.objects.update(is_rehearsal=False)
    assert "rehearsal:surat_uji" not in holding(trial)


def _without_address() -> None:
    Unit.objects.filter(code="1.06").update(address="")


def _without_second_factor() -> None:
    Authenticator.objects.filter(user__email="budi@batang.test").delete()


def _second_administrator_gone() -> None:
    User.objects.filter(email="budi@batang.test").update(is_active=False)


def _role_of_one_permission() -> None:
    Role.objects.filter(key="administrator").update(permissions=[str(StaffPermission.MANAGE_STAFF)])


def _nobody_heads() -> None:
    RoleGrant.objects.filter(role__key="kepala").delete()


def _head_deactivated() -> None:
    User.objects.filter(email="siti@batang.test").update(is_active=False)
    administrator("wati@batang.test")


def _agreement_over(kind: str) -> None:
    with in_public():
        Agreement.objects.filter(kind=kind).update(ends_on=timezone.localdate() - timedelta(days=1))


def _agreement_unverified() -> None:
    with in_public():
        Agreement.objects.filter(kind="dpa").update(state="uploaded", verified_at=None)


BROKEN: dict[str, tuple[str, Callable[[], object]]] = {
    "one administrator has no second factor": ("dua langkah", _without_second_factor),
    "one administrator has left": ("dua langkah", _second_administrator_gone),
    "an administrator manages staff but no roles": ("dua langkah", _role_of_one_permission),
    "an office has no address": ("OPD", _without_address),
    "no office at all": ("OPD", lambda: Unit.objects.update(closed_at=timezone.now())),
    "a role of a service is held by nobody": ("Petugas", _nobody_heads),
    "who holds it cannot sign in": ("Petugas", _head_deactivated),
    "the sender is not set": ("Pengirim surel", lambda: Sender.objects.all().delete()),
    "the agreement has ended": ("Naskah", lambda: _agreement_over("pks")),
    "the data agreement has ended": ("Naskah", lambda: _agreement_over("dpa")),
    "a copy is not verified": ("Naskah", _agreement_unverified),
    "the rehearsal is still open": ("Latihan", lambda: Case.objects.update(outcome="", closed_at=None, state="check")),
    "the rehearsal was withdrawn": ("Latihan", lambda: Case.objects.update(outcome="withdrawn")),
    "another service was not rehearsed": ("Latihan", lambda: _second_service()),
    "no service is on": ("Satu layanan dihidupkan", lambda: _nothing_on()),
}
"""What stops a regency: the words that it reads, and how to get there from a regency that is ready."""


def _second_service() -> None:
    services.publish(definition=services.definition(key="surat_kedua"), by=None, at=timezone.now())
    regency = connection.tenant  # type: ignore[attr-defined]
    switch(regency=regency, key="surat_kedua", state=ON, by=None, at=timezone.now())


def _nothing_on() -> None:
    with in_public():
        ModuleSwitch.objects.filter(module_key="surat_uji").update(state="off")
    switches.forget()


@pytest.mark.parametrize("case", BROKEN)
def test_each_fact_stops_it_when_it_is_asked_for_and_when_it_is_decided(trial: Regency, case: str) -> None:
    words, undo = BROKEN[case]
    first = ready(trial)
    request = actions.ask(regency=trial, by=first, at=timezone.now())
    connection.set_tenant(trial, include_public=False)
    undo()
    with in_public(), pytest.raises(actions.Incomplete, match=words):
        actions.approve_go_live(request=request, by=operator(*ConsolePermission), at=timezone.now())
    with in_public():
        GoLiveRequest.objects.all().delete()
    with pytest.raises(actions.Incomplete, match=words):
        actions.ask(regency=trial, by=first, at=timezone.now())
    with in_public():
        assert Regency.objects.get(pk=trial.pk).is_trial


def test_an_invited_person_is_no_staff_yet(trial: Regency) -> None:
    first = ready(trial)
    first.set_unusable_password()
    first.save()
    assert "roles:surat_uji" not in holding(trial)


def test_asked_and_approved(trial: Regency) -> None:
    first = ready(trial)
    at = timezone.now()
    request = actions.ask(regency=trial, by=first, at=at)
    with pytest.raises(actions.Held):
        actions.ask(regency=trial, by=first, at=at)
    with in_public():
        ayu = operator(*ConsolePermission)
        live = actions.approve_go_live(request=request, by=ayu, at=at)
        assert (live.live_at, live.live_by) == (at, ayu.name)
        with pytest.raises(actions.AlreadyDecided):
            actions.refuse_go_live(request=request, reason="Terlambat.", by=ayu, at=at)
    with in_regency(live):
        assert AuditEntry.objects.filter(action="applications.went_live", actor_name=ayu.name).exists()


def test_what_is_no_longer_true_stops_it_at_the_last_moment(trial: Regency) -> None:
    first = ready(trial)
    request = actions.ask(regency=trial, by=first, at=timezone.now())
    Authenticator.objects.all().delete()
    with in_public(), pytest.raises(actions.Incomplete, match="dua langkah"):
        actions.approve_go_live(request=request, by=operator(*ConsolePermission), at=timezone.now())


def test_refused_with_a_reason_and_asked_again(trial: Regency) -> None:
    first = ready(trial)
    request = actions.ask(regency=trial, by=first, at=timezone.now())
    with in_public():
        ayu = operator(*ConsolePermission)
        with pytest.raises(actions.ReasonMissing):
            actions.refuse_go_live(request=request, reason=" ", by=ayu, at=timezone.now())
        actions.refuse_go_live(request=request, reason="Latih kepala dinas.", by=ayu, at=timezone.now())
    browser = Client(headers={"host": "batang.localhost"})
    connection.set_tenant(trial, include_public=False)
    browser.force_login(first)
    assert "Latih kepala dinas." in browser.get("/work/start/").content.decode()
    assert browser.post("/work/start/request/").status_code == 302
    with in_public():
        assert GoLiveRequest.objects.filter(decision="").count() == 1


def test_the_button_is_not_the_rule(trial: Regency) -> None:
    user = administrator("siti@batang.test", factor=False)
    browser = Client(headers={"host": "batang.localhost"})
    browser.force_login(user)
    answer = browser.post("/work/start/request/")
    assert answer.status_code == 409
    assert "Belum dapat mulai" in answer.content.decode()


def test_the_console_approves_with_the_same_facts(trial: Regency) -> None:
    first = ready(trial)
    request = actions.ask(regency=trial, by=first, at=timezone.now())
    connection.set_schema_to_public()
    browser = Client(headers={"host": "localhost"})
    browser.force_login(operator(*ConsolePermission))
    page = browser.get(f"/console/go-live/{request.pk}/")
    assert "Latihan" in page.content.decode()
    for wrong in ({}, {"transition": "nonsense", "reason": "x"}):
        answer = browser.post(f"/console/go-live/{request.pk}/", wrong)
        assert answer.status_code == 422
        assert "Pilih salah satu keputusan." in answer.content.decode()
    request.refresh_from_db()
    assert request.decision == ""
    assert browser.post(f"/console/go-live/{request.pk}/", {"transition": "approve"}).status_code == 302
    late = browser.post(f"/console/go-live/{request.pk}/", {"transition": "refuse", "reason": "x"})
    assert late.status_code == 409
    assert not Regency.objects.get(pk=trial.pk).is_trial


def test_the_api_decides_with_the_same_facts(trial: Regency) -> None:
    first = ready(trial)
    request = actions.ask(regency=trial, by=first, at=timezone.now())
    connection.set_schema_to_public()
    token = AuthToken.objects.create(user=operator(*ConsolePermission))[1]
    api = Client(headers={"host": "localhost", "authorization": f"Token {token}"})
    address = f"/api/v1/console/go-live/{request.pk}/"
    shown = {fact["key"]: fact["holds"] for fact in api.get(address).json()["facts"]}
    assert shown["administrators"] and shown["rehearsal:surat_uji"]
    assert api.post(address, {"transition": "nonsense"}).status_code == 400
    with in_regency(trial):
        _without_second_factor()
    late = api.post(address, {"transition": "approve"})
    assert late.status_code == 409
    assert "dua langkah" in late.json()["detail"]
    assert Regency.objects.get(pk=trial.pk).is_trial
    assert api.post(address, {"transition": "refuse"}).status_code == 400
    assert api.post(address, {"transition": "refuse", "reason": "Pasang dahulu."}).json()["decision"] == "refused"


def test_rehearsals_are_numbered_apart_and_never_counted(trial: Regency) -> None:
    first = ready(trial)
    rehearsal = Case.objects.get()
    assert rehearsal.is_rehearsal
    assert rehearsal.number.startswith("UJI-SU-")
    assert list(cases_for(first, reach(first))) == [rehearsal]
    actions.open_for_real(regency=trial, by=None, at=timezone.now())
    trial.live_at = timezone.now()
    real = services.filed(by=first).case
    assert (real.is_rehearsal, real.number[-6:]) == (False, "000001")
    assert list(cases_for(first, reach(first))) == [real]
    assert open_cases("surat_uji") == 1
    assert Service.objects.get(key="surat_uji").numbered == 1


def test_letters_of_the_trial_are_worth_nothing(trial: Regency) -> None:
    from django.db import transaction

    from tenants.letters.actions import make_letter

    user = administrator("siti@batang.test")
    letter = make_letter(letter_id=ask_letter(trial, by=user, subject=user).pk, at=timezone.now())
    assert letter.is_trial
    with transaction.atomic():
        number = take_number(series="s", pattern="{nomor:03}/{tahun}", at=timezone.now())
    assert number.text.startswith("UJI-COBA/001/")
    actions.open_for_real(regency=trial, by=None, at=timezone.now())
    with transaction.atomic():
        number = take_number(series="s", pattern="{nomor:03}/{tahun}", at=timezone.now())
    assert number.text.startswith("001/")
    assert IssuedNumber.objects.count() == 2
    hosts.forget()
    page = Client(headers={"host": "batang.localhost"}).get(f"/letters/verify/{letter.code}/").content.decode()
    assert "bukan surat resmi" in page
    connection.set_tenant(trial, include_public=False)
    assert not Letter.objects.get(pk=ask_letter(trial, by=user, subject=user).pk).is_trial


def test_every_page_says_that_it_is_a_trial(trial: Regency) -> None:
    user = administrator("siti@batang.test")
    browser = Client(headers={"host": "batang.localhost"})
    assert "Situs ini masih uji coba" in browser.get("/").content.decode()
    connection.set_tenant(trial, include_public=False)
    browser.force_login(user)
    page = browser.get("/work/start/").content.decode()
    assert "surat bertanda air" in page
    assert "dari 8 langkah selesai" in page


def test_the_checklist_is_for_who_prepares(trial: Regency) -> None:
    browser = Client(headers={"host": "batang.localhost"})
    browser.force_login(User.objects.create_user("petugas@batang.test", "Petugas", "kata-sandi-panjang"))
    assert browser.get("/work/start/").status_code == 404


def test_the_first_service_is_switched_on_where_the_step_leads(trial: Regency) -> None:
    """An administrator has no permission of the services module, so its own list does not exist for them."""
    services.publish(definition=services.definition(), by=None, at=timezone.now())
    browser = Client(headers={"host": "batang.localhost"})
    browser.force_login(administrator("siti@batang.test"))
    assert "/work/start/services/" in browser.get("/work/start/").content.decode()
    page = browser.get("/work/start/services/").content.decode()
    assert "Hidupkan" in page and services.definition()["name"] in page
    assert browser.post("/work/start/services/", {"service": "surat_uji"}).status_code == 302
    with in_public():
        assert ModuleSwitch.objects.get(regency=trial, module_key="surat_uji").state == "on"
    with in_regency(trial):
        assert AuditEntry.objects.filter(action="modules.switched").exists()
    assert "Hidupkan" not in browser.get("/work/start/services/").content.decode().split("</h1>")[1].split("<tbody>")[1]
    for key in ("tidak_ada", "", "x" * 300):
        assert browser.post("/work/start/services/", {"service": key}).status_code == 404


def test_who_only_prepares_switches_nothing(trial: Regency) -> None:
    role = Role.objects.create(key="penyiap", name="Penyiap", permissions=[str(StaffPermission.PREPARE)])
    user = User.objects.create_user("rina@batang.test", "Rina", "kata-sandi-panjang")
    user.grants.create(role=role, granted_at=timezone.now())
    browser = Client(headers={"host": "batang.localhost"})
    browser.force_login(user)
    assert browser.get("/work/start/").status_code == 200
    assert browser.post("/work/start/services/", {"service": "surat_uji"}).status_code == 404
