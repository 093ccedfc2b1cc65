"""Operators decide once; approving makes the regency, in trial, with what was chosen."""

import threading

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from modules.library.models import Release
from modules.models import ModuleSwitch
from onboarding import actions as provisioning
from onboarding.applications import actions
from onboarding.applications.models import Application, ApplicationEvent
from onboarding.models import ProvisioningRun
from tenants.accounts.models import Invitation, User
from tenants.audit.models import AuditEntry
from tenants.models import Regency
from tenants.permissions import ConsolePermission
from tenants.schemas.context import in_schema
from tests.onboarding.applications import builders
from tests.tenants.test_console import operator

State = Application.State


def test_approval_makes_the_regency_in_trial(ayu: User, queued: list) -> None:
    application = actions.approve(application=builders.submitted(), by=ayu, at=timezone.now())
    assert application.state == "provisioning"
    run = provisioning.provision(application.run_id)
    assert run.state == "done", run.error
    application.refresh_from_db()
    assert application.state == "trial"
    regency = Regency.objects.get(code=builders.KENDAL)
    assert regency.is_trial
    assert regency.state == "active"
    on = set(ModuleSwitch.objects.filter(regency=regency, state="on").values_list("module_key", flat=True))
    assert on == {"services", "surat_keterangan_usaha"}
    with in_schema("kendal"):
        invited = set(User.objects.values_list("email", flat=True))
        assert invited == {person["email"] for person in builders.PEOPLE}
        assert Invitation.objects.open().count() == 2
    told = list(ApplicationEvent.objects.filter(application=application).values_list("state", "by_name").order_by("pk"))
    assert told == [
        ("draft", ""), ("email_verified", ""), ("submitted", ""), ("approved", ayu.name), ("provisioning", ayu.name),
        ("trial", ""),
    ]  # fmt: skip
    assert AuditEntry.objects.filter(action="applications.application_approved", actor_id=ayu.pk).exists()


def test_templates_come_from_the_publisher_that_was_chosen(ayu: User, queued: list, batang: Regency) -> None:
    from modules.library.actions import publish
    from modules.registry import find
    from tests.modules.services.builders import definition
    from tests.modules.services.builders import publish as publish_definition

    publish_definition(definition=definition(), by=None, at=timezone.now())
    connection.set_schema_to_public()
    module = find("services")
    assert module
    publish(regency=batang, module=module, version="1.0.0", notes="", by=None, at=timezone.now())
    assert Release.objects.filter(publisher=batang).exists()
    application = builders.submitted(modules=["surat_uji"], sources={"services": "batang"})
    actions.approve(application=application, by=ayu, at=timezone.now())
    application.refresh_from_db()
    run = provisioning.provision(application.run_id)  # type: ignore[arg-type]
    assert run.state == "done", run.error
    from modules.services.models import Service

    with in_schema("kendal"):
        assert Service.objects.filter(key="surat_uji").exists()


@pytest.mark.parametrize("decide", [actions.refuse, actions.give_back])
def test_decisions_against_somebody_say_why(ayu: User, queued: list, decide: object) -> None:
    application = builders.submitted()
    with pytest.raises(actions.ReasonMissing):
        decide(application=application, reason="  ", by=ayu, at=timezone.now())  # type: ignore[operator]
    application.refresh_from_db()
    assert application.state == "submitted"


def test_what_was_returned_is_mended_and_handed_in_again(ayu: User, queued: list) -> None:
    application = builders.submitted()
    actions.give_back(application=application, reason="Surat tugas tidak terbaca.", by=ayu, at=timezone.now())
    application.refresh_from_db()
    assert (application.state, application.reason) == ("returned", "Surat tugas tidak terbaca.")
    actions.save_letter(application=application, letter=builders.document(), at=timezone.now())
    assert actions.submit(application=application, at=timezone.now()).state == "submitted"


def test_a_refused_regency_may_begin_again(ayu: User, queued: list) -> None:
    actions.refuse(application=builders.submitted(), reason="Surat tugas palsu.", by=ayu, at=timezone.now())
    assert builders.verified(email="arif@kendalkab.go.id").state == "email_verified"


def test_a_decision_that_is_none_is_refused_with_a_sentence(console: Client, queued: list) -> None:
    """Nothing that is not offered counts as a no."""
    submitted, contested = builders.submitted(), builders.contested("33.26")
    copy = actions.hand_in(**builders.copy_of("pks"), copy=builders.document(), by=None, at=timezone.now())
    addresses = {
        f"/console/applications/{submitted.pk}/decision/": submitted,
        f"/console/applications/{contested.pk}/settlement/": contested,
        f"/console/agreements/{copy.pk}/": copy,
    }
    for address, subject in addresses.items():
        before = subject.state
        for wrong in ({}, {"transition": ""}, {"transition": "yes"}, {"transition": "approve "}):
            answer = console.post(address, {"reason": "Alasan.", **wrong})
            assert answer.status_code == 422, address
            assert "Pilih salah satu keputusan." in answer.content.decode()
        subject.refresh_from_db()
        assert subject.state == before
    no_reason = console.post(f"/console/agreements/{copy.pk}/", {"transition": "return"})
    assert no_reason.status_code == 422
    assert console.post(f"/console/agreements/{copy.pk}/", {"transition": "verify"}).status_code == 302
    assert console.post(f"/console/agreements/{copy.pk}/", {"transition": "verify"}).status_code == 409


