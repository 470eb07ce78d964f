//! Any OpenAI-compatible endpoint, through async-openai.
//!
//! Requests and chunks are plain JSON values: compatible servers differ in dozens of details that typed chunks refuse.
//! The HTTP service below the client is ours ([`wire`]): it keeps status, headers and body of what is no stream, and
//! does not retry: the session does, visibly.

mod dialect;
mod refusal;
mod thoughts;
mod wire;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_openai::Client;
use async_openai::config::Config;
use async_openai::error::OpenAIError;
use futures::stream::{self, BoxStream, StreamExt};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};
use tokio::sync::OnceCell;

use super::settings::Settings;
use super::{Chunk, FailureKind, Provider, ProviderFailure, ProviderRequest};
use crate::engine::object::Text;
use refusal::Place;
use thoughts::Thoughts;
use wire::{NoStream, Wire};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);

/// How long a provider may be silent. A big model on a small machine reads its prompt for a minute.
const SILENCE: Duration = Duration::from_mins(2);

/// Bytes of an answer: a model that repeats itself for ever is cut off.
const LONGEST: usize = 1024 * 1024;

/// Parameters that a server may refuse; each is dropped or renamed at most once.
const NEGOTIABLE: [&str; 3] = ["stream_options", "max_tokens", "max_completion_tokens"];

/// Installs the TLS implementation for the whole process. Does nothing the second time.
pub fn install_tls() {
    // An error says that one is installed already, which is what is wanted.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// A model behind an OpenAI-compatible endpoint.
#[derive(Clone)]
pub struct OpenAi {
    settings: Arc<Settings>,
    http: reqwest::Client,
    headers: HeaderMap,
    model: Arc<OnceCell<Text>>,
    refused: Arc<Mutex<Vec<&'static str>>>,
}

impl OpenAi {
    /// A provider of these settings. Connects to nothing yet.
    pub fn new(settings: Settings) -> Result<Self, ProviderFailure> {
        install_tls();
        let place = Place::new(&settings, None);
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .read_timeout(SILENCE)
            // A redirect would carry the conversation to a host that nobody was asked about.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("k8stui/", env!("CARGO_PKG_VERSION")));
        if settings.is_local() {
            builder = builder.no_proxy();
        }
        if settings.base.starts_with("http://") {
            // Without TLS no certificates are needed: a machine that has none can still ask a model on itself.
            builder = builder.tls_certs_only([]);
        }
        let http = builder.build().map_err(|error| {
            let why = refusal::innermost(&error);
            let what = format!("cannot be asked: {why}. Are certificates installed (SSL_CERT_FILE)?");
            place.failure(FailureKind::Down, &what)
        })?;
        let headers = headers(&settings).ok_or_else(|| {
            place.failure(
                FailureKind::Unauthorized,
                &format!(
                    "cannot be asked: {} holds characters that no header may hold.",
                    settings.key_source
                ),
            )
        })?;
        let model = settings
            .model
            .clone()
            .map_or_else(OnceCell::new, |name| OnceCell::new_with(Some(name)));
        Ok(Self {
            settings: Arc::new(settings),
            http,
            headers,
            model: Arc::new(model),
            refused: Arc::default(),
        })
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The model's name: the one of the settings, else the first that the endpoint lists.
    pub async fn model(&self) -> Result<Text, ProviderFailure> {
        self.model.get_or_try_init(|| self.first_model()).await.cloned()
    }

    async fn first_model(&self) -> Result<Text, ProviderFailure> {
        let place = Place::new(&self.settings, None);
        let url = self.settings.url("/models");
        let response = self
            .http
            .get(&url)
            .headers(self.headers.clone())
            .query(&self.settings.query)
            .send()
            .await
            .map_err(|error| place.unreachable(&error))?;
        let answer = wire::read(response)
            .await
            .map_err(|error| place.unreachable(&error))?;
        if answer.status != 200 {
            return Err(place.refusal(&answer));
        }
        serde_json::from_str::<Value>(&answer.body)
            .ok()
            .and_then(|list| dialect::first_model(&list))
            .ok_or_else(|| {
                place.failure(
                    FailureKind::NotFound,
                    "lists no models. Name one with K8STUI_MODEL.",
                )
            })
    }

    /// Sends until the endpoint accepts the parameters.
    async fn open(
        self,
        request: ProviderRequest,
    ) -> Result<BoxStream<'static, Result<Chunk, ProviderFailure>>, ProviderFailure> {
        let model = self.model().await?;
        let place = Place::new(&self.settings, Some(&model));
        for _ in 0..=NEGOTIABLE.len() {
            let body = self.body(&model, &request);
            let wire = Wire::new(self.http.clone());
            let client = Client::build(
                self.http.clone(),
                Endpoint {
                    settings: self.settings.clone(),
                    headers: self.headers.clone(),
                    no_key: SecretString::default(),
                },
            )
            .with_http_service(wire.service());
            match client.chat().create_stream_byot::<_, Value>(&body).await {
                Ok(values) => return Ok(chunks(values.boxed(), wire, place)),
                Err(error) => match no_stream(error, &place)? {
                    answer if answer.status == 200 => return whole_answer(&answer, &place),
                    answer if self.give_in(&answer, &body) => {}
                    answer => return Err(place.refusal(&answer)),
                },
            }
        }
        Err(place.failure(
            FailureKind::Refused { status: 400 },
            "refused every form of the request.",
        ))
    }

    fn body(&self, model: &str, request: &ProviderRequest) -> Value {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let mut body = Map::new();
        body.insert("model".into(), json!(model));
        body.insert("messages".into(), json!(request.messages()));
        // With its own types async-openai leaves this out.
        body.insert("stream".into(), json!(true));
        if !refused.contains(&"stream_options") {
            body.insert("stream_options".into(), json!({"include_usage": true}));
        }
        if let Some(tokens) = self.settings.max_tokens {
            if !refused.contains(&"max_tokens") {
                body.insert("max_tokens".into(), json!(tokens));
            } else if !refused.contains(&"max_completion_tokens") {
                body.insert("max_completion_tokens".into(), json!(tokens));
            }
        }
        Value::Object(body)
    }

    /// Whether a 400 names a parameter that can be left out from now on.
    fn give_in(&self, answer: &NoStream, body: &Value) -> bool {
        if answer.status != 400 && answer.status != 422 {
            return false;
        }
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let named = NEGOTIABLE
            .into_iter()
            .find(|name| body.get(name).is_some() && !refused.contains(name) && answer.body.contains(name));
        refused.extend(named);
        named.is_some()
    }
}

impl Provider for OpenAi {
    fn send(&self, request: ProviderRequest) -> BoxStream<'static, Result<Chunk, ProviderFailure>> {
        stream::once(self.clone().open(request))
            .flat_map(|opened| opened.unwrap_or_else(|failure| stream::iter([Err(failure)]).boxed()))
            .boxed()
    }
}

