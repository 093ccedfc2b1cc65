from django.urls import path

from tenants.exports import views

app_name = "exports"
urlpatterns = [
    path("", views.packages, name="packages"),
    path("<uuid:public_id>/file/", views.file, name="file"),
]
