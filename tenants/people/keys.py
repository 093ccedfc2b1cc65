"""Encryption and keyed hashes of personal data (UU 27/2022, Art. 35 and 39: who holds it secures it).

Two settings, both secrets of the deployment and never of the database:

- `PERSONAL_DATA_KEYS`: a list; the first key encrypts, every one of them decrypts. To rotate, put a new key
  in front, run `tenants.people.rotation.reencrypt` over the models, then drop the old key.
- `PERSONAL_DATA_HASH_KEY`: makes the hashes by which an encrypted value is found again. It does not rotate:
  a new key means that every value must be written again.
"""

import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

SHORTEST_KEY = 32
_VERSION = b"\x01"
_ID, _NONCE, _TAG = 4, 12, 16
_HEADER = len(_VERSION) + _ID


class Undecipherable(Exception):
    """A stored value was made with a key that is not in `PERSONAL_DATA_KEYS`, or was altered."""


def encrypt(text: str) -> bytes:
    """`text` under the first key (AES-256-GCM): version, key's name, nonce, then the sealed text."""
    header, cipher = _ring()[0]
    nonce = os.urandom(_NONCE)
    return header + nonce + cipher.encrypt(nonce, text.encode(), header)


def decrypt(sealed: bytes) -> str:
    """The text that `encrypt` sealed. Raises Undecipherable when no key fits or a bit has changed."""
    header, nonce, body = sealed[:_HEADER], sealed[_HEADER : _HEADER + _NONCE], sealed[_HEADER + _NONCE :]
    cipher = dict(_ring()).get(header)
    if cipher is None or len(body) < _TAG:
        raise Undecipherable("no key of PERSONAL_DATA_KEYS fits this value")
    try:
        return cipher.decrypt(nonce, body, header).decode()
    except InvalidTag:
        raise Undecipherable("this value was altered after it was stored") from None


def is_current(sealed: bytes) -> bool:
    """Whether the first key sealed this value; if not, it waits for rotation."""
    return sealed[:_HEADER] == _ring()[0][0]


def keyed_hash(kind: str, value: str, *, schema: str | None = None) -> str:
    """64 hexadecimal digits by which `value` is found again without being stored in the clear.

    `kind` ("nik", "kk", ...) and the regency's schema are mixed in: the same number gives unrelated hashes as
    NIK and as KK, and in two regencies, so that their lists cannot be joined. Punctuation and case are
    ignored. `schema` is the current one unless given.
    """
    plain = "".join(letter for letter in value if letter.isalnum()).upper()
    if not plain:
        raise ValueError("an empty value has no hash")
    here = schema or connection.schema_name  # type: ignore[attr-defined]
    message = "\x1f".join((here, kind, plain))
    return hmac.new(_hash_key(), message.encode(), hashlib.sha256).hexdigest()


def _ring() -> tuple[tuple[bytes, AESGCM], ...]:
    return _ring_of(tuple(settings.PERSONAL_DATA_KEYS))


@lru_cache(maxsize=8)
def _ring_of(secrets: tuple[str, ...]) -> tuple[tuple[bytes, AESGCM], ...]:
    if not secrets:
        raise ImproperlyConfigured("PERSONAL_DATA_KEYS is empty: personal data cannot be stored without a key.")
    return tuple(_cipher(_long_enough("PERSONAL_DATA_KEYS", secret)) for secret in secrets)


def _cipher(secret: str) -> tuple[bytes, AESGCM]:
    key = hashlib.sha256(b"rujukan.people.encrypt\0" + secret.encode()).digest()
    return _VERSION + hashlib.sha256(b"rujukan.people.name\0" + key).digest()[:_ID], AESGCM(key)


def _hash_key() -> bytes:
    secret = _long_enough("PERSONAL_DATA_HASH_KEY", settings.PERSONAL_DATA_HASH_KEY)
    return b"rujukan.people.hash\0" + secret.encode()


def _long_enough(setting: str, secret: str) -> str:
    if len(secret) < SHORTEST_KEY:
        raise ImproperlyConfigured(f"{setting} needs keys of at least {SHORTEST_KEY} characters.")
    return secret
