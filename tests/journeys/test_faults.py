"""What breaks while people work: nothing is lost, nothing is half made, nothing is done twice."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.journeys import family
from tests.journeys.deployment import Deployment
from tests.journeys.stage import OPERATOR, PASSWORD
from tests.journeys.visitor import Answer, Visitor

BATANG = "batang.localhost"
USAHA = "/services/surat_keterangan_usaha/application/"
LETTER = "SELECT state FROM batang.letters_letter ORDER BY id DESC LIMIT 1"


@pytest.fixture(autouse=True)
def _a_worker_is_there(fragile: Deployment) -> None:
    if fragile.worker is None or fragile.worker.poll() is not None:
        fragile.start_worker()


# -- PostgreSQL goes away ------------------------------------------------------------------------------------


def test_postgres_crashes_under_the_web_process(fragile: Deployment) -> None:
    clerk = fragile.visitor(BATANG)
    clerk.sign_in("verifikator-dinsos@batang.test", PASSWORD)
    citizen = fragile.visitor(BATANG)
    number = apply(citizen, fragile)
    for _ in range(4):  # every thread has a connection
        assert clerk.twin().get("/work/").status == 200
    with fragile.without_postgres():
        refused = citizen.get(USAHA)
        assert refused.status == 503
        assert refused.headers["Retry-After"]
        assert "Yang sudah Anda kirim tidak hilang." in refused.text
    answers = [clerk.twin().get("/work/").status for _ in range(6)]
    assert answers == [200] * 6, "and the session is still there"
    assert fragile.ask("SELECT count(*) FROM batang.services_case WHERE number = %s", number) == 1
    assert apply(citizen, fragile) != number
    assert fragile.web is not None
    assert fragile.web.poll() is None


# -- a worker is killed --------------------------------------------------------------------------------------


def test_a_worker_killed_while_it_makes_a_letter(fragile: Deployment) -> None:
    number = apply(fragile.visitor(BATANG), fragile)
    with held(fragile, "batang.files_attachment") as is_waited_for:
        for role, step, state in (
            ("operator-desa", "teruskan", "verifikasi"),
            ("kepala-desa", "tanda_tangani", "tanda_tangan"),
        ):
            official = fragile.visitor(BATANG)
            official.sign_in(f"{role}@batang.test", PASSWORD)
            taken = official.post(f"/work/services/cases/{number}/steps/", {"transition": step, "expected": state})
            assert taken.status == 302, taken.text
        fragile.wait_for("the worker is about to store the PDF", is_waited_for)
        fragile.kill_worker()
    assert fragile.ask(LETTER) == "queued"
    fragile.start_worker()
    fragile.wait_for("the letter is made after all", lambda: fragile.ask(LETTER) == "ready", 45)
    case = f"(SELECT id::text FROM batang.services_case WHERE number = '{number}')"
    assert fragile.ask(f"SELECT count(*) FROM batang.letters_letter WHERE subject_id = {case}") == 1
    letter = f"(SELECT id::text FROM batang.letters_letter WHERE subject_id = {case})"
    stored = "SELECT count(*) FROM batang.files_attachment WHERE subject_type = 'letters.letter' AND subject_id = "
    assert fragile.ask(stored + letter) == 1
    made = "SELECT count(*) FROM batang.audit_auditentry WHERE action = 'letters.letter_made' AND subject_id = "
    assert fragile.ask(made + letter) == 1


def test_a_worker_killed_while_it_makes_a_regency(fragile: Deployment) -> None:
    operator = fragile.visitor("localhost")
    operator.sign_in(OPERATOR, PASSWORD)
    operator.get("/console/new/")
    with held(fragile, "public.modules_moduleswitch") as is_waited_for:
        asked = {
            "code": "33.23",
            "subdomain": "temanggung",
            "admin_email": "admin@temanggung.test",
            "admin_name": "Siti",
        }
        assert operator.post("/console/new/", asked).status == 302
        fragile.wait_for("the worker is at the modules", is_waited_for)
        fragile.kill_worker()
        assert fragile.visitor("temanggung.localhost").get("/").status == 503
    before = steps(fragile, "33.23")
    assert (before["schema"], before["modules"]) == ("done", "running")
    fragile.start_worker()
    run = "SELECT state FROM public.onboarding_provisioningrun WHERE code = '33.23'"
    fragile.wait_for("the run ends", lambda: fragile.ask(run) == "done", 45)
    assert set(steps(fragile, "33.23").values()) == {"done"}
    assert fragile.ask("SELECT count(*) FROM public.tenants_regency WHERE code = '33.23'") == 1
    assert fragile.ask("SELECT count(*) FROM temanggung.accounts_user") == 1
    assert fragile.ask("SELECT count(*) FROM temanggung.accounts_invitation") == 1
    ended = "SELECT count(*) FROM public.audit_auditentry WHERE action = 'onboarding.provisioned' AND subject_id = "
    assert fragile.ask(ended + f"({run.replace('state', 'id::text')})") == 1
    assert fragile.wait_for(
        "the address answers", lambda: fragile.visitor("temanggung.localhost").get("/").status == 200
    )


# -- the same form twice -------------------------------------------------------------------------------------


@pytest.mark.parametrize("button", ["file", "draft"])
def test_a_double_click_files_one_claim(fragile: Deployment, button: str) -> None:
    number = {"file": 8, "draft": 9}[button]
    operator = fragile.visitor(BATANG)
    operator.sign_in("operator-desa@batang.test", PASSWORD)
    form = operator.get("/work/santunan_kematian/new/")
    fields = {
        "token": form.hidden("token"),
        "village": form.hidden("village"),
        "nik": family.nik(number),
        "kk": family.kk(number),
        "name": family.NAME,
        "sex": "L",
        "birth_date": family.BORN,
        "birth_order": "1",
        "address": "RT 02 RW 01",
        "death_date": family.died().isoformat(),
        "death_place": "di rumah",
        "death_cause": "sakit",
        "heir_nik": family.heir_nik(number),
        "heir_name": "Siti Aminah",
        "heir_relation": "pasangan",
        "heir_in_same_kk": "on",
        button: "1",
    }
    papers = {
        f"document_{key}": (f"{key}.jpg", family.photo()) for key in ("kk", "ktp_ahli_waris", "surat_kematian_desa")
    }
    answers = at_once(2, operator, lambda visitor: visitor.post("/work/santunan_kematian/new/", fields, papers))
    claims = (
        "SELECT count(*) FROM batang.services_case c JOIN batang.santunan_kematian_claim ON case_id = c.id "
        "WHERE c.token = %s"
    )
    assert fragile.ask(claims, fields["token"]) == 1
    assert [answer.status for answer in answers] == [302, 302], "both clicks lead to the same claim"
    assert len({answer.location for answer in answers}) == 1


def test_a_double_click_files_one_application(fragile: Deployment) -> None:
    citizen = fragile.visitor(BATANG)
    fields = application(citizen, fragile)
    answers = at_once(2, citizen, lambda visitor: visitor.post(USAHA, fields, scans()))
    assert [answer.status for answer in answers] == [302, 302]
    assert fragile.ask("SELECT count(*) FROM batang.services_case WHERE token = %s", fields["token"]) == 1


# -- doing ---------------------------------------------------------------------------------------------------


def application(citizen: Visitor, site: Deployment) -> dict[str, str]:
    form = citizen.get(USAHA)
    assert form.status == 200, form.text
    return {
        "token": form.hidden("token"),
        "applicant_name": "Siti Aminah",
        "applicant_nik": family.heir_nik(1),
        "applicant_phone": "081234567890",
        "applicant_village": str(site.ask(OWN_VILLAGE)),
        "field_nama_usaha": "Batik Lestari",
        "field_jenis_usaha": "Batik tulis",
        "field_alamat_usaha": "RT 02 RW 01",
        "field_mulai_usaha": "2015",
        "field_keperluan": "KUR atau kredit",
    }


OWN_VILLAGE = "SELECT id FROM batang.organisation_village WHERE kind = 'desa' ORDER BY code LIMIT 1"


def scans() -> dict[str, tuple[str, bytes]]:
    return {f"document_{key}": (f"{key}.jpg", family.photo()) for key in ("ktp", "foto_usaha")}


def apply(citizen: Visitor, site: Deployment) -> str:
    """Apply for a business letter; the number of the case."""
    fields = application(citizen, site)
    sent = citizen.post(USAHA, fields, scans())
    assert sent.status == 302, sent.text
    return str(site.ask("SELECT number FROM batang.services_case WHERE token = %s", fields["token"]))


def at_once(times: int, visitor: Visitor, send: Callable[[Visitor], Answer]) -> list[Answer]:
    """The same request from several connections at the same moment."""
    start, answers = threading.Barrier(times), []

    def one(twin: Visitor) -> None:
        start.wait()
        answers.append(send(twin))

    threads = [threading.Thread(target=one, args=[visitor.twin()]) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@contextmanager
def held(site: Deployment, table: str) -> Iterator[Callable[[], bool]]:
    """Nobody writes to `table` meanwhile; yields a question: does somebody wait for it?"""
    waiting = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = %s::regclass)"
    with site.connect() as connection:
        connection.execute(f"LOCK TABLE {table} IN SHARE MODE")
        yield lambda: bool(site.ask(waiting, table))


def steps(site: Deployment, code: str) -> dict[str, str]:
    query = (
        "SELECT key, s.state FROM public.onboarding_provisioningstep s "
        "JOIN public.onboarding_provisioningrun r ON r.id = run_id WHERE code = %s"
    )
    with site.connect() as connection:
        return dict(connection.execute(query, [code]).fetchall())
