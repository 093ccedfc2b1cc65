from django.urls import path

from modules.announcements import views

app_name = "announcements"
urlpatterns = [path("<int:announcement>/dismissal/", views.dismissal, name="dismissal")]
