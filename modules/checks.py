"""System checks on every declaration: a mistake in a module stops the start, not a request."""

import re
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from modules.contract import Module
from modules.packages import faults as template_faults
from modules.packages import template_models
from modules.registry import discover, find


@register()
def declarations(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Keys, permissions, requirements, template models and schemas of all modules."""
    messages: list[CheckMessage] = []
    for module in discover():
        messages += [Error(text, obj=module.key, id=f"modules.{code}") for code, text in _faults(module)]
    return messages


def _faults(module: Module) -> list[tuple[str, str]]:
    faults = []
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,59}", module.key):
        faults.append(("E001", "key must be a short lower-case name"))
    if module.app in settings.SHARED_APPS:
        faults.append(("E002", "a module lives in regency schemas only, never in public"))
    if any(not str(p).startswith(f"{module.key}.") for p in module.permissions):
        faults.append(("E003", f"every permission must begin with {module.key}."))
    known = {str(p) for p in module.permissions}
    if any(p not in known for role in module.roles for p in role.permissions):
        faults.append(("E004", "a suggested role names a permission that the module does not have"))
    if any(item.permission not in known for item in module.nav):
        faults.append(("E005", "a menu entry names a permission that the module does not have"))
    if any(find(key) is None for key in (*module.requires, *module.recommends)):
        faults.append(("E006", "requires or recommends a module that does not exist"))
    names = {model.__name__ for model in apps.get_app_config(module.key).get_models()}
    if missing := set(module.templates) - names:
        faults.append(("E007", f"declares template models that it does not have: {sorted(missing)}"))
        return faults
    faults += [("E008", text) for model in template_models(module) for text in template_faults(model, module)]
    return faults
