//! HTTPS: own certificate files, or a local authority that lives in the data folder.

use anyhow::{Context, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::io;
use std::net::{IpAddr, UdpSocket};
use std::path::Path;
use std::sync::Arc;
use time::OffsetDateTime;

const DAY: time::Duration = time::Duration::days(1);

/// A certificate to serve, and the authority to trust for it.
pub(crate) struct Identity {
    pub(crate) config: Arc<ServerConfig>,
    /// PEM; `None` where the operator brought a certificate.
    pub(crate) authority_pem: Option<String>,
}

/// Reads the operator's files.
pub(crate) fn from_files(cert: &Path, key: &Path) -> Result<Identity> {
    let chain = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .with_context(|| format!("cannot read certificates from {}", cert.display()))?;
    anyhow::ensure!(!chain.is_empty(), "there is no certificate in {}: it must hold the chain in PEM", cert.display());
    let key = PrivateKeyDer::from_pem_file(key).with_context(|| format!("cannot read a key from {}", key.display()))?;
    Ok(Identity { config: server_config(chain, key)?, authority_pem: None })
}

/// Makes the authority once, and a fresh certificate for this machine's names at each start.
pub(crate) fn local_authority(data: &Path) -> Result<Identity> {
    let (authority_pem, issuer) = authority(&data.join("tls"))?;
    let mut names: Vec<String> = vec!["localhost".into(), "127.0.0.1".into(), "::1".into()];
    names.extend(lan_address().map(|address| address.to_string()));
    let mut params = CertificateParams::new(names).context("the machine's names make no certificate")?;
    params.distinguished_name.push(DnType::CommonName, "Heliograph");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.not_before = OffsetDateTime::now_utc() - DAY;
    params.not_after = OffsetDateTime::now_utc() + DAY * 397;
    let key = KeyPair::generate()?;
    let cert = params.signed_by(&key, &issuer)?;
    let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(anyhow::Error::msg)?;
    Ok(Identity { config: server_config(vec![cert.der().clone()], key)?, authority_pem: Some(authority_pem) })
}

/// The authority's parameters are the same at every start, so that its kept key goes on signing for the kept certificate.
fn authority(folder: &Path) -> Result<(String, Issuer<'static, KeyPair>)> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, "Heliograph local authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = OffsetDateTime::now_utc() - DAY;
    params.not_after = OffsetDateTime::now_utc() + DAY * 3_650;
    let (key_path, cert_path) = (folder.join("authority.key.pem"), folder.join("authority.pem"));
    if key_path.exists() && cert_path.exists() {
        let key = KeyPair::from_pem(&std::fs::read_to_string(&key_path)?)
            .with_context(|| format!("{} is damaged: delete the folder to make a new authority", key_path.display()))?;
        return Ok((std::fs::read_to_string(&cert_path)?, Issuer::new(params, key)));
    }
    std::fs::create_dir_all(folder)?;
    let key = KeyPair::generate()?;
    let cert = params.self_signed(&key)?;
    write_private(&key_path, &key.serialize_pem())?;
    std::fs::write(&cert_path, cert.pem())?;
    Ok((cert.pem(), Issuer::new(params, key)))
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

/// For connections that the server makes: the system's roots, and no certificate of its own.
pub(crate) fn outgoing() -> Result<rustls::ClientConfig> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

fn server_config(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Arc<ServerConfig>> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .context("certificate and key do not go together")?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// The address that others in the local network reach this machine by. Nothing is sent: connecting a UDP socket only
/// asks the routing table.
pub(crate) fn lan_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((IpAddr::from([0, 0, 0, 0]), 0)).ok()?;
    socket.connect((IpAddr::from([192, 0, 2, 1]), 9)).ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then_some(address)
}
