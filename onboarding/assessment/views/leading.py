"""What only the leading link does: offices, invitations, submission, sharing, the partner."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from onboarding.assessment.actions import assessments, links
from onboarding.assessment.actions.links import Invitee
from onboarding.assessment.actions.refusals import AssessmentRefused
from onboarding.assessment.forms.leading import BulkInviteForm, InviteForm, OfficesForm, PartnerForm
from onboarding.assessment.models import Link, Unit
from onboarding.assessment.queries import progress
from onboarding.assessment.tasks import link_url
from onboarding.assessment.views.access import holder, too_often, unit_of

HOUR = 3600


@require_http_methods(["GET", "POST"])
@holder(lead=True)
def offices(request: HttpRequest, link: Link, token: str) -> HttpResponse:
    """The regency's offices: typed or uploaded."""
    form = OfficesForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            names = form.cleaned_data["all"]
            new = assessments.add_offices(assessment=link.assessment, names=names, by=link, at=timezone.now())
            told = ngettext("%d perangkat daerah ditambahkan.", "%d perangkat daerah ditambahkan.", new) % new
            messages.success(request, told)
            return redirect("assessment:offices", token)
        except AssessmentRefused as refused:
            form.add_error(None, str(refused))
            status = 409
    elif request.method == "POST":
        status = 422
    found = Unit.objects.filter(assessment=link.assessment, kind=Unit.Kind.OPD).order_by("pk")
    context = {"form": form, "offices": found, "link": link, "token": token, "assessment": link.assessment}
    return render(request, "assessment/offices.html", context, status=status)


@require_POST
@holder(lead=True)
def office_removal(request: HttpRequest, unit: int, link: Link, token: str) -> HttpResponse:
    return _done(
        request,
        redirect("assessment:offices", token),
        lambda: assessments.remove_office(office=unit_of(link, unit), by=link, at=timezone.now()),
    )


@require_http_methods(["GET", "POST"])
@holder(lead=True)
def invitations(request: HttpRequest, link: Link, token: str) -> HttpResponse:
    """The links of the assessment, and new ones for one person. A new link is shown once."""
    form = InviteForm(request.POST or None, parts=_parts(link))
    made: list[tuple[Link, str]] = []
    status = 200
    if request.method == "POST" and form.is_valid():
        if too_often(request, "assessment-invite", limit=120, seconds=HOUR):
            return render(request, "429.html", status=429)
        invitee = _invitee(link, **form.cleaned_data)
        try:
            made = links.invite(assessment=link.assessment, invitees=[invitee], by=link, at=timezone.now())
            form = InviteForm(parts=_parts(link))
        except AssessmentRefused as refused:
            form.add_error(None, str(refused))
            status = 409
    elif request.method == "POST":
        status = 422
    return _invitations(request, link, token, form, made, status)


@require_POST
@holder(lead=True)
def bulk_invitations(request: HttpRequest, link: Link, token: str) -> HttpResponse:
    """A link for every district or office that has none; all shown once, to be handed on."""
    form = BulkInviteForm(request.POST)
    if not form.is_valid():
        return redirect("assessment:links", token)
    if too_often(request, "assessment-invite", limit=120, seconds=HOUR):
        return render(request, "429.html", status=429)
    have = Link.objects.filter(assessment=link.assessment, unit__isnull=False).open(timezone.now())
    units = Unit.objects.filter(assessment=link.assessment, kind=form.cleaned_data["kind"])
    wanted = [Invitee(unit.title, unit=unit) for unit in units.exclude(pk__in=have.values("unit")).order_by("code")]
    if not wanted:
        messages.info(request, _("Semuanya sudah punya tautan. Cabut dahulu bila perlu yang baru."))
        return redirect("assessment:links", token)
    made = links.invite(assessment=link.assessment, invitees=wanted, by=link, at=timezone.now())
    return _invitations(request, link, token, InviteForm(parts=_parts(link)), made, 200)


@require_POST
@holder(lead=True)
def revocation(request: HttpRequest, pk: int, link: Link, token: str) -> HttpResponse:
    other = get_object_or_404(Link, pk=pk, assessment=link.assessment)
    return _done(
        request,
        redirect("assessment:links", token),
        lambda: links.revoke(link=other, by=link, at=timezone.now()),
        _("Tautan dicabut. Jawaban yang sudah tersimpan tetap ada."),
    )


