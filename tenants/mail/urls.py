from django.urls import path

from tenants.mail import views

app_name = "mail"
urlpatterns = [
    path("", views.outbox, name="outbox"),
    path("sender/", views.sender, name="sender"),
    path("<int:pk>/", views.held, name="held"),
]
