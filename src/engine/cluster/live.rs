//! A live API: one authenticated way to it for lists, watches, logs and single objects.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt, TryStreamExt};
use http::header::{ACCEPT, AUTHORIZATION};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use jiff::Timestamp;
use kube::client::Body;

use super::credential::Lender;
use super::resources::Resources;
use super::session::{Session, Speaker};
use super::tap::{self, Tap};
use super::{Access, Failure, FailureKind, LogRequest, Source, proxy, tls};
use crate::engine::analyzers::logs::LogLine;
use crate::engine::object::{Form, ObjectRef, Text};

/// How long an answer that is no watch and no log may take, where the person did not say.
const REQUEST_LIMIT: Duration = Duration::from_mins(1);

/// So many ControllerRevisions are read at once: of one workload ten are kept unless someone asked for more.
const REVISIONS: u32 = 100;

const JSON: &str = "application/json";

/// A connection to one cluster.
pub struct Live {
    /// The kubeconfig context.
    pub context: Text,
    /// The context's namespace.
    pub namespace: Text,
    proxy: Option<String>,
    session: Session,
    resources: Resources,
    limit: Duration,
    tap: OnceLock<Tap>,
}

/// What the API serves: body chunks as they arrive.
pub type Chunks = BoxStream<'static, Result<Bytes, Failure>>;

impl Live {
    /// Reads the kubeconfig; nothing is sent yet.
    ///
    /// # Errors
    /// What is wrong with the kubeconfig.
    pub async fn new(access: &Access, lender: Arc<dyn Lender>) -> Result<Arc<Self>, Failure> {
        let (session, resolved) = Session::open(access, lender).await?;
        Ok(Arc::new(Self {
            context: resolved.context.into(),
            namespace: resolved.namespace.into(),
            proxy: resolved.config.proxy_url.as_ref().map(proxy::shown),
            session,
            resources: Resources::default(),
            limit: access.request_timeout.unwrap_or(REQUEST_LIMIT),
            tap: OnceLock::new(),
        }))
    }

    /// Everything that is read from now on passes this tap. The first one stays.
    pub fn set_tap(&self, tap: Tap) {
        let _ = self.tap.set(tap);
    }

    /// The tap, where somebody records.
    pub fn tap(&self) -> Option<&Tap> {
        self.tap.get()
    }

    /// Sends a GET and gives its answer's head. A credential that is refused is renewed once, and what has another then
    /// is sent again.
    ///
    /// # Errors
    /// One line; every status from 400 on is an error.
    pub async fn get(&self, path: &str, accept: &str) -> Result<Response<Body>, Failure> {
        self.authenticated(|speaker| self.send(speaker, path, accept))
            .await
    }

    /// Makes sure that there is a credential. Whoever bounds what they do by time calls this first: a person who is
    /// asked for a password takes as long as they take.
    ///
    /// # Errors
    /// The plugin gave none.
    pub async fn authenticate(&self) -> Result<(), Failure> {
        self.session.speaker().await.map(drop)
    }

    /// Asks with the credential as it is, and once more where it was refused and there is another.
    async fn authenticated<T, F>(&self, ask: impl Fn(Speaker) -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let speaker = self.session.speaker().await?;
        let generation = speaker.generation;
        match ask(speaker).await {
            Err(failure) if failure.kind == FailureKind::Unauthorized => {
                self.session.renew(generation).await;
                let speaker = self.session.speaker().await?;
                if speaker.generation == generation {
                    return Err(failure);
                }
                ask(speaker).await
            }
            other => other,
        }
    }

    async fn send(&self, speaker: Speaker, path: &str, accept: &str) -> Result<Response<Body>, Failure> {
        let mut request = Request::get(path)
            .header(ACCEPT, accept)
            .body(Body::empty())
            .map_err(|error| Failure::new(FailureKind::Refused, format!("cannot ask for {path}: {error}")))?;
        if let Some(value) = speaker.authorization {
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        let what = path.split('?').next().unwrap_or(path);
        let response = match speaker.client.send(request).await {
            Ok(response) => response,
            Err(error) => return Err(self.broken(&error).await),
        };
        let status = response.status();
        if status == StatusCode::UNAUTHORIZED {
            return Err(self.session.refused("401").await);
        }
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
        Err(Failure::status(what, status.as_u16(), &message))
    }

    /// No answer came. A certificate of ours that is not accepted is a refusal: with TLS 1.3 it is told only after the
    /// request was sent.
    async fn broken(&self, error: &kube::Error) -> Failure {
        match tls::find(error).and_then(tls::refuses_us) {
            Some(refusal) => self.session.refused(refusal).await,
            None => Failure::transport(&self.context, self.proxy.as_deref(), error),
        }
    }

    /// A GET whose answer is read as it comes. `limit` bounds the wait for its head.
    ///
    /// # Errors
    /// As [`Live::get`].
    pub async fn chunks(&self, path: &str, accept: &str) -> Result<Chunks, Failure> {
        let response = self
            .authenticated(|speaker| self.within(path, self.send(speaker, path, accept)))
            .await?;
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
        let read = async |speaker| {
            let response = self.send(speaker, path, accept).await?;
            match response.into_body().collect().await {
                Ok(body) => Ok(body.to_bytes()),
                Err(error) => Err(self.broken(&error).await),
            }
        };
        let body = self
            .authenticated(|speaker| self.within(path, read(speaker)))
            .await?;
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
        let json = self
            .json(&path, if secret { Form::Metadata.object() } else { JSON })
            .await?;
        Ok(super::whole::written(json, secret))
    }

    async fn labelled_revisions(
        &self,
        namespace: &str,
        selector: &str,
    ) -> Result<Vec<serde_json::Value>, Failure> {
        let path = format!("/apis/apps/v1/namespaces/{namespace}/controllerrevisions?limit={REVISIONS}");
        let path = if selector.is_empty() {
            path
        } else {
            format!(
                "{path}&labelSelector={}",
                selector.replace(',', "%2C").replace('=', "%3D")
            )
        };
        let mut list = self.json(&path, JSON).await?;
        Ok(match list.get_mut("items").map(serde_json::Value::take) {
            Some(serde_json::Value::Array(items)) => items,
            _ => Vec::new(),
        })
    }
}

impl Source for Arc<Live> {
    fn object(&self, object: ObjectRef) -> BoxFuture<'static, Result<serde_json::Value, Failure>> {
        let live = Self::clone(self);
        Box::pin(async move {
            let secret = object.kind.eq_ignore_ascii_case("secret");
            Ok(super::whole::shown(live.whole(&object).await?, secret))
        })
    }

    fn written(&self, object: ObjectRef) -> BoxFuture<'static, Result<serde_json::Value, Failure>> {
        let live = Self::clone(self);
        Box::pin(async move { live.whole(&object).await })
    }

    fn revisions(
        &self,
        namespace: Text,
        selector: Text,
    ) -> BoxFuture<'static, Result<Vec<serde_json::Value>, Failure>> {
        let live = Self::clone(self);
        Box::pin(async move { live.labelled_revisions(&namespace, &selector).await })
    }

    fn log(&self, request: LogRequest) -> BoxStream<'static, Result<LogLine, Failure>> {
        let live = Self::clone(self);
        let path = log_path(&request);
        let tap = self.tap().filter(|_| !request.follow).cloned();
        let lines = async move {
            let chunks = live.chunks(&path, JSON).await?;
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
