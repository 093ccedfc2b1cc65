"""The project as it is, with one empty view more."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.urls"
