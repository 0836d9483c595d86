//! The command line. Every option can also be set by its environment variable, which keeps secrets out of `ps`.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use ipnet::IpNet;
use repin_core::secret::SecretBytes;
use repin_server::client_address::{ForwardedBy, Proxies};
use repin_server::keys::KeySource;
use repin_server::limits::Limits;
use repin_server::magic::{MagicConfig, MagicConfigError, SECRET_KEY_VARIABLE};
use repin_server::store::postgres::DEFAULT_CONNECTIONS;
use repin_server::{ApiKey, Config, MailConfig, TracesConfig, WebhookConfig};
use tracing::Level;

use crate::admin::{Admin, Keys};

/// The gateway of Repin: open, self-hostable recovery of a wallet's PIN.
#[derive(Parser)]
#[command(name = "repin-server", version, about, propagate_version = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program can do.
#[derive(Subcommand)]
pub enum Command {
    /// Serve the REST API, the protocol and the widget.
    Serve(Serve),
    /// Manage apps, keys, origins and users, beside a running gateway.
    Admin(Admin),
    /// Look at everything that a gateway needs, without changing anything, and say what is wrong. A gateway may be running.
    Doctor(Doctor),
    /// List, rotate, retire and export the keys of the key ring.
    Keys(Keys),
    /// Print the OpenAPI document of the REST API.
    Openapi,
}

/// Settings of `serve`.
#[derive(Args)]
pub struct Serve {
    /// Address and port to listen on. Put a proxy that speaks TLS in front before anyone else can reach it.
    #[arg(long, env = "REPIN_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:7373")]
    pub listen: SocketAddr,

    /// Address and port for `GET /metrics`, for Prometheus: one that the public cannot reach. Without it nothing is served.
    #[arg(long, env = "REPIN_METRICS_LISTEN", value_name = "ADDR")]
    pub metrics_listen: Option<SocketAddr>,

    /// Seconds to go on serving after SIGTERM while /health/ready says 503, so that a balancer looks elsewhere before the listener
    /// closes: a little more than it takes to notice. A second signal ends the wait.
    #[arg(long, env = "REPIN_DRAIN", value_name = "SECONDS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=3600))]
    pub drain: u64,

    /// OpenTelemetry collector that traces are sent to over OTLP/HTTP, such as http://127.0.0.1:4318; OTEL_EXPORTER_OTLP_ENDPOINT
    /// and OpenTelemetry's other variables count, too. Without any of them no traces are made.
    #[arg(long, env = "REPIN_OTLP_ENDPOINT", value_name = "URL", hide_env_values = true)]
    otlp_endpoint: Option<String>,

    /// Folder of the key ring and of the SQLite database, created at the first start. Back up DIR/keys apart from the database:
    /// without it no record can be used, and with both every PIN can be guessed. With REPIN_KEY_RING in the environment (see
    /// `keys export`) the keys come from there and DIR/keys is not looked at.
    #[arg(long, env = "REPIN_DATA", value_name = "DIR", default_value = "./data")]
    data: PathBuf,

    /// PostgreSQL database instead of SQLite in DIR, for one gateway or several:
    /// postgres://USER:PASSWORD@HOST/DATABASE?sslmode=verify-full. Every node needs the same DIR/keys. Better in the environment
    /// than here, where `ps` shows the password.
    #[arg(long, env = "REPIN_DATABASE", value_name = "URL", hide_env_values = true)]
    database: Option<String>,

    /// Connections to that database, at most.
    #[arg(long, env = "REPIN_DATABASE_CONNECTIONS", value_name = "NUMBER", default_value_t = DEFAULT_CONNECTIONS, value_parser = clap::value_parser!(u32).range(2..=1000))]
    database_connections: u32,

    /// Key that may call the REST API, TEST_API_KEY:<id>:<secret> or LIVE_API_KEY:<id>:<secret>. Repeat it for several;
    /// separate them by commas in the environment. Those that `admin key create` put into the database may call it without being
    /// named here; where there is neither, every call is refused.
    #[arg(long = "api-key", env = "REPIN_API_KEY", value_name = "KEY", value_delimiter = ',', hide_env_values = true)]
    api_keys: Vec<String>,

