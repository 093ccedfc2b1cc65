"""What a package of templates contains: a module's configuration as JSON, without people, cases or attachments.

A template model has an inner class `Template`: `key` is its unique field, `fields` are the plain fields that are
copied; a foreign key is copied as the key of another template. A model whose configuration is more than its fields
has `template_content(self)` (None: nothing to share yet) and `apply_template(cls, content, *, by, at)` instead.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import FileField, ForeignKey, Model
from django.utils.translation import gettext as _

from modules.contract import Module


class BrokenReference(Exception):
    """An object of a package points to a template that is neither in the package nor in the receiving regency."""


class ContentRefused(Exception):
    """An object of a package does not pass the receiving regency's rules; the text says which and why."""


@dataclass(frozen=True)
class Item:
    """One object of a package."""

    model: str
    key: str
    content: dict[str, Any]

    @property
    def sha256(self) -> str:
        return digest(self.content)

    def as_json(self) -> dict[str, Any]:
        return {"model": self.model, "key": self.key, "content": self.content}

    def __str__(self) -> str:
        return f"{apps.get_model(self.model)._meta.verbose_name} “{self.key}”"


def canonical(value: Any) -> str:
    """The one way to write a JSON value, so that equal contents have equal hashes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(value: Any) -> str:
    """SHA-256 of the canonical form, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def template_models(module: Module) -> tuple[type[Model], ...]:
    """The models that the module declares as templates."""
    return tuple(apps.get_model(module.key, name) for name in module.templates)


def faults(model: type[Model], module: Module) -> Iterator[str]:
    """What is wrong with the declaration of a template model; nothing personal may ever be declared."""
    template = getattr(model, "Template", None)
    if template is None:
        yield f"{model._meta.label} has no inner class Template"
        return
    if not model._meta.get_field(template.key).unique:  # type: ignore[union-attr]
        yield f"{model._meta.label}.{template.key} is not unique"
    if hasattr(model, "template_content") != hasattr(model, "apply_template"):
        yield f"{model._meta.label} has only one of template_content and apply_template"
    privacy = model.Privacy  # type: ignore[attr-defined]
    for name in getattr(template, "fields", ()):
        field = model._meta.get_field(name)
        if name in (*privacy.personal, *privacy.specific):
            yield f"{model._meta.label}.{name} is personal data"
        if not field.concrete or field.many_to_many or isinstance(field, FileField):
            yield f"{model._meta.label}.{name} cannot be copied"
        if isinstance(field, ForeignKey) and field.related_model.__name__ not in module.templates:  # type: ignore[union-attr]
            yield f"{model._meta.label}.{name} points to something that is not a template"


def collect(models: Iterable[type[Model]]) -> list[Item]:
    """All templates of these models in the current schema, each after what it refers to."""
    found: dict[tuple[str, str], tuple[Item, list[tuple[str, str]]]] = {}
    for model in models:
        for obj in model._default_manager.order_by(_key_field(model)):
            item = item_of(obj)
            if item is not None:
                found[item.model, item.key] = (item, list(_references(item)))
    ordered: dict[tuple[str, str], Item] = {}

    def add(name: tuple[str, str], above: frozenset[tuple[str, str]]) -> None:
        if name in ordered or name not in found or name in above:
            return
        item, needs = found[name]
        for needed in needs:
            add(needed, above | {name})
        ordered[name] = item

    for name in found:
        add(name, frozenset())
    return list(ordered.values())


def item_of(obj: Model) -> Item | None:
    """An object as part of a package; None when it has nothing to share yet."""
    model = type(obj)
    if hasattr(obj, "template_content"):
        content = obj.template_content()
        if content is None or all(value is None for value in content.values()):
            return None
    else:
        content = {name: _value(obj, name) for name in model.Template.fields}  # type: ignore[attr-defined]
    return Item(model._meta.label_lower, str(getattr(obj, _key_field(model))), json.loads(canonical(content)))


def current(model: str, key: str) -> Model | None:
    """The object of that key in the current schema."""
    cls = apps.get_model(model)
    return cls._default_manager.filter(**{_key_field(cls): key}).first()


def apply(item: Item, *, by: Any, at: datetime) -> Model:
    """Make or change the object of the current schema that has the item's key.

    Raises BrokenReference and ContentRefused.
    """
    try:
        with transaction.atomic():
            return _apply(item, by, at)
    except ValidationError as error:
        raise ContentRefused(f"{item}: {'; '.join(error.messages)}") from error
    except (ValueError, IntegrityError) as error:
        raise ContentRefused(f"{item}: {error}") from error


def _apply(item: Item, by: Any, at: datetime) -> Model:
    model = apps.get_model(item.model)
    if hasattr(model, "apply_template"):
        return model.apply_template(item.content, by=by, at=at)
    obj = current(item.model, item.key) or model(**{_key_field(model): item.key})
    for name, value in item.content.items():
        _set(obj, name, value, item)
    _check(obj, item)
    obj.save()
    return obj


def _key_field(model: type[Model]) -> str:
    return model.Template.key  # type: ignore[attr-defined, no-any-return]


def _value(obj: Model, name: str) -> Any:
    field = obj._meta.get_field(name)
    if isinstance(field, ForeignKey):
        other = getattr(obj, name)
        return None if other is None else str(getattr(other, _key_field(type(other))))
    return _plain(field.value_from_object(obj))  # type: ignore[union-attr]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise TypeError(f"a template cannot hold {type(value).__name__}")


def _references(item: Item) -> Iterator[tuple[str, str]]:
    model = apps.get_model(item.model)
    for name in getattr(model.Template, "fields", ()):
        field = model._meta.get_field(name)
        if isinstance(field, ForeignKey) and item.content.get(name) is not None:
            yield field.related_model._meta.label_lower, item.content[name]  # type: ignore[union-attr]


def _set(obj: Model, name: str, value: Any, item: Item) -> None:
    if name not in type(obj).Template.fields:  # type: ignore[attr-defined]
        raise ContentRefused(_("%(item)s memuat isian yang tidak dikenal: %(name)s.") % {"item": item, "name": name})
    field = obj._meta.get_field(name)
    if not isinstance(field, ForeignKey):
        setattr(obj, name, field.to_python(value))  # type: ignore[union-attr]
        return
    label = field.related_model._meta.label_lower  # type: ignore[union-attr]
    other = None if value is None else current(label, value)
    if value is not None and other is None:
        raise BrokenReference(
            _("%(item)s merujuk “%(key)s” yang tidak ada di sini. Salin dahulu paket yang memuatnya.")
            % {"item": item, "key": value}
        )
    setattr(obj, name, other)


def _check(obj: Model, item: Item) -> None:
    """What forms and the database would refuse, in words; whether a field may be empty is for the database to say."""
    declared = {*item.content, _key_field(type(obj))}
    for field in obj._meta.fields:
        value = getattr(obj, field.attname)
        if field.name in declared and not isinstance(field, ForeignKey) and value not in field.empty_values:
            field.clean(value, obj)
    obj.clean()
    obj.validate_constraints(exclude={field.name for field in obj._meta.fields} - declared)
