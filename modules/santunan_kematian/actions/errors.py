"""What can go wrong and is foreseen. The text of each is a sentence for the person who tried."""

from collections.abc import Sequence

from modules.santunan_kematian.rules import Check


class Refused(Exception):
    """A rule forbids it. `rule` is its id in docs/rules.csv, '' when it is none of them."""

    rule = ""


class NoProgramme(Refused):
    """No programme was in force on the day of death."""

    rule = "SM-11"


class ChecksFailed(Refused):
    """Findings that must be mended first; the text joins their sentences."""

    def __init__(self, checks: Sequence[Check]) -> None:
        super().__init__(" ".join(check.sentence for check in checks))
        self.checks = tuple(checks)
        self.rule = checks[0].rule if checks else ""


class AlreadyClaimed(Refused):
    """Another claim for this person stands."""

    rule = "SM-03"


class HeirIsDeceased(Refused):
    """The heir's NIK is that of the deceased."""

    rule = "SM-04"


class SurveyFirst(Refused):
    """The household is outside the register and its house has not been seen."""

    rule = "SM-07"


class BudgetExhausted(Refused):
    """The rest of the year's ceiling is less than the amount."""

    rule = "SM-08"


class CeilingTooLow(Refused):
    """The new ceiling is below what is already set aside."""

    rule = "SM-08"


class OwnClaim(Refused):
    """Who filed a claim does not verify it."""

    rule = "SM-09"


class ProgrammeOverlaps(Refused):
    """Two programmes would be in force on one day."""

    rule = "SM-11"


class ProgrammeInUse(Refused):
    """Its rules carry claims; change them by a new version."""

    rule = "SM-11"


class NotYourVillage(Refused):
    """A village operator files for the villages of his office."""


class NotEditable(Refused):
    """The claim has left the village."""


class NothingChosen(Refused):
    """An empty list was sent."""


class NotReady(Refused):
    """Something chosen is not at the stage that this needs."""


class PhotoMissing(Refused):
    """The programme asks for a picture of the handover."""

    rule = "SM-13"


class NumberRefused(Refused):
    """The pattern of a number cannot be used, or has given the same number before."""

    rule = "SM-13"


class ImportRefused(Refused):
    """The file cannot be read as a register."""
