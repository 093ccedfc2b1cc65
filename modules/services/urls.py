from django.urls import path

from modules.services import portal, views

app_name = "services"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("export.xlsx", views.export, name="export"),
    path("list/", views.services, name="services"),
    path("list/<slug:key>/", views.design, name="design"),
    path("cases/<str:number>/", views.case, name="case"),
    path("cases/<str:number>/steps/", views.step, name="step"),
    path("cases/<str:number>/documents/<uuid:uuid>/", views.document, name="document"),
]
portal_urlpatterns = [
    path("", portal.home, name="home"),
    path("track/", portal.track, name="track"),
    path("track/<str:sealed>/", portal.tracked, name="tracked"),
    path("receipts/<str:sealed>/", portal.receipt, name="receipt"),
    path("<slug:service>/", portal.service, name="service"),
    path("<slug:service>/application/", portal.application, name="application"),
]
