from django.urls import path

from modules.services import design, portal, search, versions, views

app_name = "services"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("search/", search.search, name="search"),
    path("export.xlsx", views.export, name="export"),
    path("cases/<str:number>/", views.case, name="case"),
    path("cases/<str:number>/steps/", views.step, name="step"),
    path("cases/<str:number>/numbers/", views.numbers, name="numbers"),
    path("cases/<str:number>/documents/<uuid:uuid>/", views.document, name="document"),
    path("cases/<str:number>/letters/<uuid:letter_uuid>/", views.letter, name="letter"),
    path("cases/<str:number>/letters/<uuid:letter_uuid>/attempts/", views.letter_retry, name="letter_retry"),
    path("list/", design.services, name="services"),
    path("list/new/", design.new, name="new"),
    path("list/<slug:key>/", design.definition, name="definition"),
    path("list/<slug:key>/publication/", design.publication, name="publication"),
    path("list/<slug:key>/moves/", versions.moves, name="moves"),
    path("list/<slug:key>/versions/<int:version>/", versions.version, name="version"),
    path("list/<slug:key>/switch/", design.switch_state, name="switch"),
    path("list/<slug:key>/office/", design.office, name="office"),
]
portal_urlpatterns = [
    path("", portal.portal_home, name="portal_home"),
    path("track/", portal.track, name="track"),
    path("track/<str:sealed>/", portal.tracked, name="tracked"),
    path("track/<str:sealed>/letters/<uuid:letter_uuid>/", portal.tracked_letter, name="tracked_letter"),
    path("receipts/<str:sealed_receipt>/", portal.receipt, name="receipt"),
    path("<slug:service>/", portal.service, name="service"),
    path("<slug:service>/application/", portal.application, name="application"),
]
