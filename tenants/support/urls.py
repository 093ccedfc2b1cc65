from django.urls import path

from tenants.support import views

app_name = "support"
urlpatterns = [
    path("work/settings/support/", views.accesses, name="accesses"),
    path("work/settings/support/<int:access>/", views.access, name="access"),
    path("work/settings/support/<int:access>/consent/", views.consent, name="consent"),
    path("work/settings/support/<int:access>/refusal/", views.refusal, name="refusal"),
    path("work/settings/support/<int:access>/revocation/", views.revocation, name="revocation"),
    path("support/enter/<str:token>/", views.entry, name="entry"),
    path("support/leaving/", views.leaving, name="leaving"),
]
