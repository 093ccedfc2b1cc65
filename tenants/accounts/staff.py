"""The people of a regency, for who manages them."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from tenants.accounts import actions, exports, importing, queries
from tenants.accounts.access import require
from tenants.accounts.forms import InvitationForm, PeopleFilterForm
from tenants.accounts.inviting import sent_invitation
from tenants.accounts.models import Role, User
from tenants.accounts.permissions import StaffPermission
from tenants.organisation.actions import FileRefused
from tenants.organisation.forms import ImportForm, RowsForm
from tenants.organisation.models import Assignment

PAGE = 50


@require_GET
@require(StaffPermission.MANAGE_STAFF)
def users(request: HttpRequest) -> HttpResponse:
    """Everybody by name, fifty at a time."""
    form = PeopleFilterForm(request.GET)
    asked: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    found = queries.people(asked.get("q", ""), asked.get("role", ""), asked.get("state", ""))
    if asked.get("after_name") and asked.get("after"):
        found = queries.after(found, asked["after_name"], asked["after"])
    page = list(found[: PAGE + 1])
    kept = {name: asked[name] for name in ("q", "role", "state") if asked.get(name)}
    more = {**kept, "after_name": page[PAGE - 1].name, "after": page[PAGE - 1].pk} if len(page) > PAGE else {}
    context = {
        "people": [_dressed(user) for user in page[:PAGE]],
        "asked": asked,
        "roles": Role.objects.order_by("name"),
        "chips": [
            (label, "?" + urlencode({**kept, "state": state}), asked.get("state", "") == state)
            for state, label in {"": _("Semua"), **queries.STATES}.items()
        ],
        "next_url": "?" + urlencode(more) if more else "",
        "first_url": request.path if asked.get("after") else "",
        "narrowed": bool(kept),
    }
    return render(request, "accounts/staff/users.html", context)


@require_http_methods(["GET", "POST"])
@require(StaffPermission.MANAGE_STAFF)
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody by e-mail."""
    form = InvitationForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        user = sent_invitation(request, form)
        if user:
            return redirect("staff:user", user.pk)
        status = 409
    crumbs = [(_("Pegawai"), "/work/staff/")]
    return render(request, "accounts/staff/invite.html", {"form": form, "crumbs": crumbs}, status=status)


@require_http_methods(["GET", "POST"])
@require(StaffPermission.MANAGE_STAFF)
def people_import(request: HttpRequest) -> HttpResponse:
    """A file gives a preview; of the preview, sent back, the right rows are invited and the wrong ones shown."""
    if "rows" in request.POST:
        return _import(request)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return _preview(request, ImportForm(), importing.stage_people(form.cleaned_data["file"]))
        except FileRefused as refused:
            form.add_error("file", str(refused))
    return _preview(request, form, status=422 if form.is_bound else 200)


def _import(request: HttpRequest) -> HttpResponse:
    form = RowsForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(RowsForm.BROKEN))
        return _preview(request, ImportForm(), status=409)
    staged = importing.stage_rows(form.cleaned_data["rows"])
    left = importing.import_people(rows=staged, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    messages.success(request, _("%s undangan dikirim.") % (len(staged) - len(left)))
    if not left:
        return redirect("staff:users")
    messages.warning(request, _("%s baris belum diundang. Perbaiki di berkas, lalu unggah lagi.") % len(left))
    return _preview(request, ImportForm(), left)


def _preview(
    request: HttpRequest, form: ImportForm, staged: Sequence[importing.StagedPerson] = (), status: int = 200
) -> HttpResponse:
    good = [row for row in staged if not row.errors]
    context = {
        "form": form,
        "staged": staged,
        "good": len(good),
        "rows": json.dumps([row.cells for row in staged]),
        "roles": Role.objects.order_by("name"),
        "crumbs": [(_("Pegawai"), "/work/staff/")],
    }
    return render(request, "accounts/staff/import.html", context, status=status)


@require_GET
@require(StaffPermission.MANAGE_STAFF)
def people_example(request: HttpRequest) -> HttpResponse:
    """An empty sheet with the right heads, and a second one with the roles and units that may be named."""
    response = HttpResponse(exports.staff_workbook(), content_type=exports.XLSX)
    response["Content-Disposition"] = 'attachment; filename="pegawai.xlsx"'
    return response


@require_http_methods(["GET", "POST"])
@require(StaffPermission.MANAGE_STAFF)
def user(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: state, roles, positions; every button posts here with what to `do`."""
    found = get_object_or_404(User.objects.members(), pk=pk)
    if request.method == "POST":
        _do(request, found)
        return redirect("staff:user", pk)
    grants = list(found.grants.select_related("role", "granted_by").order_by("role__name"))
    held = {grant.role_id for grant in grants}
    context = {
        "object": _dressed(found),
        "grants": grants,
        "free": Role.objects.exclude(pk__in=held).order_by("name"),
        "assignments": Assignment.objects.filter(user=found)
        .select_related("position__unit")
        .order_by("-starts_on", "-pk"),
        "second_factor": Authenticator.objects.filter(user=found, type=Authenticator.Type.TOTP).exists(),
        "oneself": found.pk == request.user.pk,
        "crumbs": [(_("Pegawai"), "/work/staff/")],
    }
    return render(request, "accounts/staff/user.html", context)


def _do(request: HttpRequest, found: User) -> None:
    """Carry out one of the page's buttons and say what came of it."""
    change: dict[str, Any] = {"user": found, "by": request.user, "at": timezone.now()}
    done = request.POST.get("do", "")
    try:
        if done in ("grant", "revoke"):
            role = get_object_or_404(Role, key=request.POST.get("role", ""))
            (actions.grant_role if done == "grant" else actions.revoke_role)(role=role, **change)
            messages.success(request, _("Peran disimpan."))
        elif done in _BUTTONS:
            act, said = _BUTTONS[done]
            act(**change)
            messages.success(request, str(said))
    except actions.AccountRefused as refused:
        messages.error(request, str(refused))


_BUTTONS: dict[str, tuple[Any, Any]] = {
    "resend": (actions.resend, gettext_lazy("Undangan baru dikirim; tautan lama tidak berlaku lagi.")),
    "deactivate": (actions.deactivate, gettext_lazy("Akun dinonaktifkan; orang ini langsung keluar.")),
    "reactivate": (actions.reactivate, gettext_lazy("Akun diaktifkan kembali.")),
    "reset_second_factor": (actions.reset_second_factor, gettext_lazy("Faktor kedua dihapus; pemiliknya diberi tahu.")),
}


def _dressed(user: User) -> dict[str, Any]:
    state = queries.state_of(user)
    return {"user": user, "state": state, "label": queries.STATES[state], "tone": queries.TONES[state]}
