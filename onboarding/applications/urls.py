from django.urls import path

from onboarding.applications import views
from onboarding.applications.views import claims, cooperation, parts

app_name = "apply"
urlpatterns = [
    path("", views.places, name="places"),
    path("new/", views.new, name="new"),
    path("sent/", views.sent, name="sent"),
    path("link/", views.link, name="link"),
    path("verify/<str:token>/", views.verification, name="verification"),
    path("<str:token>/", views.application, name="application"),
    path("<str:token>/progress/", views.progress, name="progress"),
    path("<str:token>/parts/officer/", parts.officer, name="officer"),
    path("<str:token>/parts/letter/", parts.letter, name="letter"),
    path("<str:token>/parts/address/", parts.address, name="address"),
    path("<str:token>/parts/modules/", parts.modules, name="modules"),
    path("<str:token>/parts/administrators/", parts.administrators, name="administrators"),
    path("<str:token>/parts/terms/", parts.terms, name="terms"),
    path("<str:token>/submission/", parts.submission, name="submission"),
    path("<str:token>/withdrawal/", claims.withdrawal, name="withdrawal"),
    path("<str:token>/claim/", claims.claim, name="claim"),
    path("<str:token>/join/", claims.join, name="join"),
    path("<str:token>/join/<int:pk>/", claims.join_answer, name="join_answer"),
    path("<str:token>/contest/", claims.contest, name="contest"),
    path("<str:token>/papers/<uuid:paper_uuid>/", cooperation.paper, name="paper"),
    path("<str:token>/documents/<str:kind>/", cooperation.document, name="document"),
    path("<str:token>/agreements/", cooperation.agreements, name="agreements"),
]
