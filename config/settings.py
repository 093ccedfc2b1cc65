"""All settings. The environment is the difference between environments; nothing else reads it."""

import hashlib
from datetime import timedelta
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from environs import Env
from marshmallow.validate import OneOf

from config import sentry
from config.database import database
from config.logs import logging_settings
from config.schedule import DRILLS, ROUTES, schedule
from modules.registry import discover

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env.bool("DEBUG", False)
TESTING = env.bool("TESTING", False)
DATA_DIR = env.path("DATA_DIR", BASE_DIR / ".data")
PORT = env.int("PORT", 8000)
# True on a deployment that holds invented people only: it may print passwords and be reset.
DEMO = env.bool("DEMO", False)
# Whether visitors may try Kabupaten Contoh, an invented regency that is made anew every night.
SANDBOX = env.bool("SANDBOX", DEMO)
_INVENTED = DEBUG or TESTING or DEMO
SECRET_KEY = env.str("SECRET_KEY", "only-for-checks-and-tests") if DEBUG or TESTING else env.str("SECRET_KEY")
RELEASE = env.str("RELEASE", "dev")

# -- Hosts: the public site lives on BASE_DOMAIN, each regency on a subdomain or a domain of its own.
BASE_DOMAIN = env.str("BASE_DOMAIN", "localhost")
HTTPS = env.bool("HTTPS", False)
# Which hosts exist is a question for tenants.routing, which answers an unknown one with 404.
ALLOWED_HOSTS = ["*"]
USE_X_FORWARDED_HOST = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics|tls/ask)$"]  # asked by balancer and proxy over plain HTTP
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# Host-only cookies (no Domain): a browser never carries one regency's session to another.
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "session", "csrf"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