    /// Origin of a page that may run the widget in-page, such as https://wallet.example. Repeat it for several. The
    /// gateway's own origin is always allowed.
    #[arg(long = "allowed-origin", env = "REPIN_ALLOWED_ORIGIN", value_name = "ORIGIN", value_delimiter = ',', value_parser = parse_origin)]
    allowed_origins: Vec<String>,

    /// The gateway's own origin as browsers see it, such as https://pin.wallet.example. Without it: whatever name a
    /// request calls the gateway by.
    #[arg(long, env = "REPIN_PUBLIC_URL", value_name = "ORIGIN", value_parser = parse_origin)]
    public_url: Option<String>,

    /// How long a challenge can be used after it was created, in seconds. The default of two hours is ours; Circle's is not
    /// public.
    #[arg(long, env = "REPIN_CHALLENGE_TTL", value_name = "SECONDS", default_value_t = 7200, value_parser = clap::value_parser!(u64).range(60..=2_592_000))]
    challenge_ttl: u64,

    /// Requests a second that each API key may make to each route, and ten for every three of them to POST /users/token;
    /// more are answered 429. Circle's figure is 3. Without it there is no limit. The widget's messages carry no key; their limits
    /// are below.
    #[arg(long, env = "REPIN_RATE_LIMIT", value_name = "REQUESTS")]
    rate_limit: Option<NonZeroU32>,

    /// Limits on what comes without a key.
    #[command(flatten)]
    limits: LimitArgs,

    /// Where webhooks may go.
    #[command(flatten)]
    webhooks: WebhookArgs,

    /// Magic's core API, or a stand-in for it, such as https://tee.magiclabs.com: the relay for wallets that Magic holds. Legacy,
    /// for Magic has retired that API. The secret key comes from REPIN_MAGIC_SECRET_KEY in the environment.
    #[arg(long, env = "REPIN_MAGIC_URL", value_name = "URL", hide_env_values = true)]
    magic_url: Option<String>,

    /// Mail server for codes: smtps://USER:PASSWORD@HOST, or smtp://USER:PASSWORD@HOST?tls=required; one on this machine may do
    /// without TLS. Without it nobody's way back can be an e-mail address. Better in the environment than here, where `ps` shows the
    /// password. Where several gateways share a database, set it when all of them are of a version that knows it.
    #[arg(long, env = "REPIN_SMTP_URL", value_name = "URL", hide_env_values = true)]
    smtp_url: Option<String>,

    /// Whom codes come from, such as "Wallet <codes@wallet.example>".
    #[arg(long, env = "REPIN_MAIL_FROM", value_name = "ADDRESS")]
    mail_from: Option<String>,

    /// Certificates in PEM that the mail server's may be signed by, beside the authorities built in.
    #[arg(long, env = "REPIN_SMTP_CA", value_name = "FILE")]
    smtp_ca: Option<PathBuf>,

    /// How a line of the log looks.
    #[arg(long, env = "REPIN_LOG_FORMAT", value_enum, default_value_t = LogFormat::Json)]
    pub log_format: LogFormat,

    /// How much is logged: error, warn, info, debug or trace. No level logs a secret, a token or a body.
    #[arg(long, env = "REPIN_LOG_LEVEL", value_name = "LEVEL", default_value = "info")]
    pub log_level: Level,

    /// Mount the demo: a host app to play with, and a clock to put forward. Never where real people are served.
    #[arg(long, env = "REPIN_DEMO")]
    pub demo: bool,
}

/// Settings of `doctor`: those that `serve` is started with, so that it looks at the same things.
#[derive(Args)]
pub struct Doctor {
    /// What `serve` is started with.
    #[command(flatten)]
    pub settings: Serve,

