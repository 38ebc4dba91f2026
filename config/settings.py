"""Every setting: REGGI_* variables or a .env file, read once by bots/cli.py and passed on as values."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(Exception):
    """A setting is wrong. Shown to whoever starts Reggi: which one, why, and what to do."""


class Settings(BaseSettings):
    """All settings with their defaults; `description` is what `reggi doctor` and the README print."""

    model_config = SettingsConfigDict(env_prefix="REGGI_", env_file=".env", extra="ignore", frozen=True)

    data_dir: Path = Field(Path("data"), description="Folder of the Chroma store and the database.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(3978, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    embedding: Literal["wordllama-256", "wordllama-128", "wordllama-64"] = Field(
        "wordllama-256",
        description="Embedding model, recorded with the store; another one needs `reggi load --rebuild`.",
    )
    question_limit: int = Field(
        8_000, ge=200, description="Longest question that is answered, in characters."
    )
    search_threads: int = Field(
        4, ge=1, le=64, description="Threads for the embedded store, whose calls block."
    )
    log_format: Literal["console", "json"] = Field(
        "console", description="Log lines for people or for machines."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least level that is logged."
    )
    log_words: bool = Field(
        False,
        description="Let texts into the log that may hold words of a question (texts of exceptions, lines of libraries), to hunt a fault; secrets stay out.",
    )
    traces_url: str | None = Field(
        None,
        description="Address of an OpenTelemetry collector (OTLP over gRPC, `http://localhost:4317`) that gets a trace of every turn, without its words; needs the extra `tracing`.",
    )
    admin_token: SecretStr | None = Field(
        None,
        description="Token (`Authorization: Bearer …`) that lets other machines read `/metrics` and the reasons in `/readyz`; without one this machine alone may.",
    )
    database_url: str | None = Field(
        None, description="SQLAlchemy async address of the database; default is SQLite in the data folder."
    )
    chroma_url: str | None = Field(
        None,
        description="Address of a Chroma server (`chroma run`, Chroma Cloud) that replicas read the law from, `http://host:8000`; default is the store in the data folder.",
    )
    chroma_token: SecretStr | None = Field(None, description="Token of the Chroma server.")
    chroma_tenant: str = Field("default_tenant", description="Tenant in the Chroma server.")
    chroma_database: str = Field("default_database", description="Database in the Chroma server.")
    history_questions: int = Field(
        5,
        ge=0,
        le=20,
        description="Earlier questions of a conversation that a follow-up may refer to; 0 keeps none.",
    )
    history_hours: int = Field(
        24,
        ge=1,
        le=24 * 365,
        description="Hours for which a follow-up may refer to a question; then its words are deleted from the conversation.",
    )
    retention_days: int = Field(
        30,
        ge=1,
        le=3650,
        description="Days after which a question and its answer are deleted; until then its buttons work.",
    )
    watch_law: bool = Field(
        False,
        description="Tell threads, once, when a load changes or ends a section that their answer rests on.",
    )
    person_per_minute: int = Field(
        60, ge=1, description="Questions of one person that are answered in a minute."
    )
    workspace_per_minute: int = Field(
        3_000, ge=1, description="Questions of one workspace that are answered in a minute."
    )
    queue_limit: int = Field(
        10_000, ge=10, description="Questions that may wait; to more I say that I am too busy."
    )
    queue_notice: int = Field(
        100, ge=1, description="Where as many questions wait before one, its place in the queue is said."
    )
    turns_at_once: int = Field(
        8, ge=1, le=256, description="Questions that are worked on at a time in one process."
    )
    retry_minutes: int = Field(
        60,
        ge=1,
        description="Minutes for which a question is tried again while the library, the database or the platform is away; then I apologize.",
    )
    database_key: SecretStr | None = Field(
        None,
        description="Key that encrypts the tokens of Slack workspaces in the database (`reggi key` makes one); several, separated by commas, to change it: the first encrypts.",
    )
    answer_seconds: float = Field(
        60, gt=0, description="Seconds after which a question is given up, with an apology."
    )
    request_bytes: int = Field(
        1_000_000, ge=10_000, description="Largest request that is read, in bytes; a larger one gets 413."
    )
    request_seconds: float = Field(
        15,
        gt=0,
        description="Seconds that a platform's request may take to arrive and be acknowledged; a slower one gets 408 or 503.",
    )
    shutdown_seconds: float = Field(
        25,
        ge=0,
        description="Seconds that a stop waits for answers under way (containers are killed after 30).",
    )

    model: str | None = Field(
        None,
        description="Chat model that words the answers, as provider:name (`openai:…`, `anthropic:…`, `azure_openai:…`, `bedrock_converse:…`, `ollama:…`); without one they are made of the digest's own sentences.",
    )
    model_base_url: str | None = Field(
        None, description="Address of a server that speaks the provider's protocol, for example of your own."
    )
    model_api_key: SecretStr | None = Field(
        None,
        description="Key for the chat model; without it the provider's own variable counts (`OPENAI_API_KEY` …).",
    )
    model_seconds: float = Field(
        25,
        gt=0,
        description="Seconds that the chat model may take for one answer, retries included; then the answer is made of the digest's own sentences.",
    )
    model_retries: int = Field(
        2,
        ge=0,
        le=5,
        description="Further tries of a call that was refused for the moment or broke off before it began.",
    )
    model_concurrency: int = Field(4, ge=1, le=256, description="Calls of the chat model at a time.")
    model_output: Literal["auto", "schema", "tool", "text"] = Field(
        "auto",
        description="How JSON is asked of the chat model: `schema` (OpenAI's protocol, Ollama), `tool` (a tool call), `text` (by the prompt alone), or what suits the provider.",
    )
    model_output_tokens: int = Field(2_000, ge=200, description="Longest reply of the chat model, in tokens.")
    model_statements: int = Field(
        24,
        ge=4,
        le=100,
        description="Statements of law that the chat model is shown beyond those of the digest's own answer.",
    )
    model_options: dict[str, Any] = Field(
        {"temperature": 0},
        description="Further settings for LangChain's class of the provider, as JSON; `{}` for models that refuse a temperature. No secrets here.",
    )
    model_cache: int = Field(
        256,
        ge=0,
        description="Replies of the chat model kept in memory for the same question over the same law; 0 keeps none.",
    )
    model_price_in: float | None = Field(
        None,
        ge=0,
        description="US dollars for a million tokens sent to the chat model, for the cost in the log.",
    )
    model_price_out: float | None = Field(
        None, ge=0, description="US dollars for a million tokens that the chat model writes."
    )

    page: Literal["loopback", "on", "off"] = Field(
        "loopback",
        description="Page to ask in a browser: `loopback` (this machine only), `on` (whoever reaches the address: put a log-in in front) or `off`.",
    )

    slack_bot_token: SecretStr | None = Field(
        None,
        description="Slack bot token (xoxb-…). With the signing secret or the app-level token it switches Slack on.",
    )
    slack_signing_secret: SecretStr | None = Field(
        None, description="Slack signing secret: every request is checked against it."
    )
    slack_app_token: SecretStr | None = Field(
        None,
        description="Slack app-level token (xapp-…) for Socket Mode: this server connects to Slack and needs no public address.",
    )
    slack_client_id: str | None = Field(
        None,
        description="Client id of the Slack app. With its secret and the signing secret, many workspaces install at /slack/install.",
    )
    slack_client_secret: SecretStr | None = Field(None, description="Client secret of the Slack app.")
    slack_api_url: str = Field("https://slack.com/api/", description="Slack Web API, changed only for tests.")

    teams_app_id: str | None = Field(
        None,
        description="Microsoft app id of the bot. With the password, or as a managed identity, it switches Teams on.",
    )
    teams_app_password: SecretStr | None = Field(None, description="Client secret of the Microsoft app.")
    teams_app_type: Literal["MultiTenant", "SingleTenant", "UserAssignedMSI"] = Field(
        "SingleTenant",
        description="How the Azure Bot is registered; `UserAssignedMSI` is a managed identity, which needs no password.",
    )
    teams_tenant_id: str | None = Field(
        None, description="Tenant of a single-tenant bot or a managed identity."
    )
    teams_tenants: str = Field(
        "",
        description="Tenant ids whose people are answered in Teams, separated by commas; without any, the tenant above, or all where none is named there.",
    )
    teams_local: bool = Field(
        False,
        description="Answer Teams requests without credentials, on loopback only, for the Agents Playground.",
    )
    teams_patience: float = Field(
        0.6,
        ge=0,
        description="Seconds before Teams shows that an answer is being looked up; 0 shows it at once, so that a crash between the answer and its record can double no answer.",
    )
    teams_openid_url: str = Field(
        "https://login.botframework.com/v1/.well-known/openidconfiguration",
        description="Where the keys of Teams' tokens are named; like the four below, changed only for government clouds and tests.",
    )
    teams_emulator_openid_url: str = Field(
        "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration",
        description="Where the keys of the Bot Framework Emulator's tokens are named.",
    )
    teams_token_issuer: str = Field("https://api.botframework.com", description="Issuer of Teams' tokens.")
    teams_login_url: str = Field(
        "https://login.microsoftonline.com/", description="Where the bot logs in before it answers in Teams."
    )
    teams_oauth_scope: str = Field("https://api.botframework.com", description="What the bot logs in for.")


def load_settings(env_file: str | None = ".env") -> Settings:
    """Return the settings from the environment and `env_file`.

    Raises:
        SettingsError: a value is not allowed; names the variable and the reason, never the value.
    """
    try:
        return Settings(_env_file=env_file)  # type: ignore[call-arg]
    except ValidationError as error:
        lines = [f"REGGI_{'_'.join(str(p) for p in e['loc']).upper()}: {e['msg']}" for e in error.errors()]
        raise SettingsError("These settings are wrong:\n  " + "\n  ".join(lines)) from error
