"""Every write of the module, by what it is about."""

from modules.santunan_kematian.actions import claims, decisions, payments, programme, register, verification

__all__ = ["claims", "decisions", "payments", "programme", "register", "verification"]