    /// Connect to nothing but the database: leave out the receivers of webhooks.
    #[arg(long)]
    pub offline: bool,

    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Settings of the limits on what comes without an API key. Each gateway counts for itself.
#[derive(Args)]
struct LimitArgs {
    /// Messages of the widget that a session may send in any minute; 0 for no limit. A recovery takes 5.
    #[arg(long, env = "REPIN_SESSION_LIMIT", value_name = "MESSAGES", default_value_t = Limits::DEFAULT.session)]
    session_limit: u32,

    /// Messages of the widget that a user may send in any minute over all sessions, and sessions that may be asked for them;
    /// 0 for no limit.
    #[arg(long, env = "REPIN_USER_LIMIT", value_name = "MESSAGES", default_value_t = Limits::DEFAULT.user)]
    user_limit: u32,

    /// Messages of the widget that may come from an address in any minute, an IPv6 one being its first 64 bits; 0 for no limit.
    /// Behind a proxy, name it with --trusted-proxy, or everybody has the proxy's.
    #[arg(long, env = "REPIN_ADDRESS_LIMIT", value_name = "MESSAGES", default_value_t = Limits::DEFAULT.address)]
    address_limit: u32,

    /// Network of proxies that are believed when they say whose request they pass on, such as 10.0.0.0/8. Repeat it for
    /// several. Without one no header is believed.
    #[arg(long = "trusted-proxy", env = "REPIN_TRUSTED_PROXY", value_name = "CIDR", value_delimiter = ',')]
    trusted_proxies: Vec<IpNet>,

    /// The header in which they say it. The other one is not read: proxies pass on what a stranger wrote there.
    #[arg(long, env = "REPIN_FORWARDED_HEADER", value_enum, default_value_t = ForwardedHeader::XForwardedFor)]
    forwarded_header: ForwardedHeader,
}

/// The header that proxies write.
#[derive(Clone, Copy, ValueEnum)]
enum ForwardedHeader {
    /// Addresses, separated by commas.
    XForwardedFor,
    /// RFC 7239.
    Forwarded,
}

impl LimitArgs {
    fn proxies(self) -> Proxies {
        let header = match self.forwarded_header {
            ForwardedHeader::XForwardedFor => ForwardedBy::XForwardedFor,
            ForwardedHeader::Forwarded => ForwardedBy::Forwarded,
        };
        Proxies { trusted: self.trusted_proxies, header }
    }
}

/// Settings of webhooks.
#[derive(Args)]
struct WebhookArgs {
    /// Network that webhooks may go to although it is not public, such as 10.1.0.0/16. Repeat it for several. Without one
    /// only public addresses are connected to.
    #[arg(
        long = "webhook-allow-network",
        env = "REPIN_WEBHOOK_ALLOW_NETWORK",
        value_name = "CIDR",
        value_delimiter = ','
    )]
    allow_networks: Vec<IpNet>,

    /// File of certificates (PEM) that webhook receivers may be issued by, beside the public authorities.
    #[arg(long = "webhook-ca", env = "REPIN_WEBHOOK_CA", value_name = "FILE")]
    ca: Option<PathBuf>,

    /// Let webhooks go to http: endpoints. For development.
    #[arg(long = "webhook-allow-http", env = "REPIN_WEBHOOK_ALLOW_HTTP")]
    allow_http: bool,
}

/// The form of a log line.
#[derive(Clone, Copy, ValueEnum)]
pub enum LogFormat {
    /// One JSON object.
    Json,
    /// For a terminal.
    Text,
}

impl Serve {
    /// Whether the database is the file in the data folder.
    pub const fn is_on_sqlite(&self) -> bool {
        self.database.is_none()
    }

