"""Which subdomain a regency gets, and which ones nobody gets."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from tenants.regions.catalogue import SANDBOX, RegencyInfo, provinces, regencies

SHORTEST, LONGEST = 3, 40

_WORDS = """
    about account accounts admin administrator api app apps assets auth autoconfig autodiscover beta billing blog
    cdn console contact dashboard data demo dev docs domain domains email files ftp gateway git help helpdesk host
    hosting id image images imap indonesia info internal jakarta kemendagri kpk legal lapor localhost login mail media
    menpan mx news ns1 ns2 ns3 official oidc ops payment payments ping pop pop3 portal preview private prod production
    public pusat register resmi root rujukan sandbox secure security server service services signin signup smtp sso
    stage staging standby static status support system template test testing tls uat uploads user users web webmail
    work www www1 www2
"""
RESERVED = frozenset(_WORDS.split())


class SubdomainRefused(ValueError):
    """This subdomain cannot be given; `sentence` says why, for the person who asked."""

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def suggest_subdomain(info: RegencyInfo) -> str:
    """`batang`, `aceh-selatan`; `kota-pekalongan` where a kabupaten has the same name. Unique over all regencies."""
    name = _slug(info.name)
    return f"kota-{name}" if info.kind == "kota" and info.name in _shared_names() else name


def check_subdomain(text: str, *, code: str | None = None, taken: Iterable[str] = ()) -> None:
    """Accept `text` as the subdomain of the regency `code`, or raise SubdomainRefused.

    `taken` are the subdomains that others have: neither they nor what looks like them is given again. Without `code`
    the name of any regency is refused, because nobody has shown that it is theirs.
    """
    _check_shape(text)
    look = fold(text)
    if look in _folded_reserved() and _folded_names().get(look, "") != code:
        raise SubdomainRefused(format_lazy(_("“{text}” dipakai oleh sistem. Pilih nama lain."), text=text))
    for other in taken:
        if other == text:
            raise SubdomainRefused(format_lazy(_("“{text}” sudah dipakai. Pilih nama lain."), text=text))
        if fold(other) == look:
            raise SubdomainRefused(
                format_lazy(_("“{text}” terlalu mirip dengan “{other}” yang sudah dipakai. Pilih nama lain."),
                            text=text, other=other)
            )  # fmt: skip
    owner = _folded_names().get(look)
    if owner is not None and owner != code:
        raise SubdomainRefused(
            format_lazy(_("“{text}” adalah nama daerah lain. Pakai nama daerah Anda sendiri."), text=text)
        )


def fold(text: str) -> str:
    """What a hurried eye sees: hyphens gone, digits and pairs of letters turned into the letters they resemble."""
    text = text.replace("-", "").translate(_RESEMBLING)
    for pair, letter in _PAIRS:
        text = text.replace(pair, letter)
    return text


# `i` and `l` fall together with `1`: in many typefaces they are one stroke.
_RESEMBLING = str.maketrans("0123456789i", "olzeasbtbgl")
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))


def _check_shape(text: str) -> None:
    if not SHORTEST <= len(text) <= LONGEST:
        raise SubdomainRefused(
            format_lazy(_("Subdomain terdiri atas {shortest} sampai {longest} karakter."),
                        shortest=SHORTEST, longest=LONGEST)
        )  # fmt: skip
    if not re.fullmatch(r"[a-z0-9-]+", text):
        raise SubdomainRefused(_("Subdomain hanya boleh berisi huruf kecil a–z, angka 0–9, dan tanda hubung."))
    # Also keeps out `xn--`, with which any look-alike of any alphabet could be written.
    if text.startswith("-") or text.endswith("-") or "--" in text:
        raise SubdomainRefused(_("Tanda hubung hanya boleh berada di antara huruf atau angka, satu setiap kali."))
    if text.isdigit():
        raise SubdomainRefused(_("Subdomain harus memuat huruf."))


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


@lru_cache(maxsize=1)
def _shared_names() -> frozenset[str]:
    return frozenset(name for name, count in Counter(info.name for info in regencies()).items() if count > 1)


@lru_cache(maxsize=1)
def _folded_reserved() -> frozenset[str]:
    return frozenset(map(fold, RESERVED)) | {fold(_slug(province.name)) for province in provinces()}


@lru_cache(maxsize=1)
def _folded_names() -> dict[str, str]:
    """Whose name this is: folded subdomain to regency code. A suggestion outranks the longer ways to write a name."""
    names = {fold(suggest_subdomain(info)): info.code for info in (*regencies(), SANDBOX)}
    for info in regencies():
        for longer in _longer_names(info):
            names.setdefault(fold(longer), info.code)
    return names


def _longer_names(info: RegencyInfo) -> tuple[str, ...]:
    name, short = _slug(info.name), "kab" if info.kind == "kabupaten" else "kota"
    government = "pemkab" if info.kind == "kabupaten" else "pemkot"
    return f"{info.kind}-{name}", f"{short}-{name}", f"{name}-{short}", f"{government}-{name}", f"{name}-{government}"
