//! A live API: one authenticated way to it for lists, watches, logs and single objects.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt, TryStreamExt};
use http::header::{ACCEPT, AUTHORIZATION, HeaderValue};
use http::{Request, Response};
use http_body_util::BodyExt;
use jiff::Timestamp;
use kube::Client;
use kube::client::{Body, ClientBuilder};
use kube::config::Config;
use secrecy::ExposeSecret;
use tokio::sync::Mutex;

use super::credential::{Credential, Lender, Plugin};
use super::resources::Resources;
use super::tap::{self, Tap};
use super::{Access, Failure, FailureKind, LogRequest, Source};
use crate::engine::analyzers::logs::LogLine;
use crate::engine::object::{ObjectRef, Text};

/// How long an answer that is no watch and no log may take, where the person did not say.
const REQUEST_LIMIT: Duration = Duration::from_mins(1);

const JSON: &str = "application/json";
/// Metadata alone: the only form in which a Secret is ever asked for.
const METADATA: &str = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io";

/// A connection to one cluster.
pub struct Live {
    /// The kubeconfig context.
    pub context: Text,
    /// The context's namespace.
    pub namespace: Text,
    config: Config,
    plugin: Option<Plugin>,
    session: Mutex<Session>,
    resources: Resources,
    limit: Duration,
    tap: OnceLock<Tap>,
}

/// The client and the credential that it speaks with.
#[derive(Default)]
struct Session {
    client: Option<Client>,
    credential: Option<Credential>,
    /// Counts credentials, so that a refusal of an old one does not throw away the new.
    generation: u64,
}

/// What the API serves: body chunks as they arrive.
pub type Chunks = BoxStream<'static, Result<Bytes, Failure>>;

impl Live {
    /// Reads the kubeconfig; nothing is sent yet.
    ///
    /// # Errors
    /// What is wrong with the kubeconfig.
    pub async fn new(access: &Access, lender: Arc<dyn Lender>) -> Result<Arc<Self>, Failure> {
        let resolved = access.resolve().await?;
        let plugin = resolved
            .exec
            .map(|exec| Plugin::new(exec, &resolved.context, lender));
        let live = Self {
            context: resolved.context.into(),
            namespace: resolved.namespace.into(),
            config: resolved.config,
            plugin,
            session: Mutex::new(Session::default()),
            resources: Resources::default(),
            limit: access.request_timeout.unwrap_or(REQUEST_LIMIT),
            tap: OnceLock::new(),
        };
        // A wrong kubeconfig is said now. A plugin is not run yet: it may have to ask, and whoever lends the terminal
        // does not listen before there is a console.
        let client = live.build(None)?;
        if live.plugin.is_none() {
            live.session.lock().await.client = Some(client);
        }
        Ok(Arc::new(live))
    }

    /// Everything that is read from now on passes this tap. The first one stays.
    pub fn set_tap(&self, tap: Tap) {
        let _ = self.tap.set(tap);
    }

    /// The tap, where somebody records.
    pub fn tap(&self) -> Option<&Tap> {
        self.tap.get()
    }

    /// The client, and the `Authorization` that goes with it.
    async fn client(&self) -> Result<(Client, Option<HeaderValue>, u64), Failure> {
        let mut session = self.session.lock().await;
        if let Some(plugin) = &self.plugin {
            let stale = session
                .credential
                .as_ref()
                .is_none_or(|held| held.is_expiring(Timestamp::now()));
            if stale {
                let fresh = plugin.run().await?;
                if fresh.identity.is_some() {
                    session.client = None;
                }
                session.credential = Some(fresh);
                session.generation += 1;
            }
        }
        let client = if let Some(client) = &session.client {
            client.clone()
        } else {
            let client = self.build(session.credential.as_ref())?;
            session.client = Some(client.clone());
            client
        };
        let token = session
            .credential
            .as_ref()
            .and_then(|credential| credential.token.as_ref());
        let header = token.map(|token| bearer(token.expose_secret())).transpose()?;
        Ok((client, header, session.generation))
    }

