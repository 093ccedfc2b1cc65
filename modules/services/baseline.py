"""What a regency starts with: the services of `catalogue/`, ready to be switched on."""

from modules.services.actions import seed_catalogue as load

__all__ = ["load"]
