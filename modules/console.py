"""The regencies and their modules, for operators."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from modules import matrix
from modules.actions import switch_from_console
from modules.forms import SwitchForm
from modules.registry import find
from modules.switches import SwitchRefused, impact, state_of
from tenants import queries, regions
from tenants.accounts.access import require
from tenants.models import Regency
from tenants.permissions import ConsolePermission

PAGE = 50


class FilterForm(forms.Form):
    q = forms.CharField(
        label=gettext_lazy("Cari"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": gettext_lazy("nama, provinsi, atau kode")}),
    )
    state = forms.ChoiceField(required=False, choices=[("", ""), *Regency.State.choices])
    after_name = forms.CharField(required=False, max_length=60)
    after_code = forms.CharField(required=False, max_length=5)


@require_GET
@require(ConsolePermission.VIEW)
def regencies(request: HttpRequest) -> HttpResponse:
    """Every regency by name with the state of each module; fifty at a time."""
    form = FilterForm(request.GET)
    asked: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    found = queries.chosen(asked.get("q", ""), asked.get("state", ""))
    if asked.get("after_name"):
        found = queries.after(found, asked["after_name"], asked["after_code"])
    page = list(found[: PAGE + 1])
    counts = queries.count_by_state()
    context = {
        "form": form,
        "columns": matrix.columns(),
        "rows": matrix.rows(page[:PAGE]),
        "chips": _chips(asked, counts),
        "next_url": _next(asked, page[PAGE - 1]) if len(page) > PAGE else "",
        "first_url": request.path if asked.get("after_name") else "",
        "total": sum(counts.values()),
        "figures": _figures(counts),
        "may_provision": request.user.has(ConsolePermission.PROVISION),  # type: ignore[union-attr]
        "narrowed": bool(asked.get("q") or asked.get("state")),
    }
    return render(request, "modules/console/regencies.html", context)


def _chips(asked: dict[str, Any], counts: dict[str, int]) -> list[dict[str, Any]]:
    states = [("", _("Semua")), *((str(s), label) for s, label in Regency.State.choices if counts.get(s))]
    return [
        {
            "label": label,
            "count": counts.get(state) if state else sum(counts.values()),
            "url": "?" + urlencode({"q": asked.get("q", ""), "state": state}),
            "current": asked.get("state", "") == state,
        }
        for state, label in states
    ]


def _next(asked: dict[str, Any], last: Regency) -> str:
    kept = {name: asked[name] for name in ("q", "state") if asked.get(name)}
    return "?" + urlencode({**kept, "after_name": last.name, "after_code": last.code})


def _figures(counts: dict[str, int]) -> list[dict[str, Any]]:
    closed = counts.get("suspended", 0) + counts.get("archived", 0)
    return [
        {
            "label": _("Kabupaten dan kota"),
            "value": sum(counts.values()),
            "note": _("dari %s") % len(regions.regencies()),
        },
        {
            "label": _("Aktif"),
            "value": counts.get("active", 0),
            "note": _("%s baca saja") % counts.get("read_only", 0),
        },
        {"label": _("Sedang disiapkan"), "value": counts.get("provisioning", 0), "note": _("belum dibuka")},
        {"label": _("Tertutup"), "value": closed, "note": _("ditangguhkan atau diarsipkan")},
    ]


@require(ConsolePermission.CHANGE_MODULES)
def module(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """One module of one regency: what switching would do, and the switch."""
    regency = get_object_or_404(Regency, code=code, state__in=["active", "read_only", "suspended"])
    found = find(key)
    if found is None:
        raise Http404
    form = SwitchForm(request.POST or None, initial={"state": state_of(regency, key)})
    status = 200
    if request.method == "POST" and form.is_valid():
        state = form.cleaned_data["state"]
        try:
            switch_from_console(regency=regency, key=key, state=state, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        except SwitchRefused as refusal:
            form.add_error("state", str(refusal))
            status = 409
        else:
            messages.success(request, _("%s sekarang %s.") % (found.name, SwitchForm.LABELS[state].lower()))
            return redirect("console:regency", code)
    context = {
        "object": regency,
        "module": found,
        "form": form,
        "state": SwitchForm.LABELS[state_of(regency, key)],
        "if_on": impact(regency, key, "on"),
        "if_off": impact(regency, key, "off"),
        "crumbs": [(_("Kabupaten"), "/console/"), (regency.title, f"/console/regencies/{code}/")],
    }
    return render(request, "modules/console/module.html", context, status=status)