    fn build(&self, credential: Option<&Credential>) -> Result<Client, Failure> {
        let mut config = self.config.clone();
        if let Some((certificate, key)) = credential.and_then(|credential| credential.identity.as_ref()) {
            use base64::Engine as _;
            let encode = |pem: &str| base64::engine::general_purpose::STANDARD.encode(pem);
            config.auth_info.client_certificate_data = Some(encode(certificate));
            config.auth_info.client_key_data = Some(encode(key.expose_secret()).into());
        }
        let builder = ClientBuilder::try_from(config).map_err(|error| {
            Failure::new(
                FailureKind::Refused,
                format!("the kubeconfig's context {}: {error}", self.context),
            )
        })?;
        Ok(builder.build())
    }

    /// Sends a GET and gives its answer's head. A credential that is refused is renewed once.
    ///
    /// # Errors
    /// One line; every status from 400 on is an error.
    pub async fn get(&self, path: &str, accept: &str) -> Result<Response<Body>, Failure> {
        let speaker = self.client().await?;
        let generation = speaker.2;
        match self.send(speaker, path, accept).await {
            Err(failure) if failure.kind == FailureKind::Unauthorized && self.plugin.is_some() => {
                // Many are refused at once; the first renews the credential for all.
                let mut session = self.session.lock().await;
                if session.generation == generation {
                    session.credential = None;
                }
                drop(session);
                self.send(self.client().await?, path, accept).await
            }
            other => other,
        }
    }

    /// Makes sure that there is a credential. Whoever bounds what they do by time calls this first: a person who is
    /// asked for a password takes as long as they take.
    ///
    /// # Errors
    /// The plugin gave none.
    pub async fn authenticate(&self) -> Result<(), Failure> {
        self.client().await.map(drop)
    }

    async fn send(
        &self,
        (client, authorization, _): (Client, Option<HeaderValue>, u64),
        path: &str,
        accept: &str,
    ) -> Result<Response<Body>, Failure> {
        let mut request = Request::get(path)
            .header(ACCEPT, accept)
            .body(Body::empty())
            .map_err(|error| Failure::new(FailureKind::Refused, format!("cannot ask for {path}: {error}")))?;
        if let Some(value) = authorization {
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        let what = path.split('?').next().unwrap_or(path);
        let response = client
            .send(request)
            .await
            .map_err(|error| Failure::api(&self.context, what, &error))?;
        let status = response.status();
        if !status.is_client_error() && !status.is_server_error() {
            return Ok(response);
        }
        let body = tokio::time::timeout(self.limit, response.into_body().collect()).await;
        let body = body
            .ok()
            .and_then(Result::ok)
            .map(http_body_util::Collected::to_bytes)
            .unwrap_or_default();
        let message = serde_json::from_slice::<StatusMessage>(&body).map_or_else(
            |_| String::from_utf8_lossy(&body).into_owned(),
            |status| status.message,
        );
        Err(Failure::status(&self.context, what, status.as_u16(), &message))
    }

    /// A GET whose answer is read as it comes. `limit` bounds the wait for its head.
    ///
    /// # Errors
    /// As [`Live::get`].
    pub async fn chunks(&self, path: &str) -> Result<Chunks, Failure> {
        self.authenticate().await?;
        let response = self.within(path, self.get(path, JSON)).await?;
        let context = self.context.clone();
        let what = path.split('?').next().unwrap_or(path).to_owned();
        let stream = response.into_body().into_data_stream().map_err(move |error| {
            Failure::new(
                FailureKind::Unreachable,
                format!("the connection of context {context} broke while reading {what}: {error}"),
            )
        });
        Ok(stream.boxed())
    }

    /// A GET whose answer is JSON, in whole and in time.
    ///
    /// # Errors
    /// As [`Live::get`]; also an answer that is no JSON.
    pub async fn json(&self, path: &str, accept: &str) -> Result<serde_json::Value, Failure> {
        self.authenticate().await?;
        let read = async {
            let response = self.get(path, accept).await?;
            let body = response
                .into_body()
                .collect()
                .await
                .map_err(|error| Failure::api(&self.context, path, &error))?;
            Ok(body.to_bytes())
        };
        let body = self.within(path, read).await?;
        serde_json::from_slice(&body).map_err(|error| {
            Failure::new(
                FailureKind::Refused,
                format!("the answer to {path} is no JSON: {error}"),
            )
        })
    }

    async fn within<T>(
        &self,
        path: &str,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        match tokio::time::timeout(self.limit, work).await {
            Ok(done) => done,
            Err(_) => Err(Failure::new(
                FailureKind::Unreachable,
                format!(
                    "context {}: no answer to {path} within {} s",
                    self.context,
                    self.limit.as_secs()
                ),
            )),
        }
    }

    async fn whole(&self, object: &ObjectRef) -> Result<serde_json::Value, Failure> {
        let path = self.resources.path(self, object).await?;
        let secret = object.kind.eq_ignore_ascii_case("secret");
        let json = self.json(&path, if secret { METADATA } else { JSON }).await?;
        Ok(super::whole::shown(json, secret))
    }
}

impl Source for Arc<Live> {
    fn object(&self, object: ObjectRef) -> BoxFuture<'static, Result<serde_json::Value, Failure>> {
        let live = Self::clone(self);
        Box::pin(async move { live.whole(&object).await })
    }

