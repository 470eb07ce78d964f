//! The client that speaks to a cluster and the credential that it speaks with, kept up to date while we run.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::HeaderValue;
use jiff::Timestamp;
use kube::Client;
use kube::client::ClientBuilder;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;

use super::access::Resolved;
use super::credential::{Credential, Identity, Lender, Plugin};
use super::kubeconfig::refused;
use super::{Access, Failure, FailureKind};

/// The session with one cluster. Before every request what may rotate is looked at: the plugin's credential by its
/// time, files by what stands in them. What was refused is renewed once, and the kubeconfig read again: a login often
/// writes there.
pub struct Session {
    access: Access,
    lender: Arc<dyn Lender>,
    state: Mutex<State>,
}

/// A client and what goes with each of its requests.
pub struct Speaker {
    /// Knows address, proxy, authority, client certificate and impersonation.
    pub client: Client,
    /// `Authorization`, where the client does not set it by itself.
    pub authorization: Option<HeaderValue>,
    /// Counts credentials: a refusal of an old one does not throw away the new.
    pub generation: u64,
}

struct State {
    resolved: Resolved,
    plugin: Option<Plugin>,
    given: Option<Credential>,
    read: Credential,
    client: Option<Client>,
    /// What the client, and what its last request, was made with.
    identity: Option<Identity>,
    token: Option<SecretString>,
    generation: u64,
}

impl Session {
    /// A session with what `access` means; nothing is sent, and no plugin is run: it may have to ask, and whoever
    /// lends the terminal does not listen before there is a console.
    ///
    /// # Errors
    /// What is wrong with the kubeconfig, or with a file that it names.
    pub async fn open(access: &Access, lender: Arc<dyn Lender>) -> Result<(Self, Resolved), Failure> {
        let resolved = access.resolve()?;
        let mut pinned = access.clone();
        if !resolved.digest.is_empty() {
            // Another current context is no reason to go elsewhere.
            pinned.context = Some(resolved.context.clone());
        }
        let read = resolved.user.read(&Credential::default()).await?;
        let client = build(&resolved, read.identity.as_ref())?;
        let state = State {
            plugin: plugin(&resolved, &lender),
            given: None,
            client: Some(client),
            identity: read.identity.clone(),
            token: read.token.clone(),
            read,
            resolved: resolved.clone(),
            generation: 0,
        };
        let session = Self {
            access: pinned,
            lender,
            state: Mutex::new(state),
        };
        Ok((session, resolved))
    }

    /// The client, and the `Authorization` that goes with it, as they are now.
    ///
    /// # Errors
    /// The plugin gave no credential, or one that cannot be used.
    pub async fn speaker(&self) -> Result<Speaker, Failure> {
        let mut state = self.state.lock().await;
        state.ask_plugin().await?;
        state.read = state.resolved.user.read(&state.read).await?;
        let given = state.given.as_ref();
        let identity = given
            .and_then(|given| given.identity.clone())
            .or_else(|| state.read.identity.clone());
        let token = given
            .and_then(|given| given.token.clone())
            .or_else(|| state.read.token.clone());
        let (client, is_new) = state.client_with(identity)?;
        if is_new || !same(token.as_ref(), state.token.as_ref()) {
            state.generation += 1;
        }
        let authorization = token
            .as_ref()
            .map(|token| bearer(&state.resolved.user.name, token))
            .transpose()?;
        state.token = token;
        Ok(Speaker {
            client,
            authorization,
            generation: state.generation,
        })
    }

    /// What spoke was refused: the plugin is to be asked anew, and the kubeconfig counts as it is now. Many are refused
    /// at once; only the first of a generation does something.
    pub async fn renew(&self, generation: u64) {
        let mut state = self.state.lock().await;
        if state.generation != generation {
            return;
        }
        state.given = None;
        let access = self.access.clone();
        let Ok(Ok(fresh)) = tokio::task::spawn_blocking(move || access.resolve()).await else {
            return;
        };
        // Another address would be another cluster, of which nothing that is known holds.
        let same_place = fresh.config.cluster_url == state.resolved.config.cluster_url;
        if same_place && fresh.digest != state.resolved.digest {
            state.plugin = plugin(&fresh, &self.lender);
            state.resolved = fresh;
            state.read = Credential::default();
            state.client = None;
        }
    }

    /// The refusal of whoever speaks, in words.
    pub async fn refused(&self, by: &str) -> Failure {
        let state = self.state.lock().await;
        state.resolved.user.refused(&state.resolved.context, by)
    }
}

impl State {
    async fn ask_plugin(&mut self) -> Result<(), Failure> {
        let Some(plugin) = &self.plugin else {
            return Ok(());
        };
        let is_stale = self
            .given
            .as_ref()
            .is_none_or(|held| held.is_expiring(Timestamp::now()));
        if is_stale {
            self.given = Some(plugin.run().await?);
            self.generation += 1;
        }
        Ok(())
    }

    /// The client that shows this certificate, and whether it is another than before.
    fn client_with(&mut self, identity: Option<Identity>) -> Result<(Client, bool), Failure> {
        if let Some(client) = self.client.as_ref().filter(|_| self.identity == identity) {
            return Ok((client.clone(), false));
        }
        match (build(&self.resolved, identity.as_ref()), &self.client) {
            (Ok(client), _) => {
                self.client = Some(client.clone());
                self.identity = identity;
                Ok((client, true))
            }
            // Certificate and key are two files: between the two writes they do not belong together.
            (Err(_), Some(client)) if self.identity.is_some() => Ok((client.clone(), false)),
            (Err(failure), _) => Err(failure),
        }
    }
}

fn plugin(resolved: &Resolved, lender: &Arc<dyn Lender>) -> Option<Plugin> {
    let exec = resolved.user.exec.clone()?;
    Some(Plugin::new(exec, &resolved.context, lender.clone()))
}

fn build(resolved: &Resolved, identity: Option<&Identity>) -> Result<Client, Failure> {
    let mut config = resolved.config.clone();
    if let Some(identity) = identity {
        let encode = |pem: &SecretString| STANDARD.encode(pem.expose_secret());
        config.auth_info.client_certificate_data = Some(encode(&identity.certificate));
        config.auth_info.client_key_data = Some(encode(&identity.key).into());
    }
    let builder = ClientBuilder::try_from(config).map_err(|error| {
        let said = error.to_string();
        let who = format!("context {}, {}", resolved.context, resolved.user.name);
        if said.contains("No CA certificates") {
            refused(format!(
                "{who}: the kubeconfig names no certificate authority and this machine knows none: install \
                 ca-certificates, or add certificate-authority-data"
            ))
        } else {
            refused(format!("{who}: {said}"))
        }
    })?;
    Ok(builder.build())
}

fn same(one: Option<&SecretString>, other: Option<&SecretString>) -> bool {
    one.map(ExposeSecret::expose_secret) == other.map(ExposeSecret::expose_secret)
}

fn bearer(user: &str, token: &SecretString) -> Result<HeaderValue, Failure> {
    let mut value =
        HeaderValue::try_from(format!("Bearer {}", token.expose_secret().trim())).map_err(|_| {
            Failure::new(
                FailureKind::Unauthorized,
                format!("the token of {user} holds characters that no token has: log in again"),
            )
        })?;
    value.set_sensitive(true);
    Ok(value)
}