    /// The settings as the library takes them.
    ///
    /// # Errors
    /// For an API key or a database's address of another form. Not checked by clap, whose message would repeat the value: a
    /// mistyped key is still most of a key.
    pub fn into_config(self) -> Result<Config, Box<dyn std::error::Error>> {
        let config = Config {
            key_ring: KeySource::from_environment()?,
            mail: MailConfig::of(self.smtp_url.as_deref(), self.mail_from.as_deref(), self.smtp_ca.as_deref())?,
            database: self.database.as_deref().map(str::parse).transpose()?,
            database_connections: self.database_connections,
            api_keys: self.api_keys.iter().map(|key| ApiKey::parse(key)).collect::<Result<_, _>>()?,
            allowed_origins: self.allowed_origins,
            public_url: self.public_url,
            rate_limit: self.rate_limit,
            limits: Limits {
                session: self.limits.session_limit,
                user: self.limits.user_limit,
                address: self.limits.address_limit,
            },
            proxies: self.limits.proxies(),
            challenge_ttl: Duration::from_secs(self.challenge_ttl),
            webhooks: WebhookConfig {
                allow_networks: self.webhooks.allow_networks,
                ca: self.webhooks.ca,
                allow_http: self.webhooks.allow_http,
                ..WebhookConfig::default()
            },
            magic: magic(self.magic_url.as_deref())?,
            traces: traces(self.otlp_endpoint),
            ..Config::new(self.data)
        };
        Ok(if self.demo { config.with_demo() } else { config })
    }
}

/// The relay for Magic, where there is an address of it.
fn magic(url: Option<&str>) -> Result<Option<MagicConfig>, MagicConfigError> {
    let Some(url) = url else { return Ok(None) };
    let key = std::env::var_os(SECRET_KEY_VARIABLE).ok_or(MagicConfigError::SecretKey)?;
    MagicConfig::new(url, SecretBytes::new(key.into_encoded_bytes())).map(Some)
}

/// Where traces go, by the option or else by OpenTelemetry's own variables, of which the one for traces is a whole address.
fn traces(endpoint: Option<String>) -> Option<TracesConfig> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let whole = |base: String| format!("{}/v1/traces", base.trim_end_matches('/'));
    let endpoint = endpoint
        .map(whole)
        .or_else(|| variable("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"))
        .or_else(|| variable("OTEL_EXPORTER_OTLP_ENDPOINT").map(whole))?;
    Some(TracesConfig { endpoint, ca: variable("OTEL_EXPORTER_OTLP_CERTIFICATE").map(PathBuf::from) })
}

/// An origin as browsers write it: scheme, host, maybe a port; nothing after, and no capital letters.
pub fn parse_origin(text: &str) -> Result<String, &'static str> {
    let text = text.strip_suffix('/').unwrap_or(text);
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |host: &str| {
        !host.is_empty()
            && host.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b':' | b'[' | b']'))
    };
    if host.is_some_and(plain) { Ok(text.to_owned()) } else { Err("an origin looks like https://wallet.example") }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent_and_documents_every_option() {
        let mut command = Cli::command();
        command.clone().debug_assert();
        let serve = command.find_subcommand_mut("serve").unwrap();
        assert!(serve.get_arguments().all(|argument| argument.get_help().is_some()));
        let help = serve.render_long_help().to_string();
        for expected in ["127.0.0.1:7373", "./data", "7200", "json", "REPIN_API_KEY"] {
            assert!(help.contains(expected), "{expected}\n{help}");
        }
    }

    #[test]
    fn an_origin_has_no_path_and_no_wildcard() {
        assert_eq!(parse_origin("https://wallet.example/").unwrap(), "https://wallet.example");
        assert_eq!(parse_origin("http://localhost:8080").unwrap(), "http://localhost:8080");
        for bad in ["wallet.example", "https://", "https://a/b", "https://*.example", "null", "https://A.example"] {
            assert!(parse_origin(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_mistyped_key_or_password_is_not_repeated() {
        let parsed = Cli::try_parse_from(["repin-server", "serve", "--api-key", "TEST_API_KEY:hush-hush"]).ok();
        let Command::Serve(settings) = parsed.unwrap().command else { panic!("another command") };
        assert!(!settings.into_config().err().unwrap().to_string().contains("hush"));
        let parsed = Cli::try_parse_from(["repin-server", "serve", "--database", "postgre://repin:hush@db"]).ok();
        let Command::Serve(settings) = parsed.unwrap().command else { panic!("another command") };
        assert!(!settings.into_config().err().unwrap().to_string().contains("hush"));
    }
}
