"""Files that only this deployment can read: sealed piece by piece, so that neither side holds more than one in memory.

AES-256-GCM in the STREAM construction: every piece is bound to its place and to whether it is the last one, so that a
file that was cut, reordered or altered does not open. Each file has a key of its own, derived from BACKUP_KEYS (the
first seals, all open) and a random salt that stands in its head.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import os
from typing import IO, Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

PIECE = 256 * 1024
_MAGIC = b"RJK\x01"
_NAME, _SALT, _TAG = 4, 16, 16
_HEAD = len(_MAGIC) + _NAME + _SALT
_SEALED = PIECE + _TAG
SHORTEST_KEY = 32


class NotSealedHere(Exception):
    """No key of BACKUP_KEYS fits, or the file was altered or cut."""


class SealedWriter(io.RawIOBase):
    """Seals what is written to it into `target`, which it closes. Not seekable: what is sealed stays."""

    def __init__(self, target: IO[bytes]) -> None:
        name, secret = _ring()[0]
        salt = os.urandom(_SALT)
        self._target, self._head = target, _MAGIC + name + salt
        self._cipher, self._waiting, self._number = _cipher(secret, salt), bytearray(), 0
        target.write(self._head)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._waiting += data
        # One piece is kept back: whether it is the last is known when the file is closed.
        while len(self._waiting) > PIECE:
            self._seal(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._seal(bytes(self._waiting), last=True)
            self._target.close()
        super().close()

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._number, last), piece, self._head))
        self._number += 1


class SealedReader(io.RawIOBase):
    """Opens what SealedWriter sealed; seekable. Raises NotSealedHere as soon as a piece does not fit."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._head = source.read(_HEAD)
        names = dict(_ring())
        name = self._head[len(_MAGIC) : len(_MAGIC) + _NAME]
        if len(self._head) != _HEAD or not self._head.startswith(_MAGIC) or name not in names:
            raise NotSealedHere("no key of BACKUP_KEYS fits this file")
        self._cipher = _cipher(names[name], self._head[-_SALT:])
        body = source.seek(0, io.SEEK_END) - _HEAD
        if (body - 1) % _SEALED + 1 < _TAG or body < _TAG:
            raise NotSealedHere("this file was cut after it was written")
        self._pieces = -(-body // _SEALED)
        self._size = body - self._pieces * _TAG
        self._position, self._at, self._piece = 0, -1, b""
        self._opened(self._pieces - 1)  # that it ends where it ended, whatever part is then read

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, start + offset)
        return self._position

    def readinto(self, buffer: Any) -> int:
        if self._position >= self._size:
            return 0
        number, offset = divmod(self._position, PIECE)
        part = self._opened(number)[offset : offset + len(buffer)]
        buffer[: len(part)] = part
        self._position += len(part)
        return len(part)

    def close(self) -> None:
        if not self.closed:
            self._source.close()
        super().close()

    def _opened(self, number: int) -> bytes:
        if number != self._at:
            self._source.seek(_HEAD + number * _SEALED)
            sealed = self._source.read(_SEALED)
            try:
                self._piece = self._cipher.decrypt(_nonce(number, number == self._pieces - 1), sealed, self._head)
            except InvalidTag:
                raise NotSealedHere("this file was altered or cut after it was written") from None
            self._at = number
        return self._piece


def signature(text: bytes) -> str:
    """64 hexadecimal digits by which this deployment knows its own manifest again."""
    return hmac.new(_ring()[0][1], b"manifest" + text, hashlib.sha256).hexdigest()


def is_signed(text: bytes, given: str) -> bool:
    """Whether one of the keys signed `text`."""
    made = (hmac.new(secret, b"manifest" + text, hashlib.sha256).hexdigest() for _name, secret in _ring())
    return any(hmac.compare_digest(one, given) for one in made)


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _cipher(secret: bytes, salt: bytes) -> AESGCM:
    return AESGCM(hmac.new(secret, b"file" + salt, hashlib.sha256).digest())


def _ring() -> list[tuple[bytes, bytes]]:
    """Name and secret of each key."""
    if not settings.BACKUP_KEYS or any(len(key) < SHORTEST_KEY for key in settings.BACKUP_KEYS):
        raise ImproperlyConfigured(f"BACKUP_KEYS needs keys of at least {SHORTEST_KEY} characters.")
    secrets = [hashlib.sha256(b"rujukan.backup\0" + key.encode()).digest() for key in settings.BACKUP_KEYS]
    return [(hashlib.sha256(b"rujukan.backup.name\0" + secret).digest()[:_NAME], secret) for secret in secrets]
