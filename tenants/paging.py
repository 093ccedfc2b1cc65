"""Long lists page by page, by the number of the last row: pages stay right while the list grows."""

from collections.abc import Mapping
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


def newest_first(
    request: HttpRequest,
    found: QuerySet[Row],
    size: int,
    *,
    kept: Mapping[str, Any] | None = None,
    name: str = "before",
) -> Page[Row]:
    """`size` rows before the one that `?before=` names (or what `name` says). One query.

    The addresses of the other pages keep `kept`, what the list was found to be narrowed to; without it, all that
    this address asks for.
    """
    if kept is None:
        kept = {key: value for key, value in request.GET.items() if key != name}
    place = request.GET.get(name, "")
    ordered = found.order_by("-pk")
    if place.isdecimal() and len(place) < 18:
        ordered = ordered.filter(pk__lt=int(place))
    rows = list(ordered[: size + 1])
    following = f"?{urlencode({**kept, name: rows[size - 1].pk})}" if len(rows) > size else ""
    first = f"{request.path}{'?' if kept else ''}{urlencode(kept)}" if place else ""
    return Page(rows[:size], following, first)
