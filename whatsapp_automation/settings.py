"""Settings, read once from the environment by typed readers (see env.py and .env.example).

ENVIRONMENT says who started us: ``production`` (nothing has a default that matters), ``embedded`` (script/server,
which makes its own keys and services under .local/) or ``test``.
"""

import gc
import re
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from celery.schedules import crontab, schedule
from django.templatetags.static import static
from django.urls import reverse_lazy

from accounts import phones

from . import env
from .embedded.paths import local_dir
from .logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent

gc.disable()  # what is imported from here on stays: looking through it again and again is a fifth of a start. apps.py enables it.

ENVIRONMENT = env.text("ENVIRONMENT", "production", choices=("production", "embedded", "test"))
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.boolean("DEBUG", False)
if DEBUG and PRODUCTION:
    raise env.ConfigError("DEBUG must not be on when ENVIRONMENT is production")

SECRET_KEY = env.secret("SECRET_KEY", least=50)
FIELD_ENCRYPTION_KEYS = env.fernet_keys("FIELD_ENCRYPTION_KEYS")

PORT = env.integer("PORT", 8000, least=1, most=65535)
FRONTEND_URL = env.url("FRONTEND_URL", f"http://127.0.0.1:{PORT}" if not PRODUCTION else env.MISSING)
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS") or [urlsplit(FRONTEND_URL).hostname, "127.0.0.1", "localhost"]
CSRF_TRUSTED_ORIGINS = [FRONTEND_URL]

# --- apps ---------------------------------------------------------------------------------------------
# Celery's processes show no pages: without the admin's modules and what they need each holds 20 MB less, where it is started
# by its command (embedded/forks.py). urls.py brings them
# where an address is asked for all the same.
_IN_CELERY = "celery" in Path(sys.argv[0]).parts[-2:]
INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin.apps.SimpleAdminConfig" if _IN_CELERY else "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "django_celery_beat",
    "whatsapp_automation",
    "accounts",
    "conversations",
    "leads",
    "documents",
    "aibot",
    "webhooks",
    "inbox",
]

MIDDLEWARE = [
    "whatsapp_automation.headers.Headers",
    "whatsapp_automation.oddities.CookiesWithoutNul",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "whatsapp_automation.logs.RequestLog",
    "accounts.address.KnowAsker",
    "corsheaders.middleware.CorsMiddleware",
    "accounts.doors.throttling.Guard",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.access.CurrentBusiness",
    "accounts.signin.required.TwoFactorRequired",
    "django_htmx.middleware.HtmxMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "whatsapp_automation.urls"
WSGI_APPLICATION = "whatsapp_automation.wsgi.application"
ASGI_APPLICATION = "whatsapp_automation.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "inbox.choices.choices",
            ],
        },
    },
]

# --- data ---------------------------------------------------------------------------------------------
# The pool keeps connections over tasks and requests: Celery and Django would otherwise open one for each.
DATABASES = {
    "default": {
        **env.database("DATABASE_URL"),
        "OPTIONS": {
            "connect_timeout": 5,
            "application_name": "whatsapp-automation",
            # Django's default, None, forbids prepared statements altogether. Its own cursors never prepare; conversations/sets.py does.
            "prepare_threshold": 1_000_000,
            "pool": {"min_size": 0, "max_size": env.integer("DATABASE_POOL", 8, least=2, most=200), "timeout": 10},
            "options": "-c statement_timeout=15000 -c idle_in_transaction_session_timeout=30000 -c jit=off",
        },
    }
}
if ENVIRONMENT == "test":
    DATABASES["default"]["OPTIONS"].pop(
        "pool"
    )  # a test database is created and dropped: no idle connection may hold it
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.url("REDIS_URL", schemes=("redis", "rediss"))
# One Valkey: database 0 carries Celery's messages, database 1 the cache.
_broker = urlsplit(REDIS_URL)
CACHE_URL = env.url("CACHE_URL", _broker._replace(path="/1").geturl(), schemes=("redis", "rediss"))
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "wa",
        "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 0.5, "SOCKET_TIMEOUT": 0.5},
    }
}

