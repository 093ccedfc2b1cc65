"""A regency gets its place, or leaves no trace; whoever comes second is told so; a killed worker costs nothing."""

import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_tenants.utils import schema_exists

from modules.models import ModuleSwitch
from onboarding import actions, steps, tasks
from onboarding.models import ProvisioningRun, ProvisioningStep
from onboarding.plan import CodeTaken, ProvisioningRefused, SubdomainTaken, UnknownCode, UnknownModule, UnknownSource
from tenants.accounts.models import Invitation, User
from tenants.accounts.permissions import StaffPermission
from tenants.addresses import site_url
from tenants.models import Domain, Regency
from tenants.organisation.models import District, Village
from tenants.routing import hosts, resolve
from tenants.schemas.context import in_schema
from tenants.schemas.locks import advisory_lock
from tenants.schemas.replay import SchemaTaken
from tests.onboarding.conftest import settle

KENDAL = {"code": "33.24", "subdomain": "kendal"}


def ask(**changes: object) -> ProvisioningRun:
    wanted = {**KENDAL, "modules": [], "by": None, "at": timezone.now(), "in_background": False, **changes}
    return actions.request_run(**wanted)


def test_a_regency_is_open_after_the_last_step(public: None) -> None:
    seen: list[tuple[str, str]] = []
    run = ask(admin_email="Admin@Kendal.test", admin_name="Siti")
    done = actions.provision(run.pk, watch=lambda step: seen.append((step.key, step.state)))
    assert done.state == "done", done.error
    assert [key for key, state in seen if state == "done"] == [step.key for step in steps.STEPS]
    assert all(step.seconds is not None and step.seconds >= 0 for step in done.steps.all())
    hosts.forget()
    assert resolve("kendal.localhost").name == "Kendal"
    with in_schema("kendal"):
        assert (District.objects.count(), Village.objects.count()) == (20, 286)
        user = User.objects.get()
        assert user.email == "admin@kendal.test"
        assert user.has(StaffPermission.MANAGE_STAFF)
        assert Invitation.objects.open().count() == 1
    assert str(done.steps.get(key="regions").detail).startswith("20 kecamatan, 286 desa/kelurahan")


