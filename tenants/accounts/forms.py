from typing import Any, ClassVar

from allauth.account import forms as account
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from tenants.accounts.models import Role, User


class PasswordForm(forms.Form):
    """A first password, chosen by the owner of the account."""

    password = forms.CharField(
        label=_("Kata sandi"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("Ulangi kata sandi"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("password") and given.get("password") != given.get("again"):
            self.add_error("again", ValidationError(_("Kedua kata sandi tidak sama.")))
        return given


class InvitationForm(forms.Form):
    """Who is to work here, and as what."""

    name = forms.CharField(label=_("Nama"), max_length=120)
    email = forms.EmailField(label=_("Surel"), help_text=_("Tautan untuk memilih kata sandi dikirim ke sini."))
    roles = forms.ModelMultipleChoiceField(
        label=_("Peran"),
        queryset=Role.objects.none(),
        required=False,
        to_field_name="key",
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roles"].queryset = Role.objects.order_by("name")  # type: ignore[attr-defined]


class PeopleFilterForm(forms.Form):
    q = forms.CharField(required=False, max_length=80)
    role = forms.CharField(required=False, max_length=60)
    state = forms.ChoiceField(required=False, choices=[("", ""), ("active", ""), ("invited", ""), ("closed", "")])
    after_name = forms.CharField(required=False, max_length=120)
    after = forms.IntegerField(required=False, min_value=1)


class _HouseWords(forms.Form):
    """A form of allauth in the words of the house. No placeholder: it would repeat the label and go when one types."""

    WORDS: ClassVar = {
        "login": _("Surel"),
        "email": _("Surel"),
        "password": _("Kata sandi"),
        "remember": _("Tetap masuk di komputer ini"),
        "oldpassword": _("Kata sandi sekarang"),
        "password1": _("Kata sandi baru"),
        "password2": _("Ulangi kata sandi baru"),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = self.WORDS.get(name, field.label)
            field.widget.attrs.pop("placeholder", None)


class SignInForm(_HouseWords, account.LoginForm):  # type: ignore[misc]
    pass


class ForgottenForm(_HouseWords, account.ResetPasswordForm):  # type: ignore[misc]
    pass


class NewPasswordForm(_HouseWords, account.ResetPasswordKeyForm):  # type: ignore[misc]
    pass


class ChangePasswordForm(_HouseWords, account.ChangePasswordForm):  # type: ignore[misc]
    pass


class ProofForm(_HouseWords, account.ReauthenticateForm):  # type: ignore[misc]
    pass
