//! A user entry: by what the API server knows who asks. Files are read anew for every request, so that what rotates
//! is taken up at once.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kube::config::{AuthInfo, ExecConfig};
use secrecy::{ExposeSecret, SecretString};

use super::credential::{Credential, Identity};
use super::kubeconfig::refused;
use super::{Failure, FailureKind};

/// A user entry of a kubeconfig, or a pod's service account.
#[derive(Clone, Debug)]
pub struct User {
    /// How it is called in messages: `user "jane"`.
    pub name: String,
    /// The plugin that gives the credential.
    pub exec: Option<ExecConfig>,
    token: Option<SecretString>,
    token_file: Option<PathBuf>,
    certificate: Option<Pem>,
    key: Option<Pem>,
    /// A password, or an identity provider that the library asks.
    has_other: bool,
}

/// Where a PEM comes from.
#[derive(Clone, Debug)]
enum Pem {
    Inline(SecretString),
    File(PathBuf),
}

impl User {
    /// Takes out of an entry what we look after ourselves; passwords, identity providers and impersonation stay in it.
    ///
    /// # Errors
    /// What is embedded is no base64 of a PEM, or a certificate stands there without its key.
    pub fn take(name: &str, entry: &mut AuthInfo) -> Result<Self, Failure> {
        let name = format!("user {name:?}");
        let embedded = |what: &str, data: &str| {
            let bytes = STANDARD.decode(data.trim()).ok();
            let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            text.map(|pem| Pem::Inline(pem.into()))
                .ok_or_else(|| refused(format!("{name}: {what} is no base64 of a PEM: copy it again")))
        };
        let certificate = match (
            entry.client_certificate_data.take(),
            entry.client_certificate.take(),
        ) {
            (Some(data), _) if !data.is_empty() => Some(embedded("client-certificate-data", &data)?),
            (_, path) => named(path).map(Pem::File),
        };
        let data = entry.client_key_data.take();
        let key = match (
            data.as_ref().map(ExposeSecret::expose_secret),
            entry.client_key.take(),
        ) {
            (Some(data), _) if !data.is_empty() => Some(embedded("client-key-data", data)?),
            (_, path) => named(path).map(Pem::File),
        };
        if certificate.is_some() != key.is_some() {
            let (there, lacks) = if key.is_some() {
                ("client-key", "client-certificate")
            } else {
                ("client-certificate", "client-key")
            };
            return Err(refused(format!("{name} has a {there} and no {lacks}: add it")));
        }
        let token = entry
            .token
            .take()
            .filter(|token| !token.expose_secret().is_empty());
        let token_file = named(entry.token_file.take());
        let has_password = entry.username.is_some() && entry.password.is_some();
        let exec = entry.exec.take();
        Ok(Self {
            // As kubectl: a token or password that stands there is used, and the plugin is not asked.
            exec: exec.filter(|_| token.is_none() && token_file.is_none() && !has_password),
            has_other: has_password || entry.auth_provider.is_some(),
            name,
            token,
            token_file,
            certificate,
            key,
        })
    }

    /// A pod's own account.
    pub fn service_account(token_file: PathBuf) -> Self {
        Self {
            name: "this pod's service account".to_owned(),
            exec: None,
            token: None,
            token_file: Some(token_file),
            certificate: None,
            key: None,
            has_other: false,
        }
    }

    /// What it is now. Of a file that cannot be read any more, what was `last` read of it counts: there are programs
    /// that remove a token once it was read.
    ///
    /// # Errors
    /// Which file cannot be read, and was not before.
    pub async fn read(&self, last: &Credential) -> Result<Credential, Failure> {
        let token = match &self.token_file {
            None => self.token.clone(),
            Some(path) => match self.file("token", path).await {
                Ok(text) if !text.trim().is_empty() => Some(text.trim().into()),
                Ok(_) if last.token.is_none() && self.token.is_none() => {
                    return Err(Failure::new(
                        FailureKind::Unauthorized,
                        format!(
                            "{}: the token file {} is empty: log in again",
                            self.name,
                            path.display()
                        ),
                    ));
                }
                Err(failure) if last.token.is_none() && self.token.is_none() => return Err(failure),
                _ => last.token.clone().or_else(|| self.token.clone()),
            },
        };
        let identity = match self.certificate.as_ref().zip(self.key.as_ref()) {
            None => None,
            Some((certificate, key)) => {
                let read = async {
                    Ok(Identity {
                        certificate: self.pem("client certificate", certificate).await?,
                        key: self.pem("client key", key).await?,
                    })
                };
                match (read.await, &last.identity) {
                    (Ok(identity), _) => Some(identity),
                    (Err(_), Some(last)) => Some(last.clone()),
                    (Err(failure), None) => return Err(failure),
                }
            }
        };
        Ok(Credential {
            token,
            identity,
            expires: None,
        })
    }

    async fn pem(&self, what: &str, pem: &Pem) -> Result<SecretString, Failure> {
        match pem {
            Pem::Inline(text) => Ok(text.clone()),
            Pem::File(path) => self.file(what, path).await.map(Into::into),
        }
    }

    async fn file(&self, what: &str, path: &Path) -> Result<String, Failure> {
        tokio::fs::read_to_string(path).await.map_err(|error| {
            refused(format!(
                "{}: cannot read the {what} {}: {error}. Log in again, or correct the kubeconfig",
                self.name,
                path.display()
            ))
        })
    }

    /// The API server does not let this user in: which entry, and what to do. `by` is what it said: `401`, or the
    /// refusal of a certificate.
    pub fn refused(&self, context: &str, by: &str) -> Failure {
        let what = if let Some(exec) = &self.exec {
            let program = exec.command.as_deref().unwrap_or("its plugin");
            format!("what its credential plugin {program} gives is refused. Log in again with it")
        } else if let Some(path) = &self.token_file {
            format!(
                "the token in {} is refused or has expired. Log in again, or renew that file",
                path.display()
            )
        } else if self.token.is_some() {
            "its token is refused or has expired. Log in again, or put a new one into the kubeconfig"
                .to_owned()
        } else if let Some(Pem::File(path)) = &self.certificate {
            format!(
                "the client certificate {} is refused or has expired. Log in again, or renew it",
                path.display()
            )
        } else if self.certificate.is_some() {
            "its client certificate is refused or has expired. Log in again, or put a new one into the kubeconfig"
                .to_owned()
        } else if self.has_other {
            "its credential is refused or has expired. Log in again".to_owned()
        } else {
            "the kubeconfig holds no credential for it. Log in again, or choose another with --user"
                .to_owned()
        };
        Failure::new(
            FailureKind::Unauthorized,
            format!(
                "{by}: {} of context {context}: {what}; k8stui reconnects by itself.",
                self.name
            ),
        )
    }
}

/// A path that says something.
fn named(path: Option<String>) -> Option<PathBuf> {
    path.filter(|path| !path.is_empty()).map(PathBuf::from)
}
