from django.urls import path

from tenants.identity import views

app_name = "identity"
urlpatterns = [
    path("work/settings/identity/", views.identity, name="identity"),
    path("work/settings/identity/preview/", views.preview, name="preview"),
    path("crest/<slug:version>/<slug:size>.png", views.crest, name="crest"),
]