def test_the_address_is_closed_until_the_last_step(public: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps.baseline, "administrator_role", fail)
    run = actions.provision(ask().pk)
    assert run.state == "failed"
    hosts.forget()
    assert Client().get("/", headers={"host": "kendal.localhost"}).status_code == 503


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"code": "99.99"}, UnknownCode, "bukan kode"),
        ({"code": "3324"}, UnknownCode, "bukan kode"),
        ({"code": "33.25", "subdomain": ""}, CodeTaken, "sudah ada"),
        ({"subdomain": "admin"}, SubdomainTaken, "sistem"),
        ({"subdomain": "batang"}, SubdomainTaken, "sudah dipakai"),
        ({"subdomain": "ba-tang"}, SubdomainTaken, "mirip"),
        ({"subdomain": "sikka"}, SubdomainTaken, "daerah lain"),
        ({"subdomain": "x'; drop"}, SubdomainTaken, "huruf kecil"),
        ({"modules": ["tidak_ada"]}, UnknownModule, "tidak_ada"),
        ({"source": "nirwana"}, UnknownSource, "nirwana"),
        ({"admin_email": "bukan"}, ProvisioningRefused, "surel"),
    ],
)
def test_bad_requests_are_refused_in_words(
    public: None, changes: dict[str, object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        ask(**changes)
    assert ProvisioningRun.objects.count() == 0


def test_requirement_is_named(public: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from tests.modules.library.conftest import MODULE

    needy = replace(MODULE, key="needy", requires=("sample",))
    found = {"sample": MODULE, "needy": needy}
    monkeypatch.setattr("onboarding.plan.find", found.get)
    monkeypatch.setattr("onboarding.plan.discover", lambda: ())
    from onboarding.plan import RequirementMissing, in_order

    with pytest.raises(RequirementMissing, match="Contoh"):
        in_order(["needy"])
    assert in_order(["needy", "sample"]) == ("sample", "needy")


def test_the_second_one_is_told(public: None) -> None:
    ask()
    with pytest.raises(actions.AlreadyProvisioning, match="sedang disiapkan"):
        ask()
    with pytest.raises(ProvisioningRefused):
        ask(code="33.27", subdomain="kendal")


def test_a_failed_step_leaves_the_rest_and_goes_on(public: None, monkeypatch: pytest.MonkeyPatch) -> None:
    run = ask()
    with monkeypatch.context() as patch:
        patch.setattr(steps.baseline, "administrator_role", fail)
        run = actions.provision(run.pk)
    assert (run.state, run.steps.get(key="administrator").state) == ("failed", "failed")
    assert "tidak terduga (ZeroDivisionError)" in run.error
    with pytest.raises(actions.AlreadyProvisioning, match="gagal sebelumnya"):
        ask()
    first = run.steps.get(key="schema").finished_at
    run = actions.provision(run.pk)
    assert run.state == "done"
    assert run.steps.get(key="schema").finished_at == first, "a finished step is not done again"


def test_abandoning_leaves_no_trace(public: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps.baseline, "administrator_role", fail)
    run = actions.provision(ask().pk)
    assert schema_exists("kendal")
    settle()
    run = actions.abandon(run=run, by=None, at=timezone.now())
    assert run.state == "abandoned"
    assert not schema_exists("kendal")
    assert not Regency.objects.filter(code="33.24").exists()
    assert not Domain.objects.filter(domain="kendal.localhost").exists()
    assert ask().state == "queued", "the code is free again"


def test_what_is_open_is_not_abandoned(public: None) -> None:
    run = actions.provision(ask().pk)
    with pytest.raises(ProvisioningRefused):
        actions.abandon(run=run, by=None, at=timezone.now())
    assert schema_exists("kendal")


def test_every_step_can_be_repeated(public: None) -> None:
    """A worker killed after a step's work and before its mark: the step runs again and changes nothing."""
    run = ask(admin_email="admin@kendal.test")
    for step in steps.STEPS[:-1]:
        step.work(run, timezone.now())
        if step.key == "schema":  # its mark is in the same transaction: what is there already is somebody else's
            with pytest.raises(SchemaTaken):
                step.work(run, timezone.now())
            continue
        again = step.work(run, timezone.now())
        assert step.work(run, timezone.now()) == again
    with in_schema("kendal"):
        assert (User.objects.count(), Invitation.objects.count()) == (1, 1)
        assert Village.objects.count() == 286


def test_command_prints_steps_and_refuses_in_words(public: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("provision", "33.24", "--admin", "admin@kendal.test")
    out = capsys.readouterr().out
    assert "Ruang data tersendiri dibuat" in out
    assert f"{site_url('kendal.localhost')}/account/invitation/" in out
    with pytest.raises(CommandError, match="sudah ada"):
        call_command("provision", "33.24")
    with pytest.raises(CommandError, match="no open run"):
        call_command("provision", "33.24", "--resume")


def test_a_second_delivery_does_nothing(public: None) -> None:
    run = actions.provision(ask().pk)
    finished = run.finished_at
    tasks.provision(run.pk)
    tasks.provision(999_999)
    run.refresh_from_db()
    assert run.finished_at == finished


@pytest.mark.slow
def test_a_killed_worker_and_a_second_process(
    template: None, django_db_setup: None, django_db_blocker: pytest.FixtureLookupError
) -> None:
    """Committed for real: another session sees the lock; what was killed is found and finished."""
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        run = ask()
        try:
            _kill_in_the_middle(run)
            _second_process_is_refused(run)
            handed: list[int] = []
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(tasks.provision, "delay", handed.append)
                assert tasks.resume_stale() == 1
            assert handed == [run.pk]
            tasks.provision(run.pk)
            run.refresh_from_db()
            assert run.state == "done", run.error
            with in_schema("kendal"):
                assert Village.objects.count() == 286
        finally:
            Regency.objects.filter(code="33.24").update(state="provisioning")
            ProvisioningRun.objects.filter(pk=run.pk).update(state="failed")
            actions.abandon(run=run, by=None, at=timezone.now())
            ProvisioningRun.objects.filter(pk=run.pk).delete()


def _kill_in_the_middle(run: ProvisioningRun) -> None:
    def die(**kwargs: object) -> None:
        raise SystemExit("killed")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(steps, "seed_units", die)
        with pytest.raises(SystemExit):
            actions.provision(run.pk)
    run.refresh_from_db()
    assert (run.state, run.steps.get(key="regions").state) == ("running", "running")
    with in_schema("kendal"):
        assert District.objects.count() == 0, "the step's transaction is undone as a whole"


def _second_process_is_refused(run: ProvisioningRun) -> None:
    outcome: list[str] = []

    def second() -> None:
        try:
            actions.provision(run.pk)
        except actions.AlreadyProvisioning as refused:
            outcome.append(str(refused))
        finally:
            connection.close()

    with advisory_lock(actions._lock(run.code), wait=False) as held:
        assert held
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert len(outcome) == 1
    assert "sedang disiapkan" in outcome[0]


def fail(*args: object) -> None:
    raise ZeroDivisionError


def test_chosen_modules_are_on(public: None) -> None:
    run = actions.provision(ask().pk)
    on = set(ModuleSwitch.objects.filter(regency__code="33.24", state="on").values_list("module_key", flat=True))
    assert on == set(run.modules)


def test_steps_are_named(public: None) -> None:
    run = ask()
    assert [step.label for step in run.steps.all()][:2] == ["Kode dan alamat dipesan", "Ruang data tersendiri dibuat"]
    assert set(ProvisioningStep.objects.values_list("state", flat=True)) == {"pending"}


def test_a_schema_of_somebody_else_is_not_adopted(public: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA kendal; CREATE TABLE kendal.theirs (id int)")
    run = actions.provision(ask().pk)
    assert run.state == "failed"
    assert "bukan milik penyiapan ini" in run.error
    settle()
    assert actions.abandon(run=run, by=None, at=timezone.now()).state == "abandoned"
    assert schema_exists("kendal"), "abandoning drops what the run made, nothing else"
