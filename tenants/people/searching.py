"""Searching by a personal number: it never stands in an address, and so in no log line, history or referrer.

A number arrives in the body of a POST. What goes on in addresses (the next page, an export) is a sealed search: the
keyed hashes of the number, signed, good for an hour and for this regency alone. Whatever number still arrives in an
address, typed into some other search field, is taken out of it before anything else reads the request.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.utils.translation import gettext as _

from tenants.people.fields import keyed_hash

GOOD_FOR = 3600
"""Seconds for which a sealed search may be paged through."""
_NUMBER = re.compile(r"(?<!\d)\d(?:[ .-]?\d){15}(?!\d)", re.ASCII)
_SALT = "tenants.people.searching"


@dataclass(frozen=True, slots=True)
class Person:
    """The keyed hashes of a number that was searched for: as the NIK and as the family card that it may be."""

    nik: str
    kk: str


def number_in(text: str) -> str:
    """The sixteen digits of a NIK or family card in what somebody typed; empty when there are none."""
    found = _NUMBER.search(text)
    return re.sub(r"\D", "", found[0]) if found else ""


def person_of(number: str) -> Person:
    """What to look for in the current regency."""
    return Person(keyed_hash("nik", number), keyed_hash("kk", number))


def seal(number: str) -> str:
    """A search by this number for use in addresses."""
    person = person_of(number)
    return signing.dumps([person.nik, person.kk], salt=_SALT)


def unseal(sealed: str) -> Person | None:
    """The search again; None when it is too old, or was made elsewhere."""
    try:
        return Person(*signing.loads(sealed, salt=_SALT, max_age=GOOD_FOR))
    except signing.BadSignature:
        return None


def _names_of_numbers(query: QueryDict) -> list[str]:
    return [name for name, values in query.lists() if any(number_in(str(value)) for value in values)]


class NumbersStayOutOfAddresses:
    """Answers an address that carries a NIK or KK with the same address without it, and says why."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.META.get("QUERY_STRING") or not _names_of_numbers(request.GET):
            return self._get_response(request)
        sentence = _(
            "NIK dan nomor KK tidak dicari lewat alamat halaman, agar tidak tersimpan di riwayat peramban."
            " Petugas mencarinya dari kolom cari pada Kotak masuk."
        )
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": sentence}, status=HTTPStatus.BAD_REQUEST)
        kept = request.GET.copy()
        for name in _names_of_numbers(kept):
            del kept[name]
        messages.warning(request, sentence)
        return HttpResponseRedirect(f"{request.path}?{kept.urlencode()}" if kept else request.path, status=303)
