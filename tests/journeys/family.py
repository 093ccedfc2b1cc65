"""The bereaved families of the journeys and the papers in their hands. All are invented (serials from 9000)."""

from datetime import date, timedelta
from io import BytesIO

from django.utils import timezone
from PIL import Image

NAME = "Karto Wijoyo"
BORN = "1951-10-12"


def nik(number: int) -> str:
    """Of the man who died: born on 12 October 1951."""
    return f"332501121051{9000 + number}"


def kk(number: int) -> str:
    return f"332501050115{9000 + number}"


def heir_nik(number: int) -> str:
    """Of his widow: born on 4 March 1955; a woman's day of birth is written plus 40."""
    return f"332501440355{9000 + number}"


def died() -> date:
    """Three days ago, within the year of the programme."""
    today = timezone.localdate()
    return max(today - timedelta(days=3), today.replace(month=1, day=1))


def photo() -> bytes:
    """A scan, as a telephone makes it."""
    made = BytesIO()
    Image.new("RGB", (640, 480), "#7a5").save(made, "JPEG")
    return made.getvalue()


def paper(name: str) -> dict[str, object]:
    """A scan as Playwright hands it to a file field."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": photo()}
