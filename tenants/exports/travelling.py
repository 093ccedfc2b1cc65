"""Rows of the public schema that belong to a regency and go with it: which modules are on, for one.

A model that refers to Regency says so with `travels = True`; its rows may refer to nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.core import serializers
from django.db.models import Model

from tenants.models import Regency
from tenants.schemas.context import in_public


def travelling_models() -> dict[str, type[Model]]:
    """By label."""
    related: Any = Regency._meta.related_objects
    return {
        r.related_model._meta.label_lower: r.related_model
        for r in related
        if getattr(r.related_model, "travels", False)
    }


def travelling_rows(regency: Regency) -> dict[str, list[dict[str, Any]]]:
    """Their fields as JSON, without keys."""
    with in_public():
        return {
            label: [row["fields"] for row in json.loads(serializers.serialize("json", _rows(model, regency)))]
            for label, model in travelling_models().items()
        }


def bring(regency: Regency, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> int:
    """Make them anew for another row of Regency. What this deployment does not know is left."""
    made = 0
    with in_public():
        for label, model in travelling_models().items():
            name = _reference(model)
            wanted = [{"model": label, "fields": {**row, name: regency.pk}} for row in rows.get(label, ())]
            for item in serializers.deserialize("python", wanted):
                item.save()
                made += 1
    return made


def _rows(model: type[Model], regency: Regency) -> Any:
    return model._default_manager.filter(**{_reference(model): regency})


def _reference(model: type[Model]) -> str:
    return next(f.name for f in model._meta.concrete_fields if f.related_model is Regency)
