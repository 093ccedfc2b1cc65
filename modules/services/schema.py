"""A service's questions as JSON Schema, for who files by API."""

from typing import Any

from modules.services.definition import LONGEST, Definition, FieldType, FormField

_JSON_TYPES: dict[FieldType, dict[str, Any]] = {
    FieldType.NUMBER: {"type": "integer"},
    FieldType.YEAR: {"type": "integer"},
    FieldType.MONEY: {"type": "string", "pattern": r"^\d+(\.\d{1,2})?$"},
    FieldType.DATE: {"type": "string", "format": "date"},
    FieldType.EMAIL: {"type": "string", "format": "email"},
    FieldType.NIK: {"type": "string", "pattern": r"^\d{16}$"},
    FieldType.KK: {"type": "string", "pattern": r"^\d{16}$"},
    FieldType.YES_NO: {"type": "string", "enum": ["ya", "tidak"]},
    FieldType.VILLAGE: {"type": "string", "pattern": r"^\d\d\.\d\d\.\d\d\.\d{4}$"},
}


def json_schema(definition: Definition) -> dict[str, Any]:
    """The answers of a service as JSON Schema (2020-12)."""
    conditional = [(field, field.show_if) for field in definition.fields if field.show_if and field.required]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": False,
        "properties": {field.key: _property(field) for field in definition.fields},
        "required": [field.key for field in definition.fields if field.required and field.show_if is None],
        "allOf": [
            {
                "if": {"properties": {rule.field: {"enum": rule.values}}, "required": [rule.field]},
                "then": {"required": [field.key]},
            }
            for field, rule in conditional
        ],
    }


def _property(field: FormField) -> dict[str, Any]:
    shape: dict[str, Any] = dict(_JSON_TYPES.get(field.type, {"type": "string"}))
    if field.type is FieldType.CHOICE:
        shape["enum"] = field.options
    if field.type is FieldType.CHOICES:
        shape = {"type": "array", "items": {"type": "string", "enum": field.options}}
    if field.type in {FieldType.NUMBER, FieldType.YEAR}:
        limits = (("minimum", field.min), ("maximum", field.max))
        shape |= {name: limit for name, limit in limits if limit is not None}
    if field.type in {FieldType.TEXT, FieldType.LONG_TEXT}:
        shape["maxLength"] = field.max or LONGEST[field.type]
    return {"title": field.label, **shape, **({"description": field.help} if field.help else {})}
