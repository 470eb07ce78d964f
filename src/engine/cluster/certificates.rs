//! The certificate authority by which a cluster's entry knows its API server.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kube::config::Cluster;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// Whose signature is trusted.
pub struct Authority {
    /// Its certificates, as DER.
    pub certificates: Vec<Vec<u8>>,
    /// The file that they are from: the library reads it again every minute.
    pub file: Option<PathBuf>,
}

/// The authority of a cluster's entry: what is embedded, else the file. The system's where there is none.
///
/// # Errors
/// It cannot be read, or holds no certificate.
pub fn authority(cluster: &Cluster) -> Result<Option<Authority>, String> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
    if let Some(data) = given(&cluster.certificate_authority_data) {
        let pem = STANDARD
            .decode(data.trim())
            .map_err(|error| format!("certificate-authority-data is no base64: {error}"))?;
        let certificates = parse(&pem).ok_or("certificate-authority-data holds no certificate")?;
        return Ok(Some(Authority {
            certificates,
            file: None,
        }));
    }
    given(&cluster.certificate_authority)
        .map(|path| from_file(Path::new(&path)))
        .transpose()
}

/// An authority in a file.
///
/// # Errors
/// It cannot be read, or holds no certificate.
pub fn from_file(path: &Path) -> Result<Authority, String> {
    let pem = std::fs::read(path).map_err(|error| {
        format!(
            "cannot read the certificate authority {}: {error}",
            path.display()
        )
    })?;
    let certificates =
        parse(&pem).ok_or_else(|| format!("{} holds no certificate of an authority", path.display()))?;
    Ok(Authority {
        certificates,
        file: Some(path.to_owned()),
    })
}

fn parse(pem: &[u8]) -> Option<Vec<Vec<u8>>> {
    let certificates: Vec<Vec<u8>> = CertificateDer::pem_slice_iter(pem)
        .filter_map(Result::ok)
        .map(|certificate| certificate.to_vec())
        .collect();
    (!certificates.is_empty()).then_some(certificates)
}