# -- Apps: which live in public, which in every regency (DESIGN, chapter 2).
_BOTH = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "knox",
    "tenants.accounts",
    "tenants.audit",
]
SHARED_APPS = [
    "django_tenants",
    "tenants",
    *_BOTH,
    "tenants.backups",
    "tenants.billing",
    "tenants.deletion",
    "tenants.domains",
    "tenants.exports",
    "modules",
    "modules.library",
    "modules.announcements",
    "modules.fleet",
    "onboarding",
    "onboarding.applications",
    "onboarding.assessment",
]
TENANT_APPS = [
    *_BOTH,
    "tenants.organisation",
    "tenants.files",
    "tenants.letters",
    "tenants.mail",
    "tenants.support",
    *[m.app for m in discover()],
]
_TABLELESS = [
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",  # its widget templates, for the form renderer
    "django_htmx",
    "template_partials",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
INSTALLED_APPS = [*SHARED_APPS, *[app for app in TENANT_APPS if app not in SHARED_APPS], *_TABLELESS]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- Tenancy
TENANT_MODEL = "tenants.Regency"
TENANT_DOMAIN_MODEL = "tenants.Domain"
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
ROOT_URLCONF = "config.urls_regency"
PUBLIC_SCHEMA_URLCONF = "config.urls_public"
TENANT_LIMIT_SET_CALLS = True
# How many ready schemas wait for the next regency.
STANDBY_POOL = env.int("STANDBY_POOL", 2)

# -- Signing up. Which mailboxes count as a government's; how long its links and unfinished applications last.
OFFICIAL_EMAIL_SUFFIXES = env.list("OFFICIAL_EMAIL_SUFFIXES", [".go.id"])
APPLICATION_LINK_HOURS = env.int("APPLICATION_LINK_HOURS", 48)
APPLICATION_DRAFT_DAYS = env.int("APPLICATION_DRAFT_DAYS", 30)
# After this long a refused application keeps its number, its regency and what became of it, but no person.
APPLICATION_RETENTION_DAYS = env.int("APPLICATION_RETENTION_DAYS", 180)
# How many applications one network address may begin in an hour, and how many mails one mailbox gets of it.
SIGN_UPS_PER_HOUR = env.int("SIGN_UPS_PER_HOUR", 10)
# What the agreements say of the other side, and their legal text: a deployment has its own lawyers.
PROVIDER_NAME = env.str("PROVIDER_NAME", "Tim Pusat Rujukan")
PROVIDER_ADDRESS = env.str("PROVIDER_ADDRESS", "")
PROVIDER_SIGNATORY = env.str("PROVIDER_SIGNATORY", "")
PROVIDER_POSITION = env.str("PROVIDER_POSITION", "Penanggung jawab")
AGREEMENT_TEXTS = env.path("AGREEMENT_TEXTS", BASE_DIR / "onboarding" / "applications" / "agreements.json")
AGREEMENT_REMINDERS = env.list("AGREEMENT_REMINDERS", [90, 60, 30], subcast=int)
# What going live takes.
GO_LIVE_ADMINISTRATORS = env.int("GO_LIVE_ADMINISTRATORS", 2)
GO_LIVE_AGREEMENTS = env.list("GO_LIVE_AGREEMENTS", ["pks", "dpa"])

# -- Servers
DATABASES = {"default": database(env.str("DATABASE_URL", "postgresql:///rujukan"), pool=not TESTING)}
REDIS_URL = env.str("REDIS_URL", "redis://localhost:6379/0")
_REDIS = {"BACKEND": "config.cache.RedisCache", "LOCATION": REDIS_URL}
CACHES = {
    # Keys carry the schema: one regency can never read what another stored.
    "default": {**_REDIS, "KEY_FUNCTION": "django_tenants.cache.make_key"},
    # Facts about the fleet itself (which host is whose); nothing of a regency's people.
    "fleet": {**_REDIS, "KEY_PREFIX": "fleet"},
}
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://")
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "interactive"
CELERY_TASK_ROUTES = ROUTES
CELERY_BEAT_SCHEDULE = schedule(sandbox=SANDBOX, drill=env.str("RESTORE_DRILL", "weekly", validate=OneOf(list(DRILLS))))
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A task whose worker died is handed out again after this many seconds.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": env.int("TASK_VISIBILITY_SECONDS", 300)}
CELERY_TIMEZONE = "Asia/Jakarta"

# -- Requests
MIDDLEWARE = [
    "tenants.context.RequestIdMiddleware",
    "config.observing.ObservingMiddleware",
    "config.errors.BodyLimitMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tenants.routing.RegencyMiddleware",
    "config.csp.UsualPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tenants.context.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "tenants.people.searching.NumbersStayOutOfAddresses",  # before anything repeats the address
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tenants.support.middleware.SupportMiddleware",
    "modules.gate.GateMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
WSGI_APPLICATION = "config.wsgi.application"
# How often one address may send what needs no account: (times, seconds). tenants.ratelimit counts them per regency.
LIMITS = {
    "application": (env.int("LIMIT_APPLICATIONS", 30), 600),
    "post": (env.int("LIMIT_POSTS", 60), 600),
    # An assessment is saved answer by answer, by all who sit behind one address of an office.
    "answer": (env.int("LIMIT_ANSWERS", 2000), 600),
}
MAX_REQUEST_BYTES = 25_000_000  # with all its files; the proxy of docs/deploy/Caddyfile takes as much
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000  # larger uploads go to disk while they arrive
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "style-src": ["'self'", "'unsafe-inline'"],  # widths of bars and steps stand in style attributes
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
    }
}
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "libraries": {"lucide": "config.icons", "i18n": "config.i18n"},  # their own, remembered
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tenants.context.regency",
                "modules.menu.menu",
            ],
        },
    },
]

FORM_RENDERER = "config.forms.RujukanRenderer"

