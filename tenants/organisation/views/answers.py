"""What the pages of this app have in common."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import Promise

from tenants.organisation.actions import OrganisationRefused

Text = str | Promise


def form_page(
    request: HttpRequest,
    form: forms.BaseForm,
    act: Callable[[dict[str, Any]], str],
    *,
    done: Text,
    template: str = "organisation/form.html",
    **context: Any,
) -> HttpResponse:
    """Show a form; on a valid POST call `act` with its data and go to the URL it returns.

    A refusal of the action stands at the field it speaks of, with status 409; a wrong form answers 422.
    """
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                url = act(form.cleaned_data)
            except OrganisationRefused as refusal:
                form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
                status = 409
            else:
                messages.success(request, str(done))
                return redirect(url)
    return render(request, template, {"form": form, **context}, status=status)


def download(content: bytes, name: str) -> HttpResponse:
    """An XLSX file to save."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: nothing on GET, and whatever was sent, be it nothing, on POST."""
    return request.POST if request.method == "POST" else None