def test_a_colleague_is_neither_taken_nor_declined_by_accident(visitor: Client) -> None:
    asked = builders.asked_to_join()
    base = f"/apply/{builders.key_of(asked.application)}"
    answer = visitor.post(f"{base}/join/{asked.pk}/", {"answer": "perhaps"})
    assert answer.status_code == 422
    assert "terima rekan ini, atau tolak" in answer.content.decode()
    asked.refresh_from_db()
    assert asked.answered_at is None
    actions.withdraw(application=asked.colleague, at=timezone.now())
    assert visitor.post(f"{base}/join/{asked.pk}/", {"answer": "accept"}).status_code == 302
    asked.refresh_from_db()
    assert asked.answered_at is None, "who has gone is not taken in"


@pytest.mark.parametrize("first", ["approve", "refuse", "return"])
@pytest.mark.parametrize("second", ["approve", "refuse", "return"])
def test_the_second_operator_is_told(console: Client, first: str, second: str) -> None:
    """409 with a sentence, whatever the two had in mind; nothing is done twice."""
    application = builders.submitted()
    address = f"/console/applications/{application.pk}/decision/"
    assert console.post(address, {"transition": first, "reason": "Alasan pertama."}).status_code == 302
    runs = ProvisioningRun.objects.count()
    late = console.post(address, {"transition": second, "reason": "Alasan kedua."})
    assert late.status_code == 409
    assert "Anda didahului" in late.content.decode()
    assert ProvisioningRun.objects.count() == runs
    application.refresh_from_db()
    assert application.reason != "Alasan kedua."


def test_a_run_that_is_undone_leaves_the_application_to_decide(ayu: User, queued: list) -> None:
    application = actions.approve(application=builders.submitted(), by=ayu, at=timezone.now())
    provisioning.abandon(run=application.run, by=ayu, at=timezone.now())
    application.refresh_from_db()
    assert application.state == "submitted"
    assert actions.approve(application=application, by=ayu, at=timezone.now()).state == "provisioning"


def test_a_subdomain_that_was_taken_meanwhile_is_said(console: Client) -> None:
    application = builders.submitted()
    provisioning.request_run(
        code="33.26", subdomain="layanan-baru", by=None, at=timezone.now(), in_background=False, modules=[]
    )
    Application.objects.filter(pk=application.pk).update(subdomain="layanan-baru")
    answer = console.post(f"/console/applications/{application.pk}/decision/", {"transition": "approve"})
    assert answer.status_code == 409
    assert "sudah dipakai" in answer.content.decode()
    application.refresh_from_db()
    assert application.state == "submitted"


def test_who_may_only_look_decides_nothing(public: None, queued: list) -> None:
    browser = Client(headers={"host": "localhost"})
    browser.force_login(operator(ConsolePermission.VIEW))
    application = builders.submitted()
    page = browser.get(f"/console/applications/{application.pk}/")
    assert page.status_code == 200
    assert "Setujui dan siapkan" not in page.content.decode()
    answer = browser.post(f"/console/applications/{application.pk}/decision/", {"transition": "approve"})
    assert answer.status_code == 404


@pytest.mark.slow
def test_two_operators_in_the_same_moment(
    template: None, django_db_setup: None, django_db_blocker: pytest.FixtureLookupError, queued: list
) -> None:
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        application = builders.submitted()
        users = [User.objects.create_user(f"operator{number}@rujukan.test", f"Operator {number}") for number in (1, 2)]
        gate, outcome = threading.Barrier(2), []

        def decide(user: User) -> None:
            try:
                gate.wait()
                outcome.append(actions.approve(application=application, by=user, at=timezone.now()).state)
            except actions.AlreadyDecided:
                outcome.append("told")
            finally:
                connection.close()

        try:
            threads = [threading.Thread(target=decide, args=(user,)) for user in users]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert sorted(outcome) == ["provisioning", "told"]
            assert ProvisioningRun.objects.filter(code=builders.KENDAL).count() == 1
        finally:
            Application.objects.filter(code=builders.KENDAL).delete()
            ProvisioningRun.objects.filter(code=builders.KENDAL).delete()
            # Not delete(): in public there are no tables of a regency to cascade to.
            User.objects.filter(email__startswith="operator")._raw_delete("default")
