//! Mail by TLS, from the first byte and after STARTTLS, to a server with a certificate of the operator's own authority.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use repin_server::MailConfig;
use repin_server::mail::{EmailAddress, Language, Letter, MailError, Mailer};
use tempfile::TempDir;

use crate::ADDRESS;
use crate::post::PostOffice;

/// An authority, and a certificate and key of a server, in files.
struct Authority {
    folder: TempDir,
}

impl Authority {
    /// The server is called `name`.
    fn for_server(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut authority = CertificateParams::new(Vec::new()).unwrap();
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
        for (file, pem) in
            [("ca.pem", authority.pem()), ("cert.pem", certificate.pem()), ("key.pem", key.serialize_pem())]
        {
            std::fs::write(folder.path().join(file), pem).unwrap();
        }
        Self { folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A mail server with this certificate, which speaks TLS at once or after STARTTLS.
    fn opens(&self, at_once: bool) -> PostOffice {
        let (certificate, key) = if at_once { ("--smtpscert", "--smtpskey") } else { ("--tlscert", "--tlskey") };
        let (cert, pem) = (self.file("cert.pem"), self.file("key.pem"));
        PostOffice::open_with(&[certificate, cert.to_str().unwrap(), key, pem.to_str().unwrap()])
    }
}

fn reached(office: &PostOffice, at_once: bool, ca: Option<&Path>) -> MailConfig {
    let (scheme, query) = if at_once { ("smtps", "") } else { ("smtp", "?tls=required") };
    let config = office.config_by(scheme, "localhost", query);
    ca.map_or(config.clone(), |ca| config.trusting(ca).unwrap())
}

async fn send(config: MailConfig) -> Result<(), MailError> {
    Mailer::new(config)
        .send(&EmailAddress::parse(ADDRESS).unwrap(), Language::negotiate(""), Letter::Code("40629174"))
        .await
}

#[tokio::test]
async fn a_code_arrives_by_tls_from_the_first_byte_and_after_starttls() {
    let authority = Authority::for_server("localhost");
    for at_once in [true, false] {
        let office = authority.opens(at_once);
        send(reached(&office, at_once, Some(&authority.file("ca.pem")))).await.unwrap();
        assert_eq!(office.take().code(), "40629174");
    }
}

#[tokio::test]
async fn a_certificate_of_nobody_or_of_another_server_is_refused_and_no_code_is_sent() {
    let (right, other) = (Authority::for_server("localhost"), Authority::for_server("mail.example"));
    for at_once in [true, false] {
        let (office, elsewhere) = (right.opens(at_once), other.opens(at_once));
        for (what, office, ca) in [
            ("an authority that nobody named", &office, None),
            ("another authority", &office, Some(other.file("ca.pem"))),
            ("another name", &elsewhere, Some(other.file("ca.pem"))),
        ] {
            let refused = send(reached(office, at_once, ca.as_deref())).await;
            assert!(matches!(refused, Err(MailError::Refused(_))), "{what}: {refused:?}");
            assert!(office.letters().is_empty(), "{what}");
        }
    }
}

#[tokio::test]
async fn a_server_without_starttls_is_sent_nothing_where_tls_is_asked_for() {
    let office = PostOffice::open();
    let refused = send(reached(&office, false, None)).await;
    assert!(matches!(refused, Err(MailError::Refused(_))), "{refused:?}");
    assert!(office.letters().is_empty());
}

#[test]
fn a_file_that_holds_no_certificate_is_no_authority() {
    let authority = Authority::for_server("localhost");
    let config = || MailConfig::new("smtps://mail.example", "codes@wallet.example").unwrap();
    assert!(config().trusting(&authority.file("ca.pem")).is_ok());
    for file in ["key.pem", "nothing.pem"] {
        assert!(config().trusting(&authority.file(file)).is_err(), "{file}");
    }
    let plain = MailConfig::new("smtp://localhost", "codes@wallet.example").unwrap();
    assert!(plain.trusting(&authority.file("ca.pem")).is_err(), "there would be nothing to trust it for");
}
