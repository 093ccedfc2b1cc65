"""One government that signs up, for locust: list, mailbox, link, every part, handing in."""

import os
import re
import time
from email import message_from_bytes
from email.policy import default
from functools import lru_cache
from pathlib import Path

PATIENCE = 60.0
SURE = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
NIP = "198503152010012003"


def wishes(users: int, rivals: int) -> list[tuple[str, str]]:
    """Code and mailbox of each user; the last `rivals` want what the first ones want."""
    from tenants.regions import regencies

    codes = [info.code for info in regencies() if not info.administrative and info.code[:2] in ("11", "12")]
    chosen = [*codes[: users - rivals], *codes[:rivals]]
    return [(code, f"pegawai{number}@contoh{number}.go.id") for number, code in enumerate(chosen)]


@lru_cache(maxsize=1)
def picture() -> bytes:
    """A letter of assignment, as a photograph."""
    import io

    from PIL import Image

    target = io.BytesIO()
    Image.new("RGB", (600, 800), "white").save(target, "JPEG")
    return target.getvalue()


def link(mails: Path, email: str, kind: str) -> str:
    """The path of the link in this mailbox's mail."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for file in mails.glob("*"):
            for raw in file.read_bytes().split(b"-" * 79 + b"\n"):
                if email.encode() not in raw:
                    continue
                text = message_from_bytes(raw.strip(), policy=default).get_content()
                if found := re.search(rf"(/apply/{kind}[\w-]{{43}}/)", text):
                    return found[1]
        time.sleep(0.1)
    raise RuntimeError(f"no mail for {email}")


if "USERS" in os.environ:
    from locust import HttpUser, task
    from locust.exception import StopUser

    WISHES = iter(wishes(int(os.environ["USERS"]), int(os.environ["RIVALS"])))
    MAILS = Path(os.environ["MAILS"])

    class Government(HttpUser):
        """Does it once, as fast as it is answered."""

        def on_start(self) -> None:
            self.code, self.email = next(WISHES)
            number = int(re.search(r"\d+", self.email)[0])  # type: ignore[index]
            self.client.headers.update({"Host": "localhost", "X-Forwarded-For": f"10.0.0.{number + 1}"})

        @task
        def sign_up(self) -> None:
            self._send(
                "/apply/new/", f"/apply/new/?code={self.code}", officer_name="Pegawai", email=self.email, code=self.code
            )
            proof = link(MAILS, self.email, "verify/")
            self._send(proof, proof)
            base = link(MAILS, self.email, "")
            if "sudah diajukan orang lain" not in self.client.get(base, name="application").text:
                self._fill(base)
            print("ARRIVED", flush=True)  # noqa: T201
            raise StopUser

        def _fill(self, base: str) -> None:
            part = f"{base}parts/"
            self._send(
                f"{part}officer/", officer_name="Pegawai", nip=NIP, position="Kepala Diskominfo", phone="081234567890"
            )
            self._send(f"{part}letter/", files={"letter": ("surat.jpg", picture(), "image/jpeg")})
            self._send(f"{part}modules/", modules="surat_keterangan_usaha")
            self._send(f"{part}administrators/", name_1="Pegawai", email_1=self.email)
            self._send(
                f"{part}terms/", signatory="Bupati", signatory_position="Bupati", address="Jalan 1", financing="APBD",
                starts_on="2027-01-01", months="12", disputes="Gubernur", contact_name="Pegawai",
                contact_position="Kepala", contact_phone="081234567890",
            )  # fmt: skip
            self._send(f"{base}submission/", base)

        def _send(self, path: str, form: str = "", files: object = None, **fields: str) -> None:
            page = self.client.get(form or path, name="page").text
            fields["csrfmiddlewaretoken"] = SURE.search(page)[1]  # type: ignore[index]
            answer = self.client.post(path, data=fields, files=files, allow_redirects=False, name="form")
            if answer.status_code != 302:
                raise RuntimeError(f"{path}: {answer.status_code} {re.findall('errors[^>]*>([^<]*)', answer.text)}")
