"""Following a case by number and secret, for pages and API alike; guessing is counted and stopped."""

from django.utils.translation import gettext as _

from modules.services.models import Case
from modules.services.queries import find_tracked
from modules.switches import is_reachable
from tenants.models import Regency
from tenants.ratelimit import count_failure, failures

WRONG_BY_ADDRESS, WRONG_BY_NUMBER, WRONG_SECONDS = 20, 10, 600
"""A village office behind one address mistypes now and then; who guesses does so all the time."""


class GuessedTooOften(Exception):
    """Too many wrong attempts from this address or at this number; the text says how long to wait."""


class NotTracked(Exception):
    """No case of that number and secret: which of the two is wrong is not said."""


def track_case(*, number: str, secret: str, who: str, regency: Regency) -> Case:
    """The case of a number and its secret; `who` is the network address that asks.

    Raises NotTracked and GuessedTooOften.
    """
    number = number.strip().upper()
    by_address = failures("track:address", who) >= WRONG_BY_ADDRESS
    if by_address or failures("track:number", number) >= WRONG_BY_NUMBER:
        raise GuessedTooOften(_("Terlalu banyak percobaan yang salah. Tunggu sepuluh menit, lalu coba lagi."))
    case = find_tracked(number, secret)
    if case is None or not is_reachable(regency, case.service.key):
        count_failure("track:address", who, seconds=WRONG_SECONDS)
        count_failure("track:number", number, seconds=WRONG_SECONDS)
        raise NotTracked(_("Nomor atau kode rahasia tidak cocok. Periksa kembali tanda terima Anda."))
    return case