@require_POST
@holder(lead=True)
def submission(request: HttpRequest, link: Link, token: str) -> HttpResponse:
    return _done(
        request,
        redirect("assessment:results", token),
        lambda: assessments.submit(assessment=link.assessment, by=link, at=timezone.now()),
        _("Terkirim. Tim pusat memeriksa buktinya; hasil sementara sudah dapat dibaca di sini."),
    )


@require_POST
@holder(lead=True)
def sharing(request: HttpRequest, link: Link, token: str) -> HttpResponse:
    shared = request.POST.get("shared") == "yes"
    told = _("Daerah mitra kini dapat membandingkan skor bagian.") if shared else _("Skor tidak lagi dibandingkan.")
    return _done(
        request,
        redirect("assessment:exchange", token),
        lambda: assessments.share(assessment=link.assessment, shared=shared, by=link, at=timezone.now()),
        told,
    )


@require_POST
@holder(lead=True)
def partner(request: HttpRequest, link: Link, token: str) -> HttpResponse:
    form = PartnerForm(request.POST)
    back = redirect("assessment:exchange", token)
    if not form.is_valid():
        messages.error(request, _("Pilih salah satu daerah dalam daftar."))
        return back
    code = form.cleaned_data["partner_code"]
    return _done(
        request,
        back,
        lambda: assessments.choose_partner(assessment=link.assessment, partner_code=code, by=link, at=timezone.now()),
    )


def _done(request: HttpRequest, back: HttpResponse, work: Any, told: str = "") -> HttpResponse:
    """Do it and go back; a refusal is said on the page that one comes back to."""
    try:
        work()
    except AssessmentRefused as refused:
        messages.error(request, str(refused))
        return back
    if told:
        messages.success(request, told)
    return back


def _parts(link: Link) -> list[tuple[str, Any]]:
    """What an invitation may open: a section, an office, a district."""
    groups: list[tuple[str, Any]] = []
    for sheet in link.assessment.sheets.select_related("instrument"):
        named = [
            (f"section:{sheet.pk}:{section.code}", f"{section.code} {section.name}")
            for part, section in progress.parts(link.assessment)
            if part.pk == sheet.pk
        ]
        groups.append((_("Bagian: %s") % sheet.instrument.short_name, named))
    units = Unit.objects.filter(assessment=link.assessment, kind__in=["opd", "kecamatan"]).order_by("code")
    for kind, label in (("opd", _("Perangkat daerah")), ("kecamatan", _("Kecamatan dengan desanya"))):
        if named := [(f"unit:{unit.pk}", unit.name) for unit in units if unit.kind == kind]:
            groups.append((label, named))
    return groups


def _invitee(link: Link, *, label: str, email: str, part: str) -> Invitee:
    kind, _colon, rest = part.partition(":")
    if kind == "section":
        pk, _colon, section = rest.partition(":")
        sheet = next((each for each in link.assessment.sheets.all() if str(each.pk) == pk), None)
        if sheet is None:
            raise Http404
        return Invitee(label, email, sheet=sheet, section=section)
    return Invitee(label, email, unit=unit_of(link, int(rest)) if kind == "unit" else None)


def _invitations(
    request: HttpRequest, link: Link, token: str, form: InviteForm, made: list[tuple[Link, str]], status: int
) -> HttpResponse:
    found = Link.objects.filter(assessment=link.assessment).open(timezone.now()).select_related("unit", "sheet")
    context = {
        "form": form,
        "bulk": BulkInviteForm(),
        "made": [(each, link_url(secret)) for each, secret in made],
        "links": [(each, _opened(each)) for each in found.order_by("-is_lead", "-pk")[:400]],
        "link": link,
        "token": token,
        "assessment": link.assessment,
        "crumbs": [(link.assessment.regency.title, reverse("assessment:board", args=[token]))],
    }
    return render(request, "assessment/links.html", context, status=status)


def _opened(link: Link) -> str:
    """What a link opens, in words."""
    if link.is_lead:
        return _("Seluruhnya, sebagai penanggung jawab")
    if link.section:
        return _("Bagian %s") % link.section
    return link.unit.title if link.unit else _("Seluruh penilaian")
