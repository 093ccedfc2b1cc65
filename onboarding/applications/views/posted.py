"""What a form was sent, also when it was sent empty."""

from typing import Any

from django.http import HttpRequest


def posted(request: HttpRequest, *, files: bool = False) -> tuple[Any, ...]:
    """The first arguments of a form: bound on POST, whatever came; unbound otherwise."""
    if request.method != "POST":
        return ()
    return (request.POST, request.FILES) if files else (request.POST,)
