"""What may be refused, each with the sentence that the person reads."""

from django.utils.translation import gettext as _


class AssessmentRefused(Exception):
    """An action that is not done; the text says why and what to do. `field` names the one to look at, if any."""

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class Closed(AssessmentRefused):
    """Submitted, verified or anonymised: nobody fills it in now."""


class NoSuchPart(AssessmentRefused):
    """The holder of this link may not answer this; for them it does not exist."""


class TooManyFiles(AssessmentRefused):
    """The answer or the whole assessment has as much evidence as it may."""


class AnswerChanged(AssessmentRefused):
    """Somebody saved since this person looked."""


class InstrumentRefused(AssessmentRefused):
    """An edition that cannot be uploaded, published or discarded."""


def closed() -> Closed:
    return Closed(
        _("Penilaian ini sudah dikirim untuk diverifikasi, jadi isiannya terkunci. Minta tim pusat mengembalikannya.")
    )
