"""What a regency in trial would have sent, and in whose name it sends."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tenants.accounts.access import require
from tenants.accounts.permissions import StaffPermission
from tenants.mail import actions
from tenants.mail.forms import SenderForm
from tenants.mail.models import HeldMail, Sender
from tenants.paging import newest_first

PAGE = 50


@require_GET
@require(StaffPermission.PREPARE)
def outbox(request: HttpRequest) -> HttpResponse:
    """Mails that were kept, newest first, fifty at a time."""
    page = newest_first(request, HeldMail.objects.all(), PAGE)
    context = {**page.links, "mails": page.rows, "sender": Sender.objects.first()}
    return render(request, "mail/outbox.html", context)


@require_GET
@require(StaffPermission.PREPARE)
def held(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail as it would have arrived."""
    mail = get_object_or_404(HeldMail, pk=pk)
    return render(request, "mail/held.html", {"mail": mail, "crumbs": [(_("Kotak keluar"), "/work/outbox/")]})


@require_http_methods(["GET", "POST"])
@require(StaffPermission.PREPARE)
def sender(request: HttpRequest) -> HttpResponse:
    """Name and answering address of the regency's mails."""
    now = Sender.objects.first()
    suggested = {"name": _("Pemerintah %s") % request.regency.title}  # type: ignore[attr-defined]
    initial = {"name": now.name, "reply_to": now.reply_to} if now else suggested
    form = SenderForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.set_sender(**form.cleaned_data, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        messages.success(request, _("Pengirim surel disimpan."))
        return redirect("mail:outbox")
    crumbs = [(_("Kotak keluar"), "/work/outbox/")]
    status = 422 if form.is_bound else 200
    return render(request, "mail/sender.html", {"form": form, "crumbs": crumbs}, status=status)