fn headers(settings: &Settings) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    let Some(key) = &settings.key else {
        return Some(headers);
    };
    let (name, value) = if settings.is_azure() {
        (HeaderName::from_static("api-key"), key.expose_secret().to_owned())
    } else {
        (AUTHORIZATION, format!("Bearer {}", key.expose_secret()))
    };
    let mut value = HeaderValue::from_str(&value).ok()?;
    value.set_sensitive(true);
    headers.insert(name, value);
    Some(headers)
}

/// Where async-openai sends to. Its own configurations read the environment (`OPENAI_ORG_ID` among others) and would
/// carry that to any host.
struct Endpoint {
    settings: Arc<Settings>,
    headers: HeaderMap,
    no_key: SecretString,
}

impl Config for Endpoint {
    fn headers(&self) -> HeaderMap {
        self.headers.clone()
    }
    fn url(&self, path: &str) -> String {
        self.settings.url(path)
    }
    fn query(&self) -> Vec<(&str, &str)> {
        self.settings
            .query
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect()
    }
    fn api_base(&self) -> &str {
        &self.settings.base
    }
    fn api_key(&self) -> &SecretString {
        &self.no_key
    }
}

/// What came instead of a stream.
fn no_stream(error: OpenAIError, place: &Place) -> Result<NoStream, ProviderFailure> {
    match error {
        OpenAIError::Boxed(error) => match error.downcast::<NoStream>() {
            Ok(answer) => Ok(*answer),
            Err(error) => {
                Err(place.failure(FailureKind::Malformed, &format!("cannot be understood: {error}.")))
            }
        },
        OpenAIError::Reqwest(error) => Err(place.unreachable(&error)),
        error => Err(place.failure(FailureKind::Malformed, &format!("cannot be understood: {error}."))),
    }
}

