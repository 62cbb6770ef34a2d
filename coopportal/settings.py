"""All settings, read from the environment (or `.env` beside manage.py); no second file.

Each name read here is explained in `.env.example`. What the environment leaves out falls to the
safe side: DEBUG off, nothing readable without signing in, HTTPS demanded.
"""

import ipaddress
from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _
from environs import Env

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
env.read_env(BASE_DIR / ".env", recurse=False)


def _is_loopback(host: str) -> bool:
    """Whether a name of ALLOWED_HOSTS can only mean this very machine."""
    if host.strip("[]") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


# --- What may never start ---------------------------------------------------------------------

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"] if DEBUG else [])

if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured(
            "Chưa đặt SECRET_KEY. Khi DEBUG tắt, cổng không khởi động nếu thiếu khóa bí mật: "
            "hãy đặt biến môi trường SECRET_KEY thành một chuỗi ngẫu nhiên ít nhất 50 ký tự."
        )
    SECRET_KEY = get_random_secret_key()

if DEBUG and (_open_hosts := [host for host in ALLOWED_HOSTS if not _is_loopback(host)]):
    raise ImproperlyConfigured(
        "DEBUG đang bật mà ALLOWED_HOSTS có tên máy không phải máy này: "
        f"{', '.join(_open_hosts)}. Trang báo lỗi khi DEBUG bật làm lộ cấu hình và dữ liệu: "
        "hãy tắt DEBUG, hoặc chỉ để 127.0.0.1, localhost trong ALLOWED_HOSTS."
    )

# --- Who reads --------------------------------------------------------------------------------

# Off: every page but sign-in and health needs a user. Enforced in coopportal.access.
PUBLIC_READ = env.bool("PUBLIC_READ", False)

# --- Applications -----------------------------------------------------------------------------

INSTALLED_APPS = [
    # First, so that what accounts says of their pages in the admin is said last.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "accounts",
    "agreements",
    "deliverables",
    "coopportal.versions",
    "coopportal.rates",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "simple_history",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "accounts.apps.SignInLimitsConfig",
    "csp",
]

MIDDLEWARE = [
    "coopportal.safe_headers.SafeHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # A page of tables shrinks to a seventh. Lengths say nothing of secrets: Django pads at random.
    "coopportal.compressed.Compressed",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "coopportal.language.LanguageMiddleware",
    "coopportal.bodies.BodyLimit",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "coopportal.access.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.session_limits.SessionLimits",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "accounts.obligations.Obligations",
    "coopportal.refusals.BadParameterMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    # Last: it replaces the answer of a sign-in that has failed too often.
    "axes.middleware.AxesMiddleware",
]

CSRF_FAILURE_VIEW = "coopportal.refusals.csrf_failure"
ROOT_URLCONF = "coopportal.urls"
WSGI_APPLICATION = "coopportal.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "coopportal.context.portal",
                "deliverables.pages.duties.duties",
            ],
        },
    },
]

# --- Database ---------------------------------------------------------------------------------

DATABASE: dict[str, Any] = dict(
    env.dj_db_url("DATABASE_URL", f"sqlite:///{BASE_DIR / 'db.sqlite3'}")
)
if DATABASE["ENGINE"] == "django.db.backends.sqlite3":
    DATABASE["OPTIONS"] = {
        # Writers queue at BEGIN instead of failing halfway with "database is locked".
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            # FULL: a confirmation that the other side was told of outlives a power cut.
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
            # REPLACE deletes what stands in its way: then the guards against deletion must see it.
            "PRAGMA recursive_triggers=ON;"
        ),
        **DATABASE.get("OPTIONS", {}),
    }
elif DATABASE["ENGINE"] == "django.db.backends.postgresql":
    DATABASE["CONN_MAX_AGE"] = 600
    DATABASE["CONN_HEALTH_CHECKS"] = True
    # Short queries only: compiling or spreading them costs more than it saves.
    DATABASE["OPTIONS"] = {
        # A server that is gone is told within seconds; psycopg would wait for minutes.
        "connect_timeout": 2,
        "tcp_user_timeout": 4000,
        "options": "-c jit=off -c max_parallel_workers_per_gather=0"
        # A narrowed list joins nine tables; with the usual eight the planner keeps to the written order.
        " -c join_collapse_limit=10 -c from_collapse_limit=10",
        **DATABASE.get("OPTIONS", {}),
    }
DATABASES = {"default": DATABASE}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

# --- Cache, mail, files -----------------------------------------------------------------------

# In a process's memory, throttles and locks would count per worker; so production shares a table
# (`manage.py createcachetable`), and only a developer's single process keeps it in memory.
CACHES = {
    "default": env.dj_cache_url("CACHE_URL", "locmem://" if DEBUG else "db://coopportal_cache")
}

_MAIL: dict[str, Any] = env.dj_email_url("EMAIL_URL", "console://")
if "EMAIL_BACKEND" not in _MAIL:
    # Django would then speak to port 25 of this machine, and nobody would miss the mail.
    raise ImproperlyConfigured(
        "EMAIL_URL có dạng không biết. Các dạng dùng được: console://, smtp://máy:25, "
        "submission://tên:mật-khẩu@máy:587 (có TLS), file:////thư/mục."
    )
