//! Whom a native client trusts: the system's authorities, and one more where the server has its own.

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why the extra authority cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// No file, or no certificate in it.
    #[error("{path} holds no certificate in PEM form")]
    Authority {
        /// Which file.
        path: PathBuf,
    },
    /// The library refuses.
    #[error("TLS cannot be set up")]
    Setup(#[from] rustls::Error),
}

/// The configuration for HTTPS and secure sockets.
pub(crate) fn client_config(authority: Option<&Path>) -> Result<Arc<ClientConfig>, TlsError> {
    let mut roots = RootCertStore::empty();
    // A system without authorities still reaches a server by plain HTTP or by `--ca`.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = authority {
        let unusable = || TlsError::Authority { path: path.to_owned() };
        let certificates = CertificateDer::pem_file_iter(path).map_err(|_| unusable())?;
        let (added, _) = roots.add_parsable_certificates(certificates.filter_map(Result::ok));
        if added == 0 {
            return Err(unusable());
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_certificate_is_named() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let error = client_config(Some(file.path())).expect_err("empty");
        assert!(error.to_string().contains(&file.path().display().to_string()));
        assert!(client_config(Some(Path::new("/nowhere.pem"))).is_err());
        assert!(client_config(None).is_ok());
    }
}
