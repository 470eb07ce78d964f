//! An OpenAI-compatible HTTP server that plays a script: one answer a request, in order.
//!
//! It runs on a thread of its own, so that tests with a runtime and tests of the whole binary can use it alike.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::sync::oneshot;

/// How long a test waits for something that must happen.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// A piece of a streamed answer.
#[derive(Clone, Debug)]
pub enum Step {
    /// Bytes as they are.
    Raw(Vec<u8>),
    /// Nothing more, and the connection stays open.
    Hang,
    /// The connection breaks.
    Break,
}

/// The answer to one request.
#[derive(Clone, Debug)]
pub enum Answer {
    /// `200 text/event-stream`.
    Stream(Vec<Step>),
    /// Anything else.
    Reply {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
}

impl Answer {
    /// An answer in these pieces, well formed to its end.
    pub fn say(pieces: &[&str]) -> Self {
        let mut steps: Vec<Step> = pieces.iter().map(|piece| text(piece)).collect();
        steps.push(finish("stop"));
        steps.push(done());
        Self::Stream(steps)
    }

    /// An error with a JSON body.
    pub fn error(status: u16, body: &Value) -> Self {
        Self::json(status, &[], &body.to_string())
    }

    /// A JSON body.
    pub fn json(status: u16, headers: &[(&'static str, &str)], body: &str) -> Self {
        let mut headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        headers.push(("content-type", "application/json".to_owned()));
        Self::Reply {
            status,
            headers,
            body: body.to_owned(),
        }
    }
}

/// A chunk with words.
pub fn text(words: &str) -> Step {
    event(
        &json!({"id": "c", "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": words}}]}),
    )
}

/// The chunk that says why the answer ends.
pub fn finish(reason: &str) -> Step {
    event(&json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}))
}

/// The chunk that counts, with no choices.
pub fn usage(prompt: u64, completion: u64) -> Step {
    event(&json!({"choices": [], "usage": {"prompt_tokens": prompt, "completion_tokens": completion}}))
}

/// One event.
pub fn event(value: &Value) -> Step {
    raw(&format!("data: {value}\n\n"))
}

/// Bytes as they are.
pub fn raw(text: &str) -> Step {
    Step::Raw(text.as_bytes().to_vec())
}

/// The end.
pub fn done() -> Step {
    raw("data: [DONE]\n\n")
}

/// A request as it was received.
#[derive(Clone, Debug)]
pub struct Received {
    /// The path with its query.
    pub path: String,
    /// A header's value, by name in lower case.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: String,
}

impl Received {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|header| header.0 == name)
            .map(|header| header.1.as_str())
    }
}

#[derive(Default)]
struct State {
    script: VecDeque<Answer>,
    received: Vec<Received>,
    /// How often anything was asked, the list of models too.
    asked: usize,
    /// Hanging streams whose connection was closed from the other side.
    dropped: usize,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap());
        self.changed.notify_all();
    }
}

/// The server. Stops when dropped.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
}

impl Server {
    /// A server that plays that script. `GET …/models` is answered outside of it, with one model `test-model`.
    pub fn start(script: Vec<Answer>) -> Self {
        let shared = Arc::new(Shared::default());
        shared.change(|state| state.script = script.into());
        let (stop, stopped) = oneshot::channel();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let serving = shared.clone();
        std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
                .block_on(async move {
                    tokio::select! {
                        () = serve(listener, serving) => {}
                        _ = stopped => {}
                    }
                });
        });
        Self {
            address,
            shared,
            stop: Some(stop),
        }
    }

    /// `http://127.0.0.1:PORT/v1`.
    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// What was received so far, but for questions about models.
    pub fn received(&self) -> Vec<Received> {
        self.shared.state.lock().unwrap().received.clone()
    }

    /// How often anything was asked, the list of models too.
    pub fn asked(&self) -> usize {
        self.shared.state.lock().unwrap().asked
    }

    /// Waits for so many requests.
    pub fn wait_received(&self, count: usize) -> Vec<Received> {
        self.wait(|state| state.received.len() >= count);
        self.received()
    }

    /// Waits until a hanging stream was closed from the other side.
    pub fn wait_dropped(&self) {
        self.wait(|state| state.dropped > 0);
    }

    fn wait(&self, condition: impl Fn(&State) -> bool) {
        let state = self.shared.state.lock().unwrap();
        let (_state, timeout) = self
            .shared
            .changed
            .wait_timeout_while(state, DEADLINE, |state| !condition(state))
            .unwrap();
        assert!(!timeout.timed_out(), "the deadline has passed");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

async fn serve(listener: std::net::TcpListener, shared: Arc<Shared>) {
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    loop {
        let (connection, _) = listener.accept().await.unwrap();
        let shared = shared.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(shared.clone(), request));
            // A script may break the connection.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(connection), service)
                .await;
        });
    }
}

type Body = BoxBody<Bytes, std::io::Error>;

async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Body>, Infallible> {
    let path = request.uri().to_string();
    shared.change(|state| state.asked += 1);
    if path.contains("/models") {
        let list = json!({"object": "list", "data": [{"id": "test-model"}]}).to_string();
        return Ok(Response::new(full(list)));
    }
    let headers = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
        .collect();
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let received = Received {
        path,
        headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    };
    let mut next = None;
    shared.change(|state| {
        state.received.push(received);
        next = state.script.pop_front();
    });
    Ok(match next {
        Some(Answer::Stream(steps)) => Response::builder()
            .header("content-type", "text/event-stream")
            .body(stream_body(steps, &shared))
            .unwrap(),
        Some(Answer::Reply {
            status,
            headers,
            body,
        }) => {
            let mut response = Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            response.body(full(body)).unwrap()
        }
        None => Response::builder()
            .status(418)
            .body(full("the script is over".to_owned()))
            .unwrap(),
    })
}

fn full(body: String) -> Body {
    Full::new(Bytes::from(body))
        .map_err(|never| match never {})
        .boxed()
}

/// Notes that a stream was dropped.
struct Hanging(Arc<Shared>);

impl Drop for Hanging {
    fn drop(&mut self) {
        self.0.change(|state| state.dropped += 1);
    }
}

fn stream_body(steps: Vec<Step>, shared: &Arc<Shared>) -> Body {
    let shared = shared.clone();
    let frames = stream::iter(steps).then(move |step| {
        let shared = shared.clone();
        async move {
            match step {
                Step::Raw(bytes) => {
                    // One write a step: pieces arrive as pieces.
                    tokio::task::yield_now().await;
                    Ok(Frame::data(Bytes::from(bytes)))
                }
                Step::Hang => {
                    let _hanging = Hanging(shared);
                    futures::future::pending().await
                }
                Step::Break => {
                    // What was said before goes out first.
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    Err(std::io::Error::other("broken by the script"))
                }
            }
        }
    });
    BodyExt::boxed(StreamBody::new(
        frames.map(|frame: Result<_, std::io::Error>| frame),
    ))
}
