"""Long lists page by page, by the number of the last row: pages stay right while the list grows."""

from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import HttpRequest

Row = TypeVar("Row", bound=Model)


class Page(NamedTuple, Generic[Row]):
    """Rows, and where the neighbouring pages are: what `components/pagination.html` takes."""

    rows: list[Row]
    next_url: str
    first_url: str

    @property
    def links(self) -> dict[str, Any]:
        return {"next_url": self.next_url, "first_url": self.first_url}


def newest_first(request: HttpRequest, found: QuerySet[Row], size: int) -> Page[Row]:
    """`size` rows before the one that `?before=` names; what else the address asks for is kept. One query."""
    before = request.GET.get("before", "")
    kept = {name: value for name, value in request.GET.items() if name != "before"}
    ordered = found.order_by("-pk")
    if before.isdecimal() and len(before) < 18:
        ordered = ordered.filter(pk__lt=int(before))
    rows = list(ordered[: size + 1])
    following = f"?{urlencode({**kept, 'before': rows[size - 1].pk})}" if len(rows) > size else ""
    first = f"{request.path}{'?' if kept else ''}{urlencode(kept)}" if before else ""
    return Page(rows[:size], following, first)
