"""The code printed on a letter, by which whoever holds it can check it."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

from tenants.letters.models import Letter
from tenants.people.keys import keyed_hash

# Crockford's alphabet: no I, L, O, U, so that a code survives being read aloud or copied by hand.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 12  # 60 bits: guessing one of a million letters takes 10^12 tries
_MISREAD = str.maketrans("OIL", "011")


def new_code() -> str:
    """A code that cannot be guessed from others."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def normal(text: str) -> str:
    """A code as people type it, in the form that is stored; '' when it cannot be one."""
    plain = "".join(letter for letter in text.upper() if letter.isalnum()).translate(_MISREAD)
    return plain if len(plain) == LENGTH and set(plain) <= set(ALPHABET) else ""


def find(code: str) -> Letter | None:
    """The letter of this regency that carries the code; one that is not made yet is not there."""
    plain = normal(code)
    return Letter.objects.select_related("attachment").filter(code=plain, state=Letter.State.READY).first()


def fingerprint(data: Mapping[str, Any]) -> str:
    """16 hexadecimal digits over everything that a letter says, printed on it and shown by the check.

    Keyed, because a name and a NIK could otherwise be tried out against it.
    """
    words = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return keyed_hash("letter", hashlib.sha256(words.encode()).hexdigest())[:16]


def is_same_file(letter: Letter, sha256: str) -> bool:
    """Whether a file with this hash is the letter, bit by bit."""
    return hmac.compare_digest(letter.sha256, sha256)
