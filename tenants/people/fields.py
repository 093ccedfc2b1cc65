"""Model fields for NIK, KK, account numbers and other values that the database must not hold in the clear.

    nik = EncryptedField(_("NIK"), kind="nik", null=True, blank=True)
    nik_hash = KeyedHashField(source="nik")

    Person.objects.filter(nik_hash=keyed_hash("nik", "3325..."))
    UniqueConstraint(fields=["programme", "nik_hash"], name="claim_once_per_nik")

The database computes the hash column itself from what the encrypted column holds, so that the two agree after
`save`, `save(update_fields=["nik"])`, `update`, `bulk_create` and `bulk_update` alike.
"""

from collections.abc import Mapping
from typing import Any

from django.core import checks
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, Value
from django.db.models.functions import Substr

from tenants.people import keys
from tenants.people.keys import keyed_hash
from tenants.people.masking import mask

__all__ = ["EncryptedField", "KeyedHashField", "PersonalText", "keyed_hash"]

_HASH_BYTES = 32


class PersonalText(str):
    """Text that shows itself only where it is meant to (`str`, a template); `repr`, so a trace, masks it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(mask(str(self)))


class EncryptedField(models.BinaryField):
    """Text, encrypted at rest. To find rows by it, give it a `kind` and a KeyedHashField beside it.

    `kind` names what the number is; columns of one kind have comparable hashes (heir and deceased: "nik").
    With a kind, an empty value is stored as NULL, because two people without a NIK are not the same person.
    """

    description = "Encrypted text"
    _pyi_private_set_type: str
    _pyi_private_get_type: PersonalText  # type: ignore[assignment]
    empty_values = [None, ""]

    def __init__(self, *args: Any, kind: str = "", **kwargs: Any) -> None:
        self.kind = kind
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)
        # BinaryField measures bytes; here the length of the text counts.
        self.validators = [v for v in self.validators if not isinstance(v, MaxLengthValidator)]
        if self.max_length is not None:
            self.validators.append(MaxLengthValidator(self.max_length))

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("editable", None)
        if not self.editable:
            kwargs["editable"] = False
        if self.kind:
            kwargs["kind"] = self.kind
        return name, path, args, kwargs

    def get_lookup(self, lookup_name: str) -> Any:
        """Only `isnull` has a meaning; anything else is refused by Django with a FieldError."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def get_default(self) -> Any:
        return models.Field.get_default(self)

    def to_python(self, value: Any) -> PersonalText | None:
        return None if value is None else PersonalText(value)

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> PersonalText | None:
        if value is None:
            return None
        sealed = bytes(value)
        return PersonalText(keys.decrypt(sealed[_HASH_BYTES:] if self.kind else sealed))

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        if value is None or (value == "" and (self.kind or self.null)):
            return None
        sealed = keys.encrypt(str(value))
        if self.kind:
            schema = connection.schema_name  # type: ignore[attr-defined]
            sealed = bytes.fromhex(keyed_hash(self.kind, str(value), schema=schema)) + sealed
        return super().get_db_prep_value(sealed, connection, prepared)

    def value_to_string(self, obj: models.Model) -> str:
        value = self.value_from_object(obj)
        return "" if value is None else str(value)

    def formfield(self, **kwargs: Any) -> Any:
        from django import forms

        return models.Field.formfield(
            self, **{"form_class": forms.CharField, "max_length": self.max_length, "strip": True, **kwargs}
        )


class KeyedHashField(models.GeneratedField):
    """The hash of an EncryptedField with a kind: for look-up and unique constraints."""

    _pyi_private_get_type: str

    def __init__(self, *args: Any, source: str, **kwargs: Any) -> None:
        self.source = source
        prefix = Substr(F(source), 1, _HASH_BYTES, output_field=models.BinaryField())
        kwargs["expression"] = Func(prefix, Value("hex"), function="encode", output_field=models.CharField())
        kwargs["output_field"] = models.CharField(max_length=64)
        kwargs["db_persist"] = True
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for key in ("expression", "output_field", "db_persist"):
            del kwargs[key]
        return name, path, args, {**kwargs, "source": self.source}

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        return [*super().check(**kwargs), *self._check_source()]

    def _check_source(self) -> list[checks.CheckMessage]:
        fields: Mapping[str, Any] = {field.name: field for field in self.model._meta.fields}
        if getattr(fields.get(self.source), "kind", ""):
            return []
        return [checks.Error(f"{self.source!r} is not an EncryptedField with a kind.", obj=self, id="people.E001")]