vars().update(_MAIL)
EMAIL_TIMEOUT = 10  # a mail server that hangs must not hold a worker
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", "") or "Cổng hợp tác số <no-reply@localhost>"

# Uploaded evidence. Has no MEDIA_URL on purpose: a file is handed out by a view that asks who may.
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", "") or BASE_DIR / "media")

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
if any(
    MEDIA_ROOT.resolve().is_relative_to(folder) or folder.is_relative_to(MEDIA_ROOT.resolve())
    for folder in [STATIC_ROOT, *STATICFILES_DIRS]
):
    raise ImproperlyConfigured(
        f"MEDIA_ROOT ({MEDIA_ROOT}) nằm trong hoặc chứa thư mục tệp tĩnh, nơi ai cũng tải được: tệp minh "
        "chứng chỉ dành cho hai bên. Hãy đặt MEDIA_ROOT ra một thư mục riêng."
    )
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        # The manifest needs `collectstatic`: production runs it, a developer should not have to.
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}

# --- Reporting --------------------------------------------------------------------------------

# Nghị định 09/2019/NĐ-CP, điều 12: figures are closed on the 14th. 31 means the end of the month.
REPORT_CUTOFF_DAY = env.int("REPORT_CUTOFF_DAY", 14)
# The decree asks for at least one working day between cut-off and due day; five is our default.
REPORT_DUE_WORKING_DAYS = env.int("REPORT_DUE_WORKING_DAYS", 5)
# Nothing new of a deliverable for so many days: it has gone stale.
STALE_AFTER_DAYS = env.int("STALE_AFTER_DAYS", 180)
# Where a mail's links lead; a command has no request to read it from.
PORTAL_URL = env.str(
    "PORTAL_URL",
    "http://127.0.0.1:8000" if DEBUG else f"https://{next(iter(ALLOWED_HOSTS), 'localhost')}",
).rstrip("/")

# --- Signing in -------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.LockedOut", "accounts.backends.NameOrEmail"]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name", "email")},
    },
    {"NAME": "accounts.passwords.LengthBySecondFactor"},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
SESSION_ENGINE = "accounts.sessions"
# A session ends after so long without a page, and after a day's work however busy it was. Rows are
# kept a little longer: only then can be said why one ended, and what was typed be kept.
SESSION_IDLE = timedelta(minutes=env.int("SESSION_IDLE_MINUTES", 30))
SESSION_LONGEST = timedelta(hours=env.int("SESSION_HOURS", 12))
SESSION_COOKIE_AGE = int((SESSION_LONGEST + timedelta(days=1)).total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True  # computers in offices are shared
# A link to set a password goes through a mailbox; it need not lie there for days.
PASSWORD_RESET_TIMEOUT = int(timedelta(hours=2).total_seconds())
RESET_MAIL_RATES = "5/h/key,20/h/ip"  # to one address, for one caller
# After so many days an administrator's password has to be changed; 0: never.
ADMINISTRATOR_PASSWORD_DAYS = env.int("ADMINISTRATOR_PASSWORD_DAYS", 0 if DEBUG else 60)

# The second factor. On a developer's machine nobody has to set one up.
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", not DEBUG)
SECOND_FACTOR_REQUIRED_OF = [
    "accounts.second_factor.administers",
    "agreements.mandates.acts_for_vnpt",
]
# Keys that encrypt its secrets, newest first; after them those made of SECRET_KEY.
SECOND_FACTOR_KEYS: list[str] = env.list("SECOND_FACTOR_KEYS", [])
MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "accounts.forms.second_factor.SignInCodeForm",
    "reauthenticate": "accounts.forms.second_factor.CodeAgainForm",
}
MFA_TOTP_ISSUER = "Cổng hợp tác số"
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off
MFA_RECOVERY_CODES_SHOW_ONCE = True
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {"reauthenticate": "accounts.forms.second_factor.PasswordAgainForm"}
ACCOUNT_EMAIL_VERIFICATION = "none"  # an administrator enters the address
ACCOUNT_RATE_LIMITS = False  # failures are counted by axes, in one place

# Reverse proxies in front of the portal. With none, X-Forwarded-* is whatever a caller likes to
# write, so it is neither believed for HTTPS nor for whom to lock out.
PROXY_COUNT = env.int("PROXY_COUNT", 0)

# Five failures lock the account, or the address, that they came from (accounts/lockout.py). The account
# for as long as the level-2 controls ask, 12 hours; an address briefly, for a whole office may share it.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=env.int("LOCKOUT_MINUTES", 15 if DEBUG else 720))
LOCKOUT_ADDRESS_LIMIT = env.int("LOCKOUT_ADDRESS_LIMIT", 5)
LOCKOUT_ADDRESS_TIME = min(timedelta(minutes=15), AXES_COOLOFF_TIME)
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
AXES_HANDLER = "accounts.lockout.LockoutHandler"
AXES_USERNAME_CALLABLE = "accounts.lockout.account_key"
AXES_CLIENT_IP_CALLABLE = "coopportal.client.client_address"
AXES_LOCKOUT_CALLABLE = "accounts.views.sign_in.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_SENSITIVE_PARAMETERS = ["code", "csrfmiddlewaretoken"]
AXES_VERBOSE = False

