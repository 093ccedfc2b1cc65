"""The project as it is; mails are written at once, because no worker runs beside the measured server."""

from config.settings import *  # noqa: F403

CELERY_TASK_ALWAYS_EAGER = True
