//! The parsers. A target panics when what it stands for does: the reader itself, or what it promises of what it accepts.

use futures_util::FutureExt;
use repin_core::answers::Unicode;
use repin_core::api;
use repin_core::secret::{Secret, SecretBytes};
use repin_core::stretching::KeyStretching;
use repin_core::wallet::WalletKeys;
use repin_core::wire;
use repin_server::ApiKey;
use repin_server::date;
use repin_server::webhooks::AddressGuard;
use repin_vault::flow::{Event, SessionInput, ViewModel};
use repin_vault::platform::{Platform, Reply, Request, Unreachable};
use repin_vault::session::{Link, Session};
use url::Host;

use crate::{every_message, served};

/// A parser, and how many changed inputs it meets in a quick run.
pub struct Target {
    pub name: &'static str,
    pub quick: usize,
    pub run: fn(&[u8]),
}

/// All of them. Those behind the router run through all that is served, and are slower.
pub const TARGETS: &[Target] = &[
    Target { name: "wire", quick: 10_000, run: messages },
    Target { name: "event", quick: 10_000, run: events },
    Target { name: "session", quick: 5_000, run: session },
    Target { name: "endpoint", quick: 10_000, run: endpoint },
    Target { name: "date", quick: 10_000, run: dates },
    Target { name: "api-key", quick: 10_000, run: api_key },
    Target { name: "envelope", quick: 500, run: served::envelope },
    Target { name: "token", quick: 500, run: served::token },
    Target { name: "bearer", quick: 500, run: served::bearer },
    Target { name: "body", quick: 700, run: served::body },
    Target { name: "query", quick: 700, run: served::query },
    Target { name: "path", quick: 500, run: served::path },
];

/// CBOR, as every message there is. What is accepted is the one encoding of what was read.
fn messages(cbor: &[u8]) {
    let mut plaintext = cbor.to_vec();
    plaintext.push(0x80);
    plaintext.resize(plaintext.len().next_multiple_of(api::PADDING), 0);
    every_message::read_as_everything(&plaintext);
}

/// What crosses the worker's boundary, in both directions.
fn events(cbor: &[u8]) {
    let _ = wire::from_bytes::<Event>(cbor);
    if let Ok(view) = wire::from_bytes::<ViewModel>(cbor) {
        let bytes = wire::to_bytes(&view);
        assert_eq!(wire::from_bytes::<ViewModel>(&bytes), Ok(view));
    }
}

/// What a host hands over, a line each: token, encryption key in base64, challenge, app.
fn session(input: &[u8]) {
    let mut lines = input.split(|byte| *byte == b'\n');
    let mut next = || lines.next().unwrap_or_default().to_vec();
    let (token, key) = (SecretBytes::new(next()), SecretBytes::new(next()));
    let mut text = || String::from_utf8_lossy(&next()).into_owned();
    let input = SessionInput {
        user_token: token,
        encryption_key: key,
        challenge_id: text(),
        app_id: Some(text()),
        api_base: text(),
        origin: text(),
    };
    // It waits for a network that is not there, or has refused the input; it never sends what is no session.
    let _ = Session::open(input, &Nowhere, &Link::default()).now_or_never();
}

/// A platform without a network, which looks at what would be sent.
struct Nowhere;

impl Platform for Nowhere {
    type Rng = rand_core::OsRng;

    fn rng(&self) -> rand_core::OsRng {
        rand_core::OsRng
    }

    fn now_ms(&self) -> f64 {
        0.0
    }

    async fn send(&self, request: &Request) -> Result<Reply, Unreachable> {
        let id = &request.challenge_id;
        assert!(id.len() == 36 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-'), "{id}");
        assert!(request.user_token.bytes().all(|byte| byte.is_ascii_graphic()), "it goes into a header");
        let body: serde_json::Value = serde_json::from_str(&request.body()).expect("a body of JSON");
        assert_eq!(body["step"], "OPEN");
        Err(Unreachable)
    }

    fn stretching(&self, cost: api::KsfParams) -> KeyStretching {
        cost.into()
    }

    async fn load_wallet(&self) -> Result<(), Unreachable> {
        Err(Unreachable)
    }

    fn derive_wallet(&self, _: &Secret<32>) -> Option<WalletKeys> {
        None
    }

    async fn yield_now(&self) {}
}

impl Unicode for Nowhere {
    fn nfkc(&self, text: &str) -> String {
        text.to_owned()
    }

    fn is_ignored(&self, _: char) -> bool {
        false
    }
}

/// A webhook's URL. One that is accepted is `https:` and no address that must not be reached.
fn endpoint(text: &[u8]) {
    let guard = AddressGuard::new(Vec::new(), false);
    let Ok(url) = guard.endpoint(&String::from_utf8_lossy(text)) else { return };
    assert!(url.scheme() == "https" && url.username().is_empty() && url.password().is_none(), "{url}");
    match url.host().expect("a host") {
        Host::Domain(name) => assert!(!name.is_empty() && name.parse::<std::net::IpAddr>().is_err(), "{name}"),
        Host::Ipv4(address) => assert!(guard.allows(address.into()), "{address}"),
        Host::Ipv6(address) => assert!(guard.allows(address.into()), "{address}"),
    }
}

/// A date in a query. One that is read comes back from what is written for it.
fn dates(text: &[u8]) {
    let Some(at) = date::parse(&String::from_utf8_lossy(text)) else { return };
    assert_eq!(date::parse(&date::date(at)), Some(at));
}

/// A key of the REST API has three parts, wherever it was cut.
fn api_key(text: &[u8]) {
    let text = String::from_utf8_lossy(text);
    if ApiKey::parse(&text).is_ok() {
        assert_eq!(text.split(':').count(), 3);
    }
}

/// The control: reads as much as a length says.
pub fn careless(bytes: &[u8]) {
    if let Some((length, rest)) = bytes.split_first()
        && *length >= 0x40
        && *length < 0x58
        && rest.len() < usize::from(length - 0x40)
    {
        // Without the message of a panic, of which there shall be none to read in a good run.
        std::panic::resume_unwind(Box::new("beyond the end"));
    }
}
