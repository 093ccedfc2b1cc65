from django.urls import path

from modules.skm import portal, views

app_name = "skm"
urlpatterns = [
    path("", views.results, name="results"),
    path("results.xlsx", views.sheet, name="sheet"),
    path("reports/", views.reports, name="reports"),
    path("reports/<int:report>/", views.report, name="report"),
    path("reports/<int:report>/validation/", views.validation, name="validation"),
    path("reports/<int:report>/publication/", views.publication, name="publication"),
]
portal_urlpatterns = [
    path("", portal.published, name="published"),
    path("<str:sealed>/", portal.survey, name="survey"),
]
