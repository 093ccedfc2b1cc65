"""What is sealed opens as it was, from any place; cut, reordered or altered it does not open."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.backups.sealing import PIECE, NotSealedHere, SealedReader, SealedWriter

SIZES = [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 7]


class _Kept(io.BytesIO):
    """Outlives being closed."""

    def close(self) -> None: ...


def sealed(content: bytes, at_once: int = 100_000) -> bytes:
    target = _Kept()
    writer = SealedWriter(target)
    for begin in range(0, len(content), at_once):
        writer.write(content[begin : begin + at_once])
    writer.close()
    return target.getvalue()


def opened(stored: bytes) -> bytes:
    return SealedReader(io.BytesIO(stored)).read() or b""


def text(size: int) -> bytes:
    return bytes(number % 251 for number in range(size))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("at_once", [1_000, PIECE, 10 * PIECE])
def test_it_opens_as_it_was(size: int, at_once: int) -> None:
    assert opened(sealed(text(size), at_once)) == text(size)


@given(st.integers(0, 3 * PIECE + 50), st.integers(0, 2 * PIECE))
def test_it_is_read_from_any_place(begin: int, length: int) -> None:
    reader = io.BufferedReader(SealedReader(io.BytesIO(STORED)))
    reader.seek(begin)
    assert reader.read(length) == TEXT[begin : begin + length]


TEXT = text(3 * PIECE + 7)
STORED = sealed(TEXT)


@pytest.mark.parametrize("size", SIZES[1:])
def test_a_cut_file_does_not_open(size: int) -> None:
    whole = sealed(text(size))
    for length in {len(whole) - 1, len(whole) // 2, 24 + PIECE + 16, 24 + PIECE + 20, 24, 10} - {len(whole)}:
        if length < len(whole):
            with pytest.raises(NotSealedHere):
                opened(whole[:length])


@pytest.mark.parametrize("where", [0, 5, 15, 24, 24 + PIECE + 3, -1])
def test_an_altered_file_does_not_open(where: int) -> None:
    changed = bytearray(STORED)
    changed[where] ^= 1
    with pytest.raises(NotSealedHere):
        opened(bytes(changed))


def test_pieces_do_not_change_places() -> None:
    piece = PIECE + 16
    swapped = STORED[:24] + STORED[24 + piece : 24 + 2 * piece] + STORED[24 : 24 + piece] + STORED[24 + 2 * piece :]
    with pytest.raises(NotSealedHere):
        opened(swapped)


def test_a_piece_of_another_file_does_not_fit() -> None:
    other = sealed(TEXT)
    piece = PIECE + 16
    with pytest.raises(NotSealedHere):
        opened(STORED[:24] + other[24 : 24 + piece] + STORED[24 + piece :])
