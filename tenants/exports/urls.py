from django.urls import path

from tenants.exports import views

app_name = "exports"
urlpatterns = [
    path("", views.packages, name="packages"),
    path("<uuid:package_uuid>/file/", views.file, name="file"),
]
