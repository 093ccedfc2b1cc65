"""The year: which days are worked, and the days off that this regency adds."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tenants.accounts.access import require
from tenants.organisation import actions, queries
from tenants.organisation.calendar import Calendar, regency_zone
from tenants.organisation.forms import CalendarForm, HolidayForm, OfficeHoursForm
from tenants.organisation.models import LocalHoliday
from tenants.organisation.permissions import OrganisationPermission
from tenants.organisation.views.answers import form_page, posted
from tenants.organisation.year import year_of


@require_GET
@require(OrganisationPermission.VIEW)
def calendar(request: HttpRequest) -> HttpResponse:
    """A year of working days, and a time limit counted out in it."""
    form = CalendarForm(request.GET)
    form.is_valid()
    wanted = form.cleaned_data
    six_day = wanted.get("week") == "6"
    local = list(LocalHoliday.objects.all())
    counted = Calendar(regency_zone(), frozenset(holiday.date for holiday in local), six_day)
    number = wanted.get("year") or timezone.localdate().year
    start, days = wanted.get("start"), wanted.get("days")
    context = {
        "form": form,
        "year": year_of(number, counted, local, (get_language() or "id")[:2]),
        "six_day": six_day,
        "due": counted.add_working_days(start, days) if start and days is not None else None,
        "previous": number - 1 if number > CalendarForm.FIRST else None,
        "following": number + 1 if number < CalendarForm.LAST else None,
        "today": timezone.localdate(),
        "hours": queries.office_hours(),
        "may_change": request.user.has(OrganisationPermission.CHANGE),  # type: ignore[union-attr]
    }
    return render(request, "organisation/calendar.html", context)


@require_http_methods(["GET", "POST"])
@require(OrganisationPermission.CHANGE)
def holiday_new(request: HttpRequest) -> HttpResponse:
    """Add a day off of this regency."""
    form = HolidayForm(posted(request))

    def act(fields: dict[str, Any]) -> str:
        return _url(actions.add_holiday(**fields, by=request.user, at=timezone.now()))  # type: ignore[arg-type]

    return form_page(
        request,
        form,
        act,
        title=_("Hari libur daerah"),
        lead=_("Tenggat yang dihitung sesudah ini melewati hari tersebut; tenggat yang sudah ada tidak berubah."),
        crumbs=_crumbs(),
        done=_("Hari libur ditambahkan."),
    )


@require_http_methods(["GET", "POST"])
@require(OrganisationPermission.CHANGE)
def holiday_removal(request: HttpRequest, holiday: int) -> HttpResponse:
    """Take a day off of this regency back."""
    found = get_object_or_404(LocalHoliday, pk=holiday)

    def act(fields: dict[str, Any]) -> str:
        url = _url(found)
        actions.remove_holiday(holiday=found, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        return url

    return form_page(
        request,
        forms.Form(posted(request)),
        act,
        title=_("Hapus hari libur daerah"),
        lead=_("%(name)s, %(date)s, kembali menjadi hari biasa.")
        % {"name": found.name, "date": date_format(found.date, "j F Y")},
        button=_("Hapus hari libur ini"),
        danger=True,
        crumbs=_crumbs(),
        done=_("Hari libur dihapus."),
    )


@require_http_methods(["GET", "POST"])
@require(OrganisationPermission.CHANGE)
def office_hours(request: HttpRequest) -> HttpResponse:
    """When the offices are open."""
    hours = queries.office_hours()
    form = OfficeHoursForm(posted(request), initial={"opens_at": hours.opens_at, "closes_at": hours.closes_at})

    def act(fields: dict[str, Any]) -> str:
        actions.set_office_hours(**fields, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        return reverse("organisation:calendar")

    return form_page(
        request,
        form,
        act,
        title=_("Jam kerja"),
        lead=_("Jam kerja tampil di portal dan surat. Tenggat tetap berakhir pukul 23.59 pada hari terakhirnya."),
        crumbs=_crumbs(),
        done=_("Jam kerja disimpan."),
    )


def _url(holiday: LocalHoliday) -> str:
    return f"{reverse('organisation:calendar')}?year={holiday.date.year}"


def _crumbs() -> list[tuple[str, str]]:
    return [
        (_("Organisasi"), reverse("organisation:units")),
        (_("Kalender kerja"), reverse("organisation:calendar")),
    ]
