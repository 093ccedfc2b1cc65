"""Why a step of an application was refused. The text is a sentence for the person who asked."""


class ApplicationRefused(Exception):
    """An anticipated refusal; `field` is the one to look at, if there is one."""

    field: str | None = None

    def __init__(self, sentence: object, field: str | None = None) -> None:
        super().__init__(str(sentence))
        self.field = field or type(self).field


class RegencyUnknown(ApplicationRefused):
    """Not one of the 514, or one without a government of its own."""

    field = "code"


class RegencyHere(ApplicationRefused):
    """It works here already."""

    field = "code"


class EmailRefused(ApplicationRefused):
    """Not an address, or not of a government."""

    field = "email"


class LinkInvalid(ApplicationRefused):
    """The link is garbled, used, replaced or too old."""


class NotEditable(ApplicationRefused):
    """It has been handed in, decided or given up."""


class Incomplete(ApplicationRefused):
    """Something is still missing; the text lists what."""


class AlreadyDecided(ApplicationRefused):
    """Somebody else was first."""


class ReasonMissing(ApplicationRefused):
    """A decision against somebody says why."""

    field = "reason"


class Held(ApplicationRefused):
    """The regency is applied for by somebody else."""


class ChoiceRefused(ApplicationRefused):
    """The subdomain, the modules or the administrators cannot be had like this."""