# --- background work: rows are the queues, Celery carries only wake-ups ---------------------------------
CELERY_BROKER_URL = env.url("BROKER_URL", REDIS_URL, schemes=("redis", "rediss", "amqp", "amqps"))
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "low"
CELERY_TASK_CREATEMISSING_QUEUES = True
# kombu 5.7 ends a thread worker whose broker dies while a late-acknowledged task runs; a lost wake-up costs nothing,
# since the sweep finds the rows.
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_HEARTBEAT = 0
CELERY_BROKER_POOL_LIMIT = 4
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "health_check_interval": 15,
        "max_retries": 0,
    }
    if CELERY_BROKER_URL.startswith("redis")
    else {}
)
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
SWEEP_SECONDS = env.integer("SWEEP_SECONDS", 10, least=1, most=60)


def _sweep(task: str, queue: str) -> dict:
    return {
        "task": task,
        "schedule": schedule(SWEEP_SECONDS),
        "options": {"queue": queue, "expires": SWEEP_SECONDS},
    }


PRUNE_SECONDS = 300
TELL_SECONDS = 15
INDEX_SECONDS = 5
UPLOAD_SECONDS = 30
CELERY_BEAT_SCHEDULE = {
    "sweep inbound": _sweep("webhooks.tasks.sweep", "inbound"),
    "sweep send": _sweep("conversations.tasks.sweep", "send"),
    "index for search": {
        "task": "conversations.tasks.index",
        "schedule": schedule(INDEX_SECONDS),
        "options": {"queue": "inbound", "expires": INDEX_SECONDS},
    },
    "sweep bot": _sweep("aibot.tasks.sweep", "bot"),
    "sweep media": _sweep("documents.tasks.sweep", "media"),
    "upload kept files": {
        "task": "documents.tasks.upload",
        "schedule": schedule(UPLOAD_SECONDS),
        "options": {"queue": "media", "expires": UPLOAD_SECONDS},
    },
    "tidy files": {
        "task": "documents.tasks.tidy",
        "schedule": schedule(PRUNE_SECONDS),
        "options": {"queue": "media", "expires": PRUNE_SECONDS},
    },
    "prune deliveries": {
        "task": "webhooks.tasks.prune",
        "schedule": schedule(PRUNE_SECONDS),
        "options": {"queue": "inbound", "expires": PRUNE_SECONDS},
    },
    "prune messages": {
        "task": "conversations.tasks.prune",
        "schedule": schedule(PRUNE_SECONDS),
        "options": {"queue": "inbound", "expires": PRUNE_SECONDS},
    },
    "return what was left": {
        "task": "conversations.tasks.return_left_ones",
        "schedule": schedule(60),
        "options": {"queue": "inbound", "expires": 60},
    },
    "read examples": {
        "task": "aibot.tasks.read_examples",
        "schedule": schedule(SWEEP_SECONDS),
        "options": {"queue": "bot", "expires": SWEEP_SECONDS},
    },
    "prune matches": {
        "task": "aibot.tasks.prune",
        "schedule": schedule(PRUNE_SECONDS),
        "options": {"queue": "inbound", "expires": PRUNE_SECONDS},
    },
    "keep the model's books": {
        "task": "aibot.tasks.keep_books",
        "schedule": schedule(60),
        "options": {"queue": "inbound", "expires": 60},
    },
    "tell who waits": {
        "task": "inbox.tasks.tell",
        "schedule": schedule(TELL_SECONDS),
        "options": {"queue": "inbound", "expires": TELL_SECONDS},
    },
    "tidy accounts": {
        "task": "accounts.tasks.tidy",
        "schedule": crontab(hour=21, minute=17),  # UTC: a quarter to three in India
        "options": {"queue": "inbound", "expires": 3600},
    },
    "refresh templates": {
        "task": "conversations.tasks.refresh_templates",
        "schedule": schedule(24 * 3600),
        "options": {"queue": "send", "expires": 3600},
    },
    "fetch templates": {
        "task": "conversations.tasks.fetch_templates",
        "schedule": schedule(30),
        "options": {"queue": "send", "expires": 30},
    },
}
QUEUES = ("inbound", "send", "media", "bot")  # each has a worker whose heartbeat /health/ready reads

