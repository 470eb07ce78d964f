//! Credentials that a plugin gives (`users[].user.exec`, the API `client.authentication.k8s.io`).
//!
//! The library would run plugins with our terminal as theirs, so that one that asks or complains writes over the
//! screen. Here a plugin is run without a terminal first; one that must ask the person gets the terminal, lent by
//! whoever owns it, and gives it back.

use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use jiff::Timestamp;
use kube::config::{ExecConfig, ExecInteractiveMode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::process::Command;

use super::failure::first_line;
use super::{Failure, FailureKind};

/// How long a plugin that asks nobody may take.
const SILENT_LIMIT: Duration = Duration::from_mins(1);

/// Holds the terminal; giving it back is dropping this.
pub struct Lease(#[expect(dead_code, reason = "dropping it is its use")] Option<Box<dyn Send>>);

impl Lease {
    /// A lease that ends when `guard` is dropped.
    pub fn new(guard: impl Send + 'static) -> Self {
        Self(Some(Box::new(guard)))
    }

    /// A lease that nobody waits for: the terminal is ours anyway.
    pub const fn free() -> Self {
        Self(None)
    }
}

/// Someone who owns the terminal and can lend it.
pub trait Lender: Send + Sync {
    /// Waits for the terminal; `None` where there is none to lend.
    fn lend(&self) -> BoxFuture<'static, Option<Lease>>;
}

/// No terminal, or one that must not be touched.
#[derive(Clone, Copy, Debug)]
pub struct NoTerminal;

impl Lender for NoTerminal {
    fn lend(&self) -> BoxFuture<'static, Option<Lease>> {
        Box::pin(async { None })
    }
}

/// What the API server is shown.
#[derive(Clone, Debug, Default)]
pub struct Credential {
    /// A bearer token.
    pub token: Option<SecretString>,
    /// A client certificate and its key.
    pub identity: Option<Identity>,
    /// Until when, where whoever gave it said so.
    pub expires: Option<Timestamp>,
}

/// A client certificate and its key, as PEM.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The certificate, and those that lead to its authority.
    pub certificate: SecretString,
    /// Its key.
    pub key: SecretString,
}

impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        self.certificate.expose_secret() == other.certificate.expose_secret()
            && self.key.expose_secret() == other.key.expose_secret()
    }
}

impl Eq for Identity {}

impl Credential {
    /// Whether it will not do any more half a minute from `now`.
    pub fn is_expiring(&self, now: Timestamp) -> bool {
        self.expires
            .is_some_and(|end| end.duration_since(now).as_secs() < 30)
    }
}

/// A plugin and where it may ask.
#[derive(Clone)]
pub struct Plugin {
    exec: ExecConfig,
    context: String,
    lender: Arc<dyn Lender>,
}

#[derive(Deserialize)]
struct Answer {
    status: Option<AnswerStatus>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnswerStatus {
    token: Option<SecretString>,
    client_certificate_data: Option<SecretString>,
    client_key_data: Option<SecretString>,
    expiration_timestamp: Option<Timestamp>,
}

impl Plugin {
    /// A plugin of a context; `lender` is asked for the terminal where the plugin must ask the person.
    pub fn new(exec: ExecConfig, context: &str, lender: Arc<dyn Lender>) -> Self {
        Self {
            exec,
            context: context.to_owned(),
            lender,
        }
    }

    /// Runs it: silently where it may be, with the terminal where it must.
    ///
    /// # Errors
    /// One line with the plugin's own last words.
    pub async fn run(&self) -> Result<Credential, Failure> {
        let mode = self.exec.interactive_mode.as_ref();
        if mode != Some(&ExecInteractiveMode::Always) {
            let silent = self.run_with(false).await;
            if silent.is_ok() || mode == Some(&ExecInteractiveMode::Never) {
                return silent;
            }
            let Some(lease) = self.lender.lend().await else {
                return silent;
            };
            let asked = self.run_with(true).await;
            drop(lease);
            return asked;
        }
        let Some(lease) = self.lender.lend().await else {
            return Err(self.failed("it must ask you, and there is no terminal: log in first"));
        };
        let asked = self.run_with(true).await;
        drop(lease);
        asked
    }

