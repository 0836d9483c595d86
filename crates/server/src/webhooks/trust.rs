//! Whose certificates receivers may have.

use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;
use url::{Host, Url};

/// The operator's file of certificates cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// It cannot be read.
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
    /// It holds no certificate in PEM, or a damaged one.
    #[error("{0} does not hold certificates in PEM")]
    Invalid(PathBuf),
    /// The cryptographic library is not what was expected.
    #[error("TLS cannot be set up")]
    Library,
}

/// TLS that trusts the authorities built in (Mozilla's) and those in the file.
pub fn tls(ca: Option<&Path>) -> Result<TlsConnector, TrustError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(file) = ca {
        let invalid = || TrustError::Invalid(file.to_owned());
        let pem = std::fs::read(file).map_err(|error| TrustError::Io(file.to_owned(), error))?;
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        let certificates = certificates.ok().filter(|found| !found.is_empty()).ok_or_else(invalid)?;
        certificates.into_iter().try_for_each(|one| roots.add(one)).map_err(|_| invalid())?;
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| TrustError::Library)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(tls)))
}

/// Whom a certificate has to be for. `None` for a name that no certificate can have.
pub fn server_name(url: &Url) -> Option<ServerName<'static>> {
    match url.host()? {
        Host::Domain(name) => ServerName::try_from(name.to_owned()).ok(),
        Host::Ipv4(address) => Some(ServerName::from(IpAddr::from(address))),
        Host::Ipv6(address) => Some(ServerName::from(IpAddr::from(address))),
    }
}
