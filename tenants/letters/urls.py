from django.urls import path

from tenants.letters import views

app_name = "letters"
urlpatterns = [
    path("verify/", views.lookup, name="lookup"),
    path("verify/<str:code>/", views.verify, name="verify"),
    path("verify/<str:code>/document/", views.document, name="document"),
]