# --- people -------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# Django's alone: allauth's would hash each wrong password a second time.
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")
PASSWORD_RESET_TIMEOUT = 3600
JWT_SECRET = env.secret("JWT_SECRET")
JWT_EXPIRES_IN = env.duration("JWT_EXPIRES_IN", "10m")  # of an access token
JWT_REFRESH_EXPIRES_IN = env.duration("JWT_REFRESH_EXPIRES_IN", "7d")
if timedelta(hours=24) < JWT_EXPIRES_IN:
    raise env.ConfigError("JWT_EXPIRES_IN must be a day at most: an access token cannot be taken back one by one")
# Whether anybody may open a business here. Its model is off until the installation's owner grants it tokens.
OPEN_REGISTRATION = env.boolean("OPEN_REGISTRATION", ENVIRONMENT == "embedded")
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # a person is invited by mail, or opens a business of their own
ACCOUNT_RATE_LIMITS = False  # accounts.throttle counts, at every door alike
ACCOUNT_SESSION_REMEMBER = True  # every session lasts SESSION_EXPIRES_IN
ACCOUNT_ADAPTER = "accounts.signin.adapter.Adapter"
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 # nosec B105
_FORMS = "accounts.signin.forms"
ACCOUNT_FORMS = {
    "login": f"{_FORMS}.SignInForm",
    "reauthenticate": f"{_FORMS}.ReauthenticateForm",
    "change_password": f"{_FORMS}.ChangePasswordForm",
    "reset_password": f"{_FORMS}.ResetForm",
    "reset_password_from_key": f"{_FORMS}.ResetKeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ADAPTER = "accounts.signin.codes.CodesAdapter"
MFA_TOTP_TOLERANCE = 1  # half minutes that a phone's clock may be off; accounts.twofactor takes no code twice
MFA_FORMS = {
    "authenticate": f"{_FORMS}.CodeForm",
    "reauthenticate": f"{_FORMS}.CodeAgainForm",
    "activate_totp": f"{_FORMS}.ActivateForm",
}

# --- mail: by a server, or into a folder (never in production: the links in mails open accounts) -----------
EMAIL_HOST = env.text("EMAIL_HOST", "")
EMAIL_PORT = env.integer("EMAIL_PORT", 587, least=1, most=65535)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
_tls = env.boolean("EMAIL_USE_TLS", True)
EMAIL_USE_TLS, EMAIL_USE_SSL = _tls and EMAIL_PORT != 465, _tls and EMAIL_PORT == 465
EMAIL_FROM = env.text("EMAIL_FROM", f"no-reply@{urlsplit(FRONTEND_URL).hostname}")
if "@" not in EMAIL_FROM:
    raise env.ConfigError("EMAIL_FROM must be an e-mail address, such as Your shop <shop@example.com>")
EMAIL_TIMEOUT = 10
MAIL_FOLDER = local_dir() / "mail"
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "accounts.mailbox.Folder"
DEFAULT_FROM_EMAIL = EMAIL_FROM

# --- notes to browsers: off without a key -------------------------------------------------------------------
VAPID_PRIVATE_KEY = env.vapid_key("VAPID_PRIVATE_KEY")
# Push services that may be posted to, with what lies below them: those of Chrome, Firefox, Safari and Edge.
WEB_PUSH_HOSTS = env.items("WEB_PUSH_HOSTS") or [
    "fcm.googleapis.com",
    "push.services.mozilla.com",
    "push.apple.com",
    "notify.windows.com",
]

# --- WhatsApp -----------------------------------------------------------------------------------------
GRAPH_API_URL = env.url("GRAPH_API_URL", "https://graph.facebook.com")
GRAPH_API_VERSION = env.text("GRAPH_API_VERSION", "v26.0")
if not re.fullmatch(r"v\d{1,3}\.\d", GRAPH_API_VERSION):
    raise env.ConfigError(f"GRAPH_API_VERSION must look like v26.0, not {GRAPH_API_VERSION!r}")
WHATSAPP_VERIFY_TOKEN = env.text("WHATSAPP_VERIFY_TOKEN", "")
# Several at once while a secret is being rotated, separated by commas. None: the webhook answers 503 to everything that
# no number's own secret signs.
WHATSAPP_APP_SECRET = env.items("WHATSAPP_APP_SECRET")
# The first number. At start it is created, or its token is refreshed; all later numbers are rows.
WHATSAPP_PHONE_NUMBER_ID = env.text("WHATSAPP_PHONE_NUMBER_ID", "")
WHATSAPP_ACCESS_TOKEN = env.text("WHATSAPP_ACCESS_TOKEN", "")
WHATSAPP_WABA_ID = env.text("WHATSAPP_WABA_ID", "")
WHATSAPP_DISPLAY_PHONE_NUMBER = env.text("WHATSAPP_DISPLAY_PHONE_NUMBER", "")
if WHATSAPP_PHONE_NUMBER_ID and not re.fullmatch(r"[0-9]{3,40}", WHATSAPP_PHONE_NUMBER_ID):
    raise env.ConfigError("WHATSAPP_PHONE_NUMBER_ID must be the id's digits as Meta shows it, not the phone number")
if WHATSAPP_DISPLAY_PHONE_NUMBER and not phones.is_number(WHATSAPP_DISPLAY_PHONE_NUMBER):
    raise env.ConfigError("WHATSAPP_DISPLAY_PHONE_NUMBER must be a phone number such as +91 80 4718 0001")
if WHATSAPP_PHONE_NUMBER_ID and not WHATSAPP_ACCESS_TOKEN:
    raise env.ConfigError(
        "WHATSAPP_ACCESS_TOKEN is not set, but WHATSAPP_PHONE_NUMBER_ID is: the number could not answer"
    )
ANSWERS_BY_MEANING = env.boolean("ANSWERS_BY_MEANING", True)  # false: by letters, where memory is short
ANSWER_AGE_LIMIT = env.duration("ANSWER_AGE_LIMIT", "15m")  # an older message is shown, not answered
# What no rule answers is answered once the customer has been quiet for so long, and at most so long after the first message.
TURN_QUIET = timedelta(milliseconds=env.integer("TURN_QUIET_MS", 2500, least=200, most=60_000))
TURN_CAP = env.duration("TURN_CAP", "12s")
DELIVERIES_KEPT = env.duration("DELIVERIES_KEPT", "30d")
if timedelta(days=1) > DELIVERIES_KEPT:
    raise env.ConfigError("DELIVERIES_KEPT must be a day or more, such as 30d: a number alone counts seconds")
SIMULATOR_NUMBERS = env.rows("SIMULATOR_NUMBERS")
SIMULATOR_URL = env.url("SIMULATOR_URL", "") or ""

# --- the model and the file store: read here so that a wrong value refuses to start ---------------------
AI_BASE_URL = env.url("AI_BASE_URL", "") or ""
AI_MODEL = env.text("AI_MODEL", "")
AI_API_KEY = env.text("AI_API_KEY", "")
AI_DAILY_TOKEN_BUDGET = env.integer("AI_DAILY_TOKEN_BUDGET", 200_000, most=10**12)
AI_MAX_CALLS_PER_USER_PER_HOUR = env.integer("AI_MAX_CALLS_PER_USER_PER_HOUR", 20, most=10_000)
AI_MONTHLY_MONEY_CAP = env.amount("AI_MONTHLY_MONEY_CAP")  # in AI_CURRENCY; None: no cap
AI_CURRENCY = env.currency("AI_CURRENCY", "USD")  # of the price table and of all that the model costs
AI_TRANSCRIPTION_MODEL = env.text("AI_TRANSCRIPTION_MODEL", "")
AI_SECONDS = env.integer("AI_SECONDS", 20, least=1, most=20)  # for an answer of the model, a second try included
# Where customers' files lie: a folder that nobody else reads.
MEDIA_FOLDER = Path(env.text("MEDIA_FOLDER", "") or local_dir() / "media")
# Hosts from which files are fetched beside Meta's own: the access token is sent there.
MEDIA_HOSTS = tuple(env.items("MEDIA_HOSTS"))
_cloudinary = urlsplit(env.url("CLOUDINARY_URL", "", schemes=("cloudinary",)) or "")
CLOUDINARY_CLOUD_NAME = env.text("CLOUDINARY_CLOUD_NAME", _cloudinary.hostname or "")
CLOUDINARY_API_KEY = env.text("CLOUDINARY_API_KEY", _cloudinary.username or "")
CLOUDINARY_API_SECRET = env.text("CLOUDINARY_API_SECRET", _cloudinary.password or "")
CLOUDINARY_API_URL = env.url("CLOUDINARY_API_URL", "https://api.cloudinary.com")
if len({bool(CLOUDINARY_CLOUD_NAME), bool(CLOUDINARY_API_KEY), bool(CLOUDINARY_API_SECRET)}) == 2:
    raise env.ConfigError("CLOUDINARY_CLOUD_NAME, CLOUDINARY_API_KEY and CLOUDINARY_API_SECRET must be set together")

# --- pages --------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("hi", "हिन्दी")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
FORMAT_MODULE_PATH = "whatsapp_automation.formats"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600  # a person's choice; without one the browser's languages decide
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_TZ = True
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
# In production from the folder that collectstatic fills, else from where they lie.
STATIC_ROOT = BASE_DIR / "staticfiles" if PRODUCTION else None
WHITENOISE_USE_FINDERS = not PRODUCTION
if PRODUCTION:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

_HTTPS = FRONTEND_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
if _HTTPS:  # the browser then takes them from this host alone, over TLS
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SESSION_COOKIE_AGE = int(env.duration("SESSION_EXPIRES_IN", "12h").total_seconds())
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION and _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_HSTS_SECONDS > 0
X_FRAME_OPTIONS = "DENY"
# How many proxies stand before us and may be believed. They end TLS, so we do not redirect ourselves.
TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXY_COUNT", 0, most=10)
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SILENCED_SYSTEM_CHECKS = ["security.W008"]
CORS_ALLOWED_ORIGINS = [FRONTEND_URL]
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = [
    "accept",
    "accept-language",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "x-business",
    "x-request-id",
]
CORS_EXPOSE_HEADERS = ["etag", "ratelimit", "ratelimit-policy", "retry-after", "x-request-id"]

# --- the API: every view stands on accounts.doors ----------------------------------------------------------
API_REQUESTS_PER_MINUTE = env.integer("API_REQUESTS_PER_MINUTE", 600, least=10, most=10**6)  # of a person
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.doors.authentication.Bearer"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["accounts.doors.strict.StrictJSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.doors.throttling.Throttle"],
    "DEFAULT_PAGINATION_CLASS": "accounts.doors.paging.Pages",
    "DEFAULT_SCHEMA_CLASS": "accounts.doors.description.Described",
    "EXCEPTION_HANDLER": "accounts.doors.errors.handle",
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_METADATA_CLASS": None,  # the API's description says it: OPTIONS is for CORS alone
    "COERCE_DECIMAL_TO_STRING": True,
}
SIMPLE_JWT = {
    "SIGNING_KEY": JWT_SECRET,
    "ALGORITHM": "HS256",
    "ACCESS_TOKEN_LIFETIME": JWT_EXPIRES_IN,
    "REFRESH_TOKEN_LIFETIME": JWT_REFRESH_EXPIRES_IN,
    "ISSUER": "whatsapp-automation",
    "AUDIENCE": "whatsapp-automation",
    # Refreshing is accounts.tokens' own: simplejwt lets several parallel uses of one token through.
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "WhatsApp Automation",
    "DESCRIPTION": (
        "Conversations, contacts, leads, rules, products, numbers and settings of a business. Names are camelCase, "
        "times ISO 8601 with their zone, ids UUIDs, prices text. Lists come in pages: give `next` back as `?cursor=`. "
        "The guide, with curl and Python: docs/api.md."
    ),
    "VERSION": "1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "accounts.doors.description.finish",
    ],
    "ENUM_NAME_OVERRIDES": {
        "Role": "accounts.models.Membership.Role",
        "ConversationStatus": "conversations.models.Conversation.State",
        "MessageStatus": "conversations.api.shapes.STATUSES",
        "LeadStatus": "leads.models.Lead.Stage",
        "RuleLanguage": "aibot.models.Rule.Language",
    },
    "TAGS": [
        {"name": "auth", "description": "Sign in and out, tokens, one's own account."},
        {"name": "users", "description": "Members of the business and invitations."},
        {"name": "keys", "description": "API keys, a program's way in. A person makes them."},
        {"name": "numbers", "description": "WhatsApp numbers. Secrets go in and never come out."},
        {"name": "conversations", "description": "Threads: read, answer, take over, close."},
        {"name": "labels", "description": "Words that the team puts on conversations."},
        {"name": "replies", "description": "Canned replies: texts that agents send often."},
        {"name": "contacts", "description": "Customers."},
        {"name": "leads", "description": "Who may buy, and how far they are."},
        {"name": "answers", "description": "What the owner answers to a question, however it is asked."},
        {"name": "rules", "description": "What the bot answers."},
        {"name": "products", "description": "What the business sells. The one place of prices."},
        {"name": "settings", "description": "Hours, texts, the bot, limits."},
    ],
}

