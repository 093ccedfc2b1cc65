"""What billing refuses. Each text is a sentence for the person who asked and says what to do."""


class BillingRefused(Exception):
    """The change was refused; the text says why and what to do."""


class ReasonMissing(BillingRefused):
    """What is done to somebody's bill says why."""


class NothingToOffer(BillingRefused):
    """The plan has no price for this class, or nothing is left of the year."""


class NotInThisState(BillingRefused):
    """The document is not in a state in which that is possible."""


class NotYetDue(BillingRefused):
    """The law pays after delivery: no acceptance (BAST) yet, or the period is not over."""


class ProfileMissing(BillingRefused):
    """Nobody said to which office the bill goes."""


class IssuerIncomplete(BillingRefused):
    """The deployment does not say where the money goes."""


class SP2DTaken(BillingRefused):
    """That SP2D is recorded already."""


class Overpaid(BillingRefused):
    """More than what is still owed."""


class TooEarly(BillingRefused):
    """The budget calendar, a grace or a step before this one forbids it today."""