    async fn run_with(&self, terminal: bool) -> Result<Credential, Failure> {
        let Some(program) = &self.exec.command else {
            return Err(self.failed("it names no command"));
        };
        let mut command = Command::new(program);
        command.args(self.exec.args.iter().flatten());
        for pair in self.exec.env.iter().flatten() {
            if let (Some(name), Some(value)) = (pair.get("name"), pair.get("value")) {
                command.env(name, value);
            }
        }
        for name in self.exec.drop_env.iter().flatten() {
            command.env_remove(name);
        }
        command
            .env("KUBERNETES_EXEC_INFO", self.exec_info(terminal))
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        if terminal {
            command.stdin(Stdio::inherit()).stderr(Stdio::inherit());
        } else {
            command.stdin(Stdio::null()).stderr(Stdio::piped());
        }
        // Not `output`: it takes standard error away, and with it the question of a plugin that asks.
        let child = command.spawn().map_err(|error| match &self.exec.install_hint {
            Some(hint) if error.kind() == std::io::ErrorKind::NotFound => self.failed(first_line(hint)),
            _ => self.failed(&format!("cannot start {program}: {error}")),
        })?;
        let run = async {
            let output = child.wait_with_output().await;
            output.map_err(|error| self.failed(&format!("cannot read from {program}: {error}")))
        };
        let output = if terminal {
            run.await?
        } else {
            match tokio::time::timeout(SILENT_LIMIT, run).await {
                Ok(output) => output?,
                Err(_) => {
                    return Err(self.failed(&format!(
                        "{program} did not finish in {} s",
                        SILENT_LIMIT.as_secs()
                    )));
                }
            }
        };
        if !output.status.success() {
            let words = String::from_utf8_lossy(&output.stderr);
            let last = words
                .trim()
                .lines()
                .last()
                .unwrap_or("it said nothing")
                .to_owned();
            return Err(self.failed(&format!("{program} ended with {}: {last}", output.status)));
        }
        let answer: Answer = serde_saphyr::from_slice(&output.stdout)
            .map_err(|_| self.failed(&format!("{program} printed no ExecCredential")))?;
        let status = answer
            .status
            .ok_or_else(|| self.failed(&format!("{program} gave no status")))?;
        let identity = match (status.client_certificate_data, status.client_key_data) {
            (Some(certificate), Some(key)) => Some(Identity { certificate, key }),
            (None, None) => None,
            _ => {
                return Err(self.failed(&format!(
                    "{program} gave half of a client certificate and its key"
                )));
            }
        };
        if status.token.is_none() && identity.is_none() {
            return Err(self.failed(&format!(
                "{program} gave neither a token nor a client certificate"
            )));
        }
        Ok(Credential {
            token: status.token,
            identity,
            expires: status.expiration_timestamp,
        })
    }

    /// The environment variable by which a plugin learns what it is asked for.
    fn exec_info(&self, interactive: bool) -> String {
        let cluster = self
            .exec
            .cluster
            .as_ref()
            .filter(|_| self.exec.provide_cluster_info);
        let mut spec = serde_json::json!({ "interactive": interactive });
        if let (Some(cluster), Some(fields)) = (cluster, spec.as_object_mut()) {
            fields.insert(
                "cluster".to_owned(),
                serde_json::to_value(cluster).unwrap_or_default(),
            );
        }
        serde_json::json!({
            "apiVersion": self.exec.api_version,
            "kind": "ExecCredential",
            "spec": spec,
        })
        .to_string()
    }

    fn failed(&self, why: &str) -> Failure {
        Failure::new(
            FailureKind::Unauthorized,
            format!("the credential plugin of context {}: {why}", self.context),
        )
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    struct Counting(AtomicUsize);

    impl Lender for Counting {
        fn lend(&self) -> BoxFuture<'static, Option<Lease>> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Box::pin(async { Some(Lease::free()) })
        }
    }

    fn plugin(script: &str, mode: ExecInteractiveMode) -> (Plugin, Arc<Counting>) {
        let lender = Arc::new(Counting(AtomicUsize::new(0)));
        let exec = ExecConfig {
            api_version: Some("client.authentication.k8s.io/v1".to_owned()),
            command: Some("sh".to_owned()),
            args: Some(vec!["-c".to_owned(), script.to_owned()]),
            interactive_mode: Some(mode),
            ..serde_json::from_str("{}").unwrap()
        };
        (Plugin::new(exec, "prod", lender.clone()), lender)
    }

    const GIVES: &str = r#"echo '{"kind":"ExecCredential","status":{"token":"t0","expirationTimestamp":"2030-01-01T00:00:00Z"}}'"#;

    #[tokio::test]
    async fn a_silent_plugin_never_gets_the_terminal() {
        let (plugin, lender) = plugin(GIVES, ExecInteractiveMode::IfAvailable);
        let credential = plugin.run().await.unwrap();
        assert_eq!(credential.token.as_ref().unwrap().expose_secret(), "t0");
        assert!(!credential.is_expiring("2029-12-31T23:59:00Z".parse().unwrap()));
        assert!(credential.is_expiring("2029-12-31T23:59:45Z".parse().unwrap()));
        assert_eq!(lender.0.load(Ordering::SeqCst), 0);
    }

    #[tokio::test]
    async fn one_that_must_ask_gets_it() {
        let asks =
            format!("case $KUBERNETES_EXEC_INFO in *'\"interactive\":true'*) {GIVES};; *) exit 1;; esac");
        let (plugin, lender) = plugin(&asks, ExecInteractiveMode::IfAvailable);
        assert!(plugin.run().await.is_ok());
        assert_eq!(lender.0.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn its_last_words_are_passed_on() {
        let (plugin, lender) = plugin(
            "echo first >&2; echo 'token expired, run login' >&2; exit 3",
            ExecInteractiveMode::Never,
        );
        let line = plugin.run().await.unwrap_err().to_string();
        assert!(
            line.contains("prod") && line.contains("token expired, run login"),
            "{line}"
        );
        assert_eq!(lender.0.load(Ordering::SeqCst), 0);
    }
}