LOG_LEVEL = env.text("LOG_LEVEL", "INFO", choices=("DEBUG", "INFO", "WARNING", "ERROR"))
LOG_FILE = env.text("LOG_FILE", "")
LOGGING_CONFIG = None
try:
    logging_config(LOG_LEVEL, LOG_FILE)
except OSError as error:
    raise env.ConfigError(f"LOG_FILE must name a file in a folder that can be written: {error}") from None

# Who may read /metrics: who has this token; without one only this machine itself, and in production nobody (metrics.py).
METRICS_TOKEN = env.text("METRICS_TOKEN", "")
if METRICS_TOKEN and len(METRICS_TOKEN) < 16:
    raise env.ConfigError(f"METRICS_TOKEN must have at least 16 characters, it has {len(METRICS_TOKEN)}")

UNFOLD = {
    "SITE_TITLE": "WhatsApp Automation",
    "SITE_HEADER": "WhatsApp Automation",
    "SITE_SYMBOL": "forum",
    "SITE_URL": None,
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "whatsapp_automation.admin.favicon"}],
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "BORDER_RADIUS": "6px",
    "ENVIRONMENT": "whatsapp_automation.admin.environment_badge",
    "SIDEBAR": {"show_search": False, "navigation": "whatsapp_automation.admin.navigation"},
    "DASHBOARD_CALLBACK": "whatsapp_automation.admin.dashboard",
    "STYLES": [
        lambda _request, sheet=sheet: static(f"owner/{sheet}.css")
        for sheet in (
            "tokens",
            "unfold",
            "parts",
            "bubbles",
            "conversations",
            "editors",
            "frame",
            "pages",
            "unanswered",
            "trying",
        )
    ],
    "COLORS": {
        "primary": {
            "50": "oklch(97% .02 200)",
            "100": "oklch(94% .035 200)",
            "200": "oklch(88% .055 200)",
            "300": "oklch(80% .075 200)",
            "400": "oklch(76% .09 200)",
            "500": "oklch(70% .095 200)",
            "600": "oklch(48% .09 200)",
            "700": "oklch(41% .078 200)",
            "800": "oklch(35% .065 200)",
            "900": "oklch(30% .052 200)",
            "950": "oklch(22% .04 200)",
        },
    },
}
