//! Mail: codes for people who forgot their PIN, and word that private keys were given out. Nothing else is ever sent, and nothing of it
//! is kept: a letter goes from memory to the operator's mail server, tried twice at most and in bounded time. A code that could not be sent
//! is told to the person.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use lettre::message::Mailbox;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use url::{Host, Url};
use zeroize::Zeroizing;

mod address;
mod letter;
mod texts;

pub use address::EmailAddress;
pub use letter::Letter;
pub use texts::Language;

/// How long one try may take. Two of them are over before a device stops waiting (30 seconds).
const TRY: Duration = Duration::from_secs(10);
/// Codes that are made at the same time: each takes 19 MiB for a moment.
const MADE_AT_ONCE: usize = 4;

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// Where mail goes, and from whom. No `Debug`: a password is in it.
#[derive(Clone)]
pub struct MailConfig {
    url: Zeroizing<String>,
    from: Mailbox,
    /// Authorities that are trusted beside those built in.
    authorities: Option<Certificate>,
}

/// Not settings of mail. Says nothing of what was given: a password may be in it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailConfigError {
    /// The mail server.
    #[error(
        "the mail server's address looks like smtps://USER:PASSWORD@HOST or smtp://USER:PASSWORD@HOST?tls=required; without TLS it is on this machine"
    )]
    Url,
    /// The sender.
    #[error("the sender of mail looks like NAME <ADDRESS> or ADDRESS")]
    From,
    /// One of the two is missing.
    #[error("--smtp-url and --mail-from belong together")]
    Half,
    /// The operator's authorities.
    #[error("--smtp-ca names a file of certificates in PEM, for a mail server that is reached by TLS")]
    Authorities,
}

/// A letter could not be sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The mail server's own words, without any address.
    #[error("{0}")]
    Refused(String),
    /// It did not answer in time.
    #[error("the mail server did not answer in time")]
    Timeout,
    /// A letter that cannot be written: never for an [`EmailAddress`].
    #[error("the letter cannot be written")]
    Letter,
}

impl MailConfig {
    /// Reads both.
    ///
    /// # Errors
    /// [`MailConfigError`].
    pub fn new(url: &str, from: &str) -> Result<Self, MailConfigError> {
        let parsed = Url::parse(url).map_err(|_| MailConfigError::Url)?;
        let tls = parsed.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value.into_owned());
        let safe = match (parsed.scheme(), tls.as_deref()) {
            ("smtps", None) | ("smtp", Some("required")) => true,
            ("smtp", None) => is_here(parsed.host()),
            _ => false,
        };
        if !safe || Transport::from_url(url).is_err() {
            return Err(MailConfigError::Url);
        }
        let from: Mailbox = from.parse().map_err(|_| MailConfigError::From)?;
        Ok(Self { url: Zeroizing::new(url.to_owned()), from, authorities: None })
    }

    /// Trusts the authorities of this file, too: certificates in PEM.
    ///
    /// # Errors
    /// [`MailConfigError::Authorities`] when it holds none, and where no TLS is spoken.
    pub fn trusting(self, file: &Path) -> Result<Self, MailConfigError> {
        let pem = std::fs::read(file).map_err(|_| MailConfigError::Authorities)?;
        let holds_one = CertificateDer::pem_slice_iter(&pem).next().is_some_and(|first| first.is_ok());
        let certificates = Certificate::from_pem(&pem).ok().filter(|_| holds_one && self.tls().is_some());
        Ok(Self { authorities: Some(certificates.ok_or(MailConfigError::Authorities)?), ..self })
    }

    /// Whom the certificate has to be for, and whether TLS is spoken from the first byte; `None` without TLS.
    fn tls(&self) -> Option<(String, bool)> {
        let url = Url::parse(&self.url).ok()?;
        let at_once = url.scheme() == "smtps";
        let name = url.host_str()?.trim_matches(['[', ']']).to_owned();
        (at_once || url.query().is_some()).then_some((name, at_once))
    }

    /// The settings, if there are any.
    ///
    /// # Errors
    /// [`MailConfigError`].
    pub fn of(url: Option<&str>, from: Option<&str>, ca: Option<&Path>) -> Result<Option<Self>, MailConfigError> {
        let config = match (url, from) {
            (None, None) => return Ok(None),
            (Some(url), Some(from)) => Self::new(url, from)?,
            _ => return Err(MailConfigError::Half),
        };
        ca.map_or(Ok(config.clone()), |ca| config.trusting(ca)).map(Some)
    }

    /// Connects and logs in, and sends nothing.
    ///
    /// # Errors
    /// [`MailError`].
    pub(crate) async fn reach(&self) -> Result<(), MailError> {
        let transport = self.transport()?;
        match timeout(TRY, transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(MailError::Refused("it does not answer after the greeting".into())),
            Ok(Err(error)) => Err(MailError::Refused(words(&error))),
            Err(_) => Err(MailError::Timeout),
        }
    }

    fn transport(&self) -> Result<Transport, MailError> {
        // Checked when the settings were read.
        let mut builder = Transport::from_url(&self.url).map_err(|_| MailError::Letter)?;
        if let (Some(authorities), Some((name, at_once))) = (&self.authorities, self.tls()) {
            let trusted = TlsParameters::builder(name).add_root_certificate(authorities.clone()).build();
            let trusted = trusted.map_err(|_| MailError::Letter)?;
            builder = builder.tls(if at_once { Tls::Wrapper(trusted) } else { Tls::Required(trusted) });
        }
        Ok(builder.timeout(Some(TRY)).build())
    }
}