/// A server that does not stream answers with a whole completion: it is taken as one.
fn whole_answer(
    answer: &NoStream,
    place: &Place,
) -> Result<BoxStream<'static, Result<Chunk, ProviderFailure>>, ProviderFailure> {
    let value: Value = serde_json::from_str(&answer.body).map_err(|_| place.refusal(answer))?;
    if value.get("error").is_some_and(|error| !error.is_null()) {
        return Err(place.error_object(&value));
    }
    let piece = dialect::piece(&value);
    if piece.text.is_empty() {
        return Err(place.refusal(answer));
    }
    let mut thoughts = Thoughts::default();
    let mut chunks: Vec<_> = thoughts.push(&piece.text).into_iter().map(Ok).collect();
    chunks.extend(thoughts.end().map(Ok));
    chunks.extend(piece.usage.map(Ok));
    let reason = piece.finish.unwrap_or_else(|| "stop".into());
    chunks.push(Ok(Chunk::Finished { reason }));
    Ok(stream::iter(chunks).boxed())
}

/// Values as they come and how far the answer is.
struct Answer {
    values: BoxStream<'static, Result<Value, OpenAIError>>,
    wire: Wire,
    place: Place,
    finish: Option<Text>,
    said: usize,
    thoughts: Thoughts,
    ready: VecDeque<Result<Chunk, ProviderFailure>>,
    ended: bool,
}

fn chunks(
    values: BoxStream<'static, Result<Value, OpenAIError>>,
    wire: Wire,
    place: Place,
) -> BoxStream<'static, Result<Chunk, ProviderFailure>> {
    let answer = Answer {
        values,
        wire,
        place,
        finish: None,
        said: 0,
        thoughts: Thoughts::default(),
        ready: VecDeque::new(),
        ended: false,
    };
    stream::unfold(answer, |mut answer| async move {
        loop {
            if let Some(chunk) = answer.ready.pop_front() {
                return Some((chunk, answer));
            }
            if answer.ended {
                return None;
            }
            let value = answer.values.next().await;
            answer.take(value);
        }
    })
    .boxed()
}

impl Answer {
    fn take(&mut self, value: Option<Result<Value, OpenAIError>>) {
        match value {
            Some(Ok(value)) if value.get("error").is_some_and(|error| !error.is_null()) => {
                self.end(Err(self.place.error_object(&value)));
            }
            Some(Ok(value)) => {
                let piece = dialect::piece(&value);
                if !piece.reasoning.is_empty() {
                    self.ready.push_back(Ok(Chunk::Reasoning(piece.reasoning)));
                }
                self.said += piece.text.len();
                self.ready
                    .extend(self.thoughts.push(&piece.text).into_iter().map(Ok));
                if self.said > LONGEST {
                    let what = "does not stop. What came is kept.";
                    self.end(Err(self.place.failure(FailureKind::Malformed, what)));
                    return;
                }
                self.ready.extend(piece.usage.map(Ok));
                self.finish = piece.finish.or(self.finish.take());
            }
            Some(Err(OpenAIError::JSONDeserialize(_, content))) if !self.wire.ended() => {
                self.end(Err(self.place.malformed(&content)));
            }
            // A piece of JSON at the end of the connection, or a connection that broke.
            Some(Err(error)) => self.end(Err(self.place.cut(&error))),
            None => match self.finish.take() {
                Some(reason) if &*reason == "error" => {
                    self.end(Err(self
                        .place
                        .failure(FailureKind::Cut, "broke the answer off. Ask again.")));
                }
                Some(reason) => self.end(Ok(Chunk::Finished { reason })),
                None if self.wire.done() => self.end(Ok(Chunk::Finished {
                    reason: "stop".into(),
                })),
                None => self.end(Err(self.place.ended_early())),
            },
        }
    }

    fn end(&mut self, last: Result<Chunk, ProviderFailure>) {
        self.ready.extend(self.thoughts.end().map(Ok));
        self.ready.push_back(last);
        self.ended = true;
    }
}
