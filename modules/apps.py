from django.apps import AppConfig


class ModulesConfig(AppConfig):
    name = "modules"

    def ready(self) -> None:
        from modules import checks  # noqa: F401  registers the system checks
