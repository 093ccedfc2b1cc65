from django.urls import path

from tenants.billing import views

app_name = "billing"
urlpatterns = [
    path("", views.bills, name="bills"),
    path("<uuid:uuid>/", views.bill, name="bill"),
    path("<uuid:uuid>/scans/", views.scans, name="scans"),
    path("<uuid:uuid>/scans/<uuid:scan_uuid>/", views.scan, name="scan"),
    path("<uuid:uuid>/<slug:paper>/", views.paper, name="paper"),
]
