from django.urls import path

from onboarding.start import views

app_name = "start"
urlpatterns = [
    path("", views.checklist, name="checklist"),
    path("request/", views.go_live, name="go_live"),
    path("services/", views.services, name="services"),
    path("agreements/", views.agreements, name="agreements"),
    path("agreements/<uuid:paper_uuid>/", views.paper, name="paper"),
]
