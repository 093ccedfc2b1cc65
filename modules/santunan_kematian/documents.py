"""The papers that a family brings."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _


class Document(StrEnum):
    """What a family brings. The keys are those of the service's definition."""

    KK = "kk"
    HEIR_ID = "ktp_ahli_waris"
    VILLAGE_LETTER = "surat_kematian_desa"
    CERTIFICATE = "akta_kematian"
    CERTIFICATE_PROOF = "bukti_pengurusan_akta"
    RELATION_LETTER = "surat_ahli_waris"
    BIRTH_LETTER = "surat_lahir"
    POVERTY_LETTER = "surat_miskin"
    HOUSE_PHOTO = "foto_rumah"
    BANK_BOOK = "buku_rekening"
    DOMICILE_LETTER = "surat_domisili"


def document_name(key: str) -> str:
    """What a person calls it."""
    return {
        Document.KK: _("Kartu Keluarga"),
        Document.HEIR_ID: _("KTP ahli waris"),
        Document.VILLAGE_LETTER: _("Surat kematian dari desa/kelurahan"),
        Document.CERTIFICATE: _("Kutipan akta kematian"),
        Document.CERTIFICATE_PROOF: _("Bukti akta kematian sedang diurus"),
        Document.RELATION_LETTER: _("Surat keterangan ahli waris"),
        Document.BIRTH_LETTER: _("Surat keterangan lahir"),
        Document.POVERTY_LETTER: _("Surat keterangan tidak mampu dari desa"),
        Document.HOUSE_PHOTO: _("Foto rumah"),
        Document.BANK_BOOK: _("Buku rekening ahli waris"),
        Document.DOMICILE_LETTER: _("Surat keterangan domisili"),
    }.get(Document(key), key)


@dataclass(frozen=True)
class Requirement:
    """Any one of `any_of` fulfils it; `why` is '' when everybody must bring it."""

    any_of: tuple[Document, ...]
    why: str = ""

    @property
    def name(self) -> str:
        return _(" atau ").join(document_name(key) for key in self.any_of)

    def met_by(self, documents: Iterable[str]) -> bool:
        return not set(self.any_of).isdisjoint(documents)
