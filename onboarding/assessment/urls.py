from django.urls import include, path

from onboarding.assessment.views import filling, leading, results, start

app_name = "assessment"

_HELD = [
    path("", filling.board, name="board"),
    path("renewal/", start.renewal, name="renewal"),
    path("units/<int:unit>/", filling.unit, name="unit"),
    path("sheets/<int:sheet>/<str:section>/<int:unit>/", filling.section, name="section"),
    path("sheets/<int:sheet>/<str:section>/<int:unit>/<str:question>/", filling.answer, name="answer"),
    path("evidence/<uuid:file_uuid>/", filling.file, name="evidence"),
    path("offices/", leading.offices, name="offices"),
    path("offices/<int:unit>/removal/", leading.office_removal, name="office_removal"),
    path("links/", leading.invitations, name="links"),
    path("links/bulk/", leading.bulk_invitations, name="bulk_links"),
    path("links/<int:pk>/revocation/", leading.revocation, name="revocation"),
    path("submission/", leading.submission, name="submission"),
    path("sharing/", leading.sharing, name="sharing"),
    path("partner/", leading.partner, name="partner"),
    path("results/", results.result, name="results"),
    path("results/document/", results.document, name="document"),
    path("modules/<str:code>/", results.module, name="module"),
    path("exchange/", results.exchange, name="exchange"),
    path("exchange/<int:pk>/removal/", results.exchange_removal, name="exchange_removal"),
]
urlpatterns = [
    path("", start.start, name="start"),
    path("resume/", start.resume, name="resume"),
    path("measure/ping/", start.ping, name="ping"),
    path("measure/download/", start.download, name="download"),
    path("<str:token>/", include(_HELD)),
]
