"""A NIK is unreadable in the database, found by its hash, and never out of step with it."""

import io
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured, ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.writer import MigrationWriter
from django.forms import modelform_factory
from pytest_django import Settings

from tenants.management.commands import reencrypt
from tenants.models import Regency
from tenants.people import keys, rotation
from tenants.people.fields import EncryptedField, KeyedHashField, PersonalText, keyed_hash

NIK, OTHER = "3325011203859901", "3325015203859902"
OLD_KEY, NEW_KEY = "old " * 10, "new " * 10


class Person(models.Model):
    nik = EncryptedField(kind="nik", null=True, blank=True, max_length=16)
    nik_hash = KeyedHashField(source="nik")
    account = EncryptedField(blank=True)

    class Meta:
        app_label = "people_tests"
        constraints = [models.UniqueConstraint(fields=["nik_hash"], name="person_once")]

    def __str__(self) -> str:
        return str(self.pk)


@pytest.fixture(autouse=True)
def _table(batang: Regency) -> Iterator[None]:
    with connection.schema_editor() as editor:
        editor.create_model(Person)
    yield
    with connection.schema_editor() as editor:
        editor.delete_model(Person)


def _raw() -> list[tuple[bytes, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nik, nik_hash FROM people_tests_person ORDER BY id")
        return [(bytes(nik), digest) for nik, digest in cursor.fetchall()]


def _hash_fits(nik: str) -> bool:
    person = Person.objects.get(nik_hash=keyed_hash("nik", nik))
    return person.nik == nik


def test_the_database_holds_no_clear_text() -> None:
    person = Person.objects.create(nik=NIK, account="0012345678")
    [(sealed, digest)] = _raw()
    assert NIK.encode() not in sealed
    assert digest == keyed_hash("nik", NIK) == person.nik_hash
    person = Person.objects.get()
    assert (person.nik, person.account) == (NIK, "0012345678")


def test_the_same_number_is_sealed_differently_each_time() -> None:
    Person.objects.create(nik=NIK)
    [(first, _)] = _raw()
    Person.objects.get().save()
    [(second, _)] = _raw()
    assert first != second
    assert _hash_fits(NIK)


@pytest.mark.parametrize("way", ["save", "update_fields", "update", "bulk_update"])
def test_the_hash_follows_every_way_of_writing(way: str) -> None:
    person = Person.objects.create(nik=NIK)
    person.nik = OTHER
    if way == "save":
        person.save()
    elif way == "update_fields":
        person.save(update_fields=["nik"])
    elif way == "update":
        Person.objects.update(nik=OTHER)
    else:
        Person.objects.bulk_update([person], ["nik"])
    assert _hash_fits(OTHER)
    assert not Person.objects.filter(nik_hash=keyed_hash("nik", NIK)).exists()


def test_bulk_create_fills_the_hash() -> None:
    Person.objects.bulk_create([Person(nik=NIK), Person(nik=OTHER), Person(nik=None)])
    assert _hash_fits(NIK)
    assert _hash_fits(OTHER)
    assert Person.objects.filter(nik_hash=None).count() == 1


def test_a_number_is_unique_and_its_absence_is_not() -> None:
    Person.objects.create(nik=NIK)
    Person.objects.create(nik=None)
    Person.objects.create(nik="")
    assert Person.objects.filter(nik__isnull=True).count() == 2
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Person.objects.create(nik="3325 0112 0385 9901")  # written otherwise, the same number
    assert NIK not in str(refused.value)


def test_a_form_is_told_about_a_double() -> None:
    Person.objects.create(nik=NIK)
    with pytest.raises(ValidationError):
        Person(nik=NIK).full_clean()
    Person(nik=OTHER).full_clean()


def test_too_long_is_counted_in_characters() -> None:
    with pytest.raises(ValidationError):
        Person(nik=NIK + "1").clean_fields()


@pytest.mark.parametrize("lookup", ["nik", "nik__contains", "nik__in", "account__startswith"])
def test_the_encrypted_column_cannot_be_filtered(lookup: str) -> None:
    with pytest.raises(FieldError):
        Person.objects.filter(**{lookup: NIK})


def test_repr_is_masked_and_text_is_not() -> None:
    Person.objects.create(nik=NIK)
    nik = Person.objects.get().nik
    assert isinstance(nik, PersonalText)
    assert repr(nik) == "'3325************'"
    assert f"{nik!r}" not in str(nik)
    assert str(nik) == NIK


def test_hashes_of_two_regencies_cannot_be_joined() -> None:
    here, there = keyed_hash("nik", NIK), keyed_hash("nik", NIK, schema="manggarai")
    assert here == keyed_hash("nik", NIK, schema="batang")
    assert here != there
    assert here != keyed_hash("kk", NIK)


def test_keys_rotate(settings: Settings) -> None:
    settings.PERSONAL_DATA_KEYS = [OLD_KEY]
    Person.objects.create(nik=NIK, account="1")
    Person.objects.create(nik=None, account="2")
    before = keyed_hash("nik", NIK)

    settings.PERSONAL_DATA_KEYS = [NEW_KEY, OLD_KEY]
    assert Person.objects.get(nik_hash=before).nik == NIK
    assert rotation.reencrypt(Person) == 3
    assert rotation.reencrypt(Person) == 0

    settings.PERSONAL_DATA_KEYS = [NEW_KEY]
    assert Person.objects.get(nik_hash=before).nik == NIK
    settings.PERSONAL_DATA_KEYS = [OLD_KEY]
    with pytest.raises(keys.Undecipherable, match="no key"):
        Person.objects.get(nik_hash=before)


def test_the_command_moves_a_regency_to_the_first_key(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reencrypt, "apps", SimpleNamespace(get_models=lambda: [Regency, Person]))
    settings.PERSONAL_DATA_KEYS = [OLD_KEY]
    Person.objects.create(nik=NIK)
    settings.PERSONAL_DATA_KEYS = [NEW_KEY, OLD_KEY]
    out = io.StringIO()
    call_command("reencrypt", schema="batang", stdout=out)
    assert out.getvalue() == "batang: 2 values sealed with the first key\n"
    settings.PERSONAL_DATA_KEYS = [NEW_KEY]
    assert Person.objects.get().nik == NIK


def test_a_model_form_reads_and_writes_the_clear_text() -> None:
    form = modelform_factory(Person, fields=["nik"])({"nik": NIK})
    assert form.is_valid(), form.errors
    form.save()
    assert _hash_fits(NIK)
    assert 'maxlength="16"' in str(form["nik"])


def test_an_altered_value_is_noticed() -> None:
    sealed = bytearray(keys.encrypt(NIK))
    sealed[-1] ^= 1
    with pytest.raises(keys.Undecipherable, match="altered"):
        keys.decrypt(bytes(sealed))
    with pytest.raises(keys.Undecipherable):
        keys.decrypt(b"")


@pytest.mark.parametrize("secrets", [[], ["short"]])
def test_a_weak_key_is_refused(settings: Settings, secrets: list[str]) -> None:
    settings.PERSONAL_DATA_KEYS = secrets
    with pytest.raises(ImproperlyConfigured, match="PERSONAL_DATA_KEYS"):
        keys.encrypt(NIK)


def test_migrations_name_what_the_fields_need() -> None:
    text = [MigrationWriter.serialize(field)[0] for field in Person._meta.fields[1:]]
    assert text == [
        "tenants.people.fields.EncryptedField(blank=True, kind='nik', max_length=16, null=True)",
        "tenants.people.fields.KeyedHashField(source='nik')",
        "tenants.people.fields.EncryptedField(blank=True)",
    ]


def test_a_hash_needs_a_source_with_a_kind() -> None:
    class Careless(models.Model):
        name = EncryptedField()
        name_hash = KeyedHashField(source="name")

        class Meta:
            app_label = "people_tests"

        def __str__(self) -> str:
            return ""

    assert [error.id for error in Careless.check() if error.id == "people.E001"] == ["people.E001"]