/// Whether a host is this machine.
fn is_here(host: Option<Host<&str>>) -> bool {
    match host {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        // Of schemes that it does not know, `url` leaves the host a name.
        Some(Host::Domain(name)) => {
            let name = name.trim_matches(['[', ']']);
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        None => false,
    }
}

/// What a mail server said, in the library's words, which have the cause in them: the reply's code and text, or the kind of what failed.
fn words(error: &lettre::transport::smtp::Error) -> String {
    without_addresses(&error.to_string())
}

/// A text without the addresses in it. Servers say whom they refuse, and what they say is logged. The whole word goes, whatever
/// stands around the address: brackets, a name before it, a colon behind it.
fn without_addresses(text: &str) -> String {
    text.split_whitespace().map(|word| if word.contains('@') { "…@…" } else { word }).collect::<Vec<_>>().join(" ")
}

/// Sends letters.
pub struct Mailer {
    config: MailConfig,
    /// Room for making codes.
    pub(crate) room: Semaphore,
}

impl Mailer {
    /// By these settings.
    pub fn new(config: MailConfig) -> Self {
        Self { config, room: Semaphore::new(MADE_AT_ONCE) }
    }

    /// Sends a letter: one try, and one more when the first was not refused for good.
    ///
    /// # Errors
    /// [`MailError`]; it was not sent.
    pub async fn send(&self, to: &EmailAddress, language: Language, letter: Letter<'_>) -> Result<(), MailError> {
        let letter = letter::write(&self.config.from, to, language, letter)?;
        let transport = self.config.transport()?;
        let mut tries = 0;
        loop {
            tries += 1;
            let error = match timeout(TRY, transport.send(letter.clone())).await {
                Ok(Ok(_)) => return Ok(()),
                Ok(Err(error)) if error.is_permanent() => return Err(MailError::Refused(words(&error))),
                Ok(Err(error)) => MailError::Refused(words(&error)),
                Err(_) => MailError::Timeout,
            };
            if tries == 2 {
                return Err(error);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_password_crosses_no_network_in_clear_and_is_not_repeated() {
        let new = |url: &str| MailConfig::new(url, "Repin <codes@wallet.example>");
        for good in [
            "smtps://codes:hush@mail.example",
            "smtp://codes:hush@mail.example:587?tls=required",
            "smtp://127.0.0.1:2525",
            "smtp://[::1]:2525",
            "smtp://localhost",
        ] {
            assert!(new(good).is_ok(), "{good}");
        }
        for bad in [
            "smtp://codes:hush@mail.example",
            "smtp://codes:hush@mail.example?tls=opportunistic",
            "smtp://localhost.example",
            "https://codes:hush@mail.example",
            "hush",
            "smtps://",
        ] {
            let error = new(bad).err().unwrap();
            assert!(error == MailConfigError::Url && !error.to_string().contains("hush"), "{bad}");
        }
        let from = |from: &str| MailConfig::new("smtps://mail.example", from).err();
        assert_eq!(from("codes@wallet.example"), None);
        assert_eq!(from("nobody"), Some(MailConfigError::From));
        assert_eq!(MailConfig::of(Some("smtps://mail.example"), None, None).err(), Some(MailConfigError::Half));
    }

    #[test]
    fn what_a_server_says_is_kept_but_for_the_addresses_in_it() {
        for (said, kept) in [
            (
                "permanent error (550): 5.1.1 <maria.muster@mail.example>: Recipient address rejected: User unknown",
                "permanent error (550): 5.1.1 …@… Recipient address rejected: User unknown",
            ),
            (
                "transient error (450): 4.7.1 <maria.muster@mail.example>: Recipient address rejected: Try again",
                "transient error (450): 4.7.1 …@… Recipient address rejected: Try again",
            ),
            (
                "permanent error (554): Message rejected: Email address is not verified. The following identities failed \
                 the check in region EU-CENTRAL-1: maria.muster@mail.example, Wallet <codes@wallet.example>",
                "permanent error (554): Message rejected: Email address is not verified. The following identities failed \
                 the check in region EU-CENTRAL-1: …@… Wallet …@…",
            ),
            ("refused:\tto=<maria.muster@mail.example>,\r\nrelay=here", "refused: …@… relay=here"),
            // The control: what names nobody stays as it is.
            (
                "permanent error (535): 5.7.8 Error: authentication failed",
                "permanent error (535): 5.7.8 Error: authentication failed",
            ),
        ] {
            assert_eq!(without_addresses(said), kept);
        }
    }
}
