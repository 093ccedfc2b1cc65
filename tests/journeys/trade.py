"""A small trade whose owner asks for the letter that shows it. Invented, as all of the journeys."""

from tests.journeys import family
from tests.journeys.person import Person


def describe(citizen: Person, *, name: str, kind: str, address: str = "RT 02", since: str = "2015") -> None:
    """Fill in what the service asks about a trade, and hand in its papers."""
    citizen.fill("Nama usaha", name)
    citizen.fill("Jenis usaha", kind)
    citizen.fill("Alamat usaha", address)
    citizen.fill("Tahun mulai usaha", since)
    citizen.choose("Keperluan", "KUR atau kredit")
    for document in ("KTP", "Foto tempat usaha"):
        citizen.hand_in(document, family.paper("pindai.jpg"))