# -- Accounts
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["tenants.accounts.backend.StaffBackend"]
LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "account_login", "/work/", "/"
ACCOUNT_ADAPTER = "tenants.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation is opened from the mailbox: that verifies it
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/15m/key"}
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
# How many proxies stand before the web process: whose address a limit counts.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("PROXIES", 1 if HTTPS else 0)
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_FORMS = {
    "login": "tenants.accounts.forms.SignInForm",
    "reset_password": "tenants.accounts.forms.ForgottenForm",
    "reset_password_from_key": "tenants.accounts.forms.NewPasswordForm",
    "change_password": "tenants.accounts.forms.ChangePasswordForm",
    "reauthenticate": "tenants.accounts.forms.ProofForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Rujukan"
MFA_TOTP_TOLERANCE = 1  # the code before and after: telephones are late, and people type
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher" if TESTING else "django.contrib.auth.hashers.ScryptPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# -- Personal data (UU 27/2022): the first key encrypts, all of them decrypt.
# Real data needs keys of its own: deriving them would make a new SECRET_KEY unreadable data.
_derived = hashlib.sha256(f"personal data:{SECRET_KEY}".encode()).hexdigest()
PERSONAL_DATA_KEYS = env.list("PERSONAL_DATA_KEYS", [_derived]) if _INVENTED else env.list("PERSONAL_DATA_KEYS")
PERSONAL_DATA_HASH_KEY = env.str("PERSONAL_DATA_HASH_KEY", _derived) if _INVENTED else env.str("PERSONAL_DATA_HASH_KEY")

# -- Backups of each regency, and packages that a regency takes with it
BACKUP_DIR = env.path("BACKUP_DIR", DATA_DIR / "backups")
BACKUP_KEYS = env.list("BACKUP_KEYS", []) or PERSONAL_DATA_KEYS  # the first seals, all open
BACKUP_KEEP = {
    "daily": env.int("BACKUP_KEEP_DAILY", 7),
    "weekly": env.int("BACKUP_KEEP_WEEKLY", 4),
    "monthly": env.int("BACKUP_KEEP_MONTHLY", 12),
}
RESTORED_DAYS = env.int("RESTORED_DAYS", 7)  # a schema laid out beside the live one is dropped after these
EXPORT_HOURS = env.int("EXPORT_HOURS", 72)  # how long an exit package can be downloaded

# -- API
# What all programmes of one regency may ask in a minute together.
API_REQUESTS_PER_REGENCY = env.int("API_REQUESTS_PER_REGENCY", 3000)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["knox.auth.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["tenants.accounts.access.HasPermission"],
    "DEFAULT_SCHEMA_CLASS": "tenants.openapi.Described",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.CursorPagination",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_THROTTLE_CLASSES": [
        "tenants.throttling.RegencyBudget",
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"anon": "60/min", "user": "600/min"},
    "NUM_PROXIES": ALLAUTH_TRUSTED_PROXY_COUNT,
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Rujukan",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    # Several things have a `state`: each set of them by its own name in the description.
    "ENUM_NAME_OVERRIDES": {
        "RegencyState": "tenants.models.Regency.State",
        "RegencyStateAsked": ["active", "read_only", "suspended", "archived"],
        "SwitchState": "modules.models.ModuleSwitch.State",
        "RunState": "onboarding.models.ProvisioningRun.State",
    },
}
REST_KNOX = {"TOKEN_TTL": timedelta(days=30), "AUTO_REFRESH": False}

# Where the registration of a domain is asked for (RDAP); the name is written behind it. Empty: nobody is asked.
RDAP_URL = "" if TESTING else env.str("RDAP_URL", "https://rdap.org/domain/")

# How long a confirmed deletion of a regency waits, in days.
DELETION_WAIT_DAYS = env.int("DELETION_WAIT_DAYS", 90)

# -- Language and time: Indonesian first; each regency has its own zone.
LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "Asia/Jakarta"
USE_THOUSAND_SEPARATOR = True

# -- Files
STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", DATA_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "config.bundle.BundleFinder",
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG or TESTING
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
MEDIA_ROOT = env.path("MEDIA_ROOT", DATA_DIR / "media")
STORAGES = {
    "default": {"BACKEND": "tenants.files.storage.RegencyStorage"},
    "backups": {"BACKEND": "tenants.backups.storage.BackupStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# -- Mail
EMAIL = env.dj_email_url("EMAIL_URL", "console:")
if "EMAIL_BACKEND" not in EMAIL:  # Django would take SMTP without TLS
    raise ImproperlyConfigured("EMAIL_URL must begin with submission://, smtp://, smtps://, file:// or console:")
vars().update(EMAIL)
# Everything is sent through the guard: what a regency in trial writes reaches its own staff alone.
EMAIL_DELIVERY_BACKEND, EMAIL_BACKEND = EMAIL["EMAIL_BACKEND"], "tenants.mail.backend.GuardedBackend"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"Rujukan <no-reply@{BASE_DOMAIN}>")

# -- Billing: without a key the product runs fully, bills are then paid by transfer alone.
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", "")
STRIPE_WEBHOOK_SECRET = env.str("STRIPE_WEBHOOK_SECRET", "")
STRIPE_API_BASE = env.str("STRIPE_API_BASE", "https://api.stripe.com")
STRIPE_TIMEOUT_SECONDS = env.int("STRIPE_TIMEOUT_SECONDS", 20)
# Who bills, and where the money goes: printed on every quotation and invoice.
BILLING_ISSUER = {
    "name": env.str("BILLING_NAME", "Penyelenggara Rujukan"),
    "address": env.str("BILLING_ADDRESS", "Jalan Contoh 1, Semarang" if _INVENTED else ""),
    "city": env.str("BILLING_CITY", "Semarang"),
    "email": env.str("BILLING_EMAIL", "") or f"tagihan@{BASE_DOMAIN}",
    "npwp": env.str("BILLING_NPWP", "0000000000000000" if _INVENTED else ""),
    "bank": env.str("BILLING_BANK", "Bank Contoh, cabang Semarang" if _INVENTED else ""),
    "account": env.str("BILLING_ACCOUNT", "000 000 0000" if _INVENTED else ""),
    "account_name": env.str("BILLING_ACCOUNT_NAME", "Penyelenggara Rujukan" if _INVENTED else ""),
    "signer": env.str("BILLING_SIGNER", "Sari Anggraini" if _INVENTED else ""),
    "signer_title": env.str("BILLING_SIGNER_TITLE", "Direktur"),
}
# How the house numbers: {nomor}, {tahun}, {bulan_romawi} as in letters.
BILLING_NUMBERS = {
    "invoice": env.str("BILLING_INVOICE_NUMBER", "INV/{tahun}/{nomor:05}"),
    "quotation": env.str("BILLING_QUOTATION_NUMBER", "PH/{tahun}/{nomor:04}"),
    "credit": env.str("BILLING_CREDIT_NUMBER", "NK/{tahun}/{nomor:04}"),
}
# -- Self-assessment of regencies
# A link that nobody has used for this long no longer opens; a new one is sent on request.
ASSESSMENT_LINK_DAYS = env.int("ASSESSMENT_LINK_DAYS", 120)
# An assessment that nobody has touched for this long loses the names, notes and files of its people.
ASSESSMENT_RETENTION_DAYS = env.int("ASSESSMENT_RETENTION_DAYS", 365)

# -- Logs and errors
# JSON for what collects logs; plain for eyes, which is what `make run` and development want.
LOGGING = logging_settings(
    json=env.str("LOG_FORMAT", "plain" if _INVENTED else "json", validate=OneOf(["json", "plain"])) == "json",
    level=env.str("LOG_LEVEL", "INFO"),
    access=env.bool("ACCESS_LOG", False),
)
SENTRY_DSN = env.str("SENTRY_DSN", "")
SENTRY_TRACES = env.float("SENTRY_TRACES", 0.0)
if SENTRY_DSN:
    sentry.start(SENTRY_DSN, release=RELEASE, traces=SENTRY_TRACES, environment=BASE_DOMAIN)
# /metrics answers who has this; empty: there is no such page.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")

SILENCED_SYSTEM_CHECKS = [
    "templates.W003",  # config.i18n and config.icons stand in place of the libraries whose names they have
    "security.W021",  # preload is a decision about the whole domain, made by who owns it
]
