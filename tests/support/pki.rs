//! Certificates of our own: an authority, and what it issues.

use base64::Engine as _;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// An authority.
pub struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key.
pub struct Issued {
    certificate: Certificate,
    key: KeyPair,
}

/// Whether a certificate still holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    Good,
    /// It ended on the first of February 2020.
    Expired,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = params(name, &[], Validity::Good);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self {
            certificate,
            issuer: Issuer::new(params, key),
        }
    }

    /// A server's certificate for these names and addresses.
    pub fn server(&self, names: &[&str], validity: Validity) -> Issued {
        self.issue(
            params("server", names, validity),
            ExtendedKeyUsagePurpose::ServerAuth,
        )
    }

    /// A client's certificate.
    pub fn client(&self, name: &str, validity: Validity) -> Issued {
        self.issue(params(name, &[], validity), ExtendedKeyUsagePurpose::ClientAuth)
    }

    fn issue(&self, mut params: CertificateParams, purpose: ExtendedKeyUsagePurpose) -> Issued {
        params.extended_key_usages = vec![purpose];
        let key = KeyPair::generate().unwrap();
        Issued {
            certificate: params.signed_by(&key, &self.issuer).unwrap(),
            key,
        }
    }

    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// As it stands in a kubeconfig.
    pub fn data(&self) -> String {
        base64(&self.pem())
    }

    pub fn der(&self) -> CertificateDer<'static> {
        self.certificate.der().clone()
    }
}

impl Issued {
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    pub fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    pub fn data(&self) -> String {
        base64(&self.pem())
    }

    pub fn key_data(&self) -> String {
        base64(&self.key_pem())
    }

    pub fn der(&self) -> CertificateDer<'static> {
        self.certificate.der().clone()
    }

    pub fn key_der(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::try_from(self.key.serialize_der()).unwrap()
    }
}

fn params(name: &str, names: &[&str], validity: Validity) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = match validity {
        Validity::Good => date_time_ymd(2099, 1, 1),
        Validity::Expired => date_time_ymd(2020, 2, 1),
    };
    params
}

pub fn base64(text: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(text)
}
