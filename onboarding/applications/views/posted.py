"""What a form was sent, also when it was sent empty."""

from typing import Any

from django.http import HttpRequest


def posted(request: HttpRequest, *, files: bool = False) -> dict[str, Any]:
    """Keywords of a form: bound on POST, whatever came; unbound otherwise."""
    if request.method != "POST":
        return {}
    return {"data": request.POST, "files": request.FILES} if files else {"data": request.POST}
