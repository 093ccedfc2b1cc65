from django import forms

from tenants.fields import DayField


class RegistrationForm(forms.Form):
    """When the registration of a domain ends."""

    host = forms.CharField(max_length=253)
    ends_on = DayField()