    fn log(&self, request: LogRequest) -> BoxStream<'static, Result<LogLine, Failure>> {
        let live = Self::clone(self);
        let path = log_path(&request);
        let tap = self.tap().filter(|_| !request.follow).cloned();
        let lines = async move {
            let chunks = live.chunks(&path).await?;
            Ok::<_, Failure>(log_lines(chunks))
        };
        let lines = futures::stream::once(lines).try_flatten().boxed();
        match tap {
            Some(tap) => tap::log(tap, request, lines),
            None => lines,
        }
    }
}

#[derive(serde::Deserialize)]
struct StatusMessage {
    message: String,
}

fn bearer(token: &str) -> Result<HeaderValue, Failure> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.trim())).map_err(|_| {
        Failure::new(
            FailureKind::Unauthorized,
            "the credential plugin's token holds characters that no header may",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn log_path(request: &LogRequest) -> String {
    let LogRequest {
        namespace,
        pod,
        container,
        previous,
        tail,
        follow,
    } = request;
    let previous = if *previous { "&previous=true" } else { "" };
    let follow = if *follow { "&follow=true" } else { "" };
    let tail = tail
        .map(|lines| format!("&tailLines={lines}"))
        .unwrap_or_default();
    format!(
        "/api/v1/namespaces/{namespace}/pods/{pod}/log?container={container}&timestamps=true{previous}{follow}{tail}"
    )
}

fn log_lines(chunks: Chunks) -> impl Stream<Item = Result<LogLine, Failure>> + Send + 'static {
    super::lines::lines(chunks).map_ok(|line| parse_log_line(&String::from_utf8_lossy(&line)))
}

/// Parts the kubelet's time (`timestamps=true`) from the text.
pub(super) fn parse_log_line(line: &str) -> LogLine {
    let line = line.strip_suffix('\r').unwrap_or(line);
    let parsed = line
        .split_once(' ')
        .and_then(|(time, text)| Some((time.parse::<Timestamp>().ok()?, text)));
    match parsed {
        Some((time, text)) => LogLine {
            time: Some(time),
            text: text.into(),
        },
        None => match line.parse::<Timestamp>() {
            Ok(time) => LogLine {
                time: Some(time),
                text: "".into(),
            },
            Err(_) => LogLine {
                time: None,
                text: line.into(),
            },
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kubelets_time_is_parted_from_the_text() {
        let line =
            parse_log_line("2026-11-21T01:26:55.434448401Z 2026/11/21 01:26:55 [emerg] mkdir() failed");
        assert_eq!(line.time.unwrap().to_string(), "2026-11-21T01:26:55.434448401Z");
        assert_eq!(&*line.text, "2026/11/21 01:26:55 [emerg] mkdir() failed");
        assert_eq!(parse_log_line("no time here").time, None);
        let empty = parse_log_line("2026-11-21T01:26:55Z");
        assert!(empty.time.is_some() && empty.text.is_empty());
    }
}
