"""Columns that several tables of this app have alike."""

from typing import Any

from django.conf import settings
from django.db import models


def money(label: Any, **options: Any) -> "models.DecimalField[Any, Any]":
    """Rupiah. Fifteen digits reach far beyond any contract; two decimals because Stripe counts sen."""
    return models.DecimalField(label, max_digits=15, decimal_places=2, **options)


def operator() -> "models.ForeignKey[Any, Any]":
    """Who of the central team did it; empty for the system itself. Refused by the database, not by Django (0017)."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.DO_NOTHING, related_name="+"
    )