# --- Security ---------------------------------------------------------------------------------

SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", not DEBUG)
# A probe inside the machine speaks plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
if PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 0 if DEBUG else int(timedelta(days=365).total_seconds())
# W005, W021: the portal is one name under a province's or VNPT's domain; to demand HTTPS of its
# neighbours there is not ours to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
# How much may be sent at once: words, and forms that carry files to the doors that take some.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
UPLOAD_LIMIT = env.int("UPLOAD_LIMIT_MB", 25) * 1_000_000
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"

# Nothing but our own files; no inline script or style anywhere, the admin included.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# --- Language, time, numbers ------------------------------------------------------------------

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", _("Tiếng Việt")), ("en", _("Tiếng Anh"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "coopportal.formats"
# Stays off: it would write the year 2.020. Figures ask for grouping where they are shown.
USE_THOUSAND_SEPARATOR = False
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", "Asia/Ho_Chi_Minh")

# --- API --------------------------------------------------------------------------------------

# Calls a minute; 0 for as many as one likes. Counted in the database, so for all workers together.
API_RATE_TOKEN = env.int("API_RATE_TOKEN", 600)
API_RATE_ADDRESS = env.int("API_RATE_ADDRESS", 300)

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "coopportal.rest.schema.PortalSchema",
    # The token first: one that is no good answers 401 with its challenge, session or no session.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.rest.TokenOfProgram",
        "coopportal.rest.access.SignedInSession",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["coopportal.rest.access.ReadsWherePublic"],
    "DEFAULT_THROTTLE_CLASSES": ["coopportal.rest.throttles.PerCaller"],
    "DEFAULT_RENDERER_CLASSES": ["coopportal.rest.renderers.JSONAnswer"],
    "DEFAULT_PARSER_CLASSES": ["coopportal.rest.parsers.JSONBody"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "coopportal.rest.renderers.Negotiation",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "coopportal.rest.problems.exception_handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": _("Cổng hợp tác số"),
    "DESCRIPTION": _(
        "Các tỉnh và VNPT đã thỏa thuận gì, đã làm được gì, và hai bên biết điều đó từ đâu. Số là số "
        "thường, không định dạng; null nghĩa là chưa có, không phải 0; ngày ghi đến mức đã biết "
        '("2014-08"). Mọi địa chỉ nhận as_of (đúng vào ngày) và known_on (theo số liệu đã chính thức '
        "đến ngày). Lỗi theo RFC 9457, tiếng Việt hoặc tiếng Anh theo Accept-Language."
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["coopportal.rest.access.ReadsWherePublic"],
    "COMPONENT_SPLIT_REQUEST": False,
    # Labels are told as x-enum-descriptions beside the keys, in the order of the keys.
    "ENUM_GENERATE_CHOICE_DESCRIPTION": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "coopportal.rest.schema.label_choices",
        "coopportal.rest.shown.show_examples",
    ],
    "ENUM_NAME_OVERRIDES": {
        "AccountKind": "accounts.choices.AccountKind",
        "TokenScope": "accounts.choices.TokenScope",
        "Basis": "agreements.choices.Basis",
        "EventKind": "agreements.choices.EventKind",
        "Instrument": "agreements.choices.Instrument",
        "LineageBasis": "agreements.choices.LineageBasis",
        "ParticipationRole": "agreements.choices.ParticipationRole",
        "PartyKind": "agreements.choices.PartyKind",
        "ProvinceKind": "agreements.choices.ProvinceKind",
        "Qualifier": "agreements.choices.Qualifier",
        "Side": "agreements.choices.Side",
        "SourceScope": "agreements.choices.SourceScope",
        "StatementKind": "agreements.choices.StatementKind",
        "SystemFamily": "agreements.choices.SystemFamily",
        "Aggregation": "deliverables.choices.Aggregation",
        "ChangeKind": "deliverables.choices.ChangeKind",
        "Decision": "deliverables.choices.Decision",
        "DeliverableKind": "deliverables.choices.DeliverableKind",
        "Direction": "deliverables.choices.Direction",
        "Health": "deliverables.choices.Health",
        "ReportSide": "deliverables.choices.ReportSide",
        "ReportState": "deliverables.choices.ReportState",
        "Stage": "deliverables.choices.Stage",
        "Standing": "deliverables.choices.Standing",
        "ValueKind": "deliverables.choices.ValueKind",
        "FileKind": "coopportal.files.kinds.FileKind",
        "DatePrecision": "coopportal.rest.answers.PRECISIONS",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"docExpansion": "list", "tryItOutEnabled": True},
}

# --- Log --------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # It tells of every flaw of every PDF that somebody hands in; what matters is refused in words.
    "loggers": {"pypdf": {"level": "CRITICAL"}},
}
