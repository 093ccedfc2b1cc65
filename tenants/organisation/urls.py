from django.urls import path

from tenants.organisation.views import days, imports, people, places, units

app_name = "organisation"
urlpatterns = [
    path("", units.units, name="units"),
    path("units/new/", units.unit_new, name="unit_new"),
    path("units/export/", units.units_export, name="units_export"),
    path("units/import/", imports.units_import, name="units_import"),
    path("units/import/offices.xlsx", units.offices_sheet, name="offices_sheet"),
    path("units/import/<int:queued>/", imports.units_queued, name="units_queued"),
    path("units/<int:unit>/", units.unit, name="unit"),
    path("units/<int:unit>/edit/", units.unit_edit, name="unit_edit"),
    path("units/<int:unit>/closing/", units.unit_closing, name="unit_closing"),
    path("units/<int:unit>/positions/new/", people.position_new, name="position_new"),
    path("positions/<int:position>/edit/", people.position_edit, name="position_edit"),
    path("positions/<int:position>/assignments/new/", people.assignment_new, name="assignment_new"),
    path("assignments/<int:assignment>/ending/", people.assignment_ending, name="assignment_ending"),
    path("villages/", places.villages, name="villages"),
    path("villages/export/", places.villages_export, name="villages_export"),
    path("calendar/", days.calendar, name="calendar"),
    path("calendar/holidays/new/", days.holiday_new, name="holiday_new"),
    path("calendar/holidays/<int:holiday>/removal/", days.holiday_removal, name="holiday_removal"),
    path("calendar/hours/", days.office_hours, name="office_hours"),
]
