//! The HTTP service below async-openai's client: what is no event stream becomes an error that keeps its status and
//! body, and the stream is mended where its parser is too strict.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use bytes::{Bytes, BytesMut};
use futures::stream::{self, BoxStream, StreamExt};
use http::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use jiff::SignedDuration;

/// Bytes of an error's body that are read.
const BODY: usize = 64 * 1024;

/// An answer that is no event stream.
#[derive(Debug, thiserror::Error)]
#[error("HTTP {status}")]
pub(super) struct NoStream {
    pub status: u16,
    pub retry_after: Option<SignedDuration>,
    pub body: String,
}

/// One request's way to the server, and what was seen on it.
#[derive(Clone)]
pub(super) struct Wire {
    http: reqwest::Client,
    done: Arc<AtomicBool>,
    ended: Arc<AtomicBool>,
}

impl Wire {
    pub fn new(http: reqwest::Client) -> Self {
        Self {
            http,
            done: Arc::default(),
            ended: Arc::default(),
        }
    }

    /// Whether `[DONE]` came: async-openai keeps that to itself.
    pub fn done(&self) -> bool {
        self.done.load(Ordering::Acquire)
    }

    /// Whether the body has ended.
    pub fn ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    pub fn service(
        &self,
    ) -> impl tower::Service<
        HttpRequestFactory,
        Response = reqwest::Response,
        Error = OpenAIError,
        Future = impl Future<Output = Result<reqwest::Response, OpenAIError>> + Send + 'static,
    > + Clone
    + Send
    + Sync
    + 'static {
        let wire = self.clone();
        tower::service_fn(move |factory: HttpRequestFactory| wire.clone().execute(factory))
    }

    async fn execute(self, factory: HttpRequestFactory) -> Result<reqwest::Response, OpenAIError> {
        let request = factory.build().await?;
        let response = self.http.execute(request).await?;
        let is_stream = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok())
            .is_none_or(|kind| kind.contains("event-stream") || kind.contains("octet-stream"));
        if response.status() != 200 || !is_stream {
            let answer = read(response).await?;
            return Err(OpenAIError::Boxed(Box::new(answer)));
        }
        let (done, ended) = (self.done, self.ended);
        let body = mend(response.bytes_stream().boxed(), done, ended);
        let mended = http::Response::builder()
            .status(200)
            .body(reqwest::Body::wrap_stream(body))
            .map_err(|error| OpenAIError::Boxed(Box::new(error)))?;
        Ok(mended.into())
    }
}

/// Reads what is no stream, up to a bound.
pub(super) async fn read(mut response: reqwest::Response) -> Result<NoStream, reqwest::Error> {
    let status = response.status().as_u16();
    let retry_after = retry_after(response.headers());
    let mut body = BytesMut::new();
    while body.len() < BODY {
        match response.chunk().await? {
            Some(chunk) => body.extend_from_slice(&chunk),
            None => break,
        }
    }
    let body = String::from_utf8_lossy(&body);
    Ok(NoStream {
        status,
        retry_after,
        body: body.trim_start_matches('\u{feff}').to_owned(),
    })
}

/// `Retry-After` in seconds or as a date (against the server's own clock), or `retry-after-ms`.
fn retry_after(headers: &HeaderMap) -> Option<SignedDuration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(millis) = text("retry-after-ms").and_then(|value| value.trim().parse::<f64>().ok()) {
        return SignedDuration::try_from_secs_f64(millis / 1000.0).ok();
    }
    let value = text(RETRY_AFTER.as_str())?.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return SignedDuration::try_from_secs_f64(seconds).ok();
    }
    let until = jiff::fmt::rfc2822::parse(value).ok()?.timestamp();
    let now = jiff::fmt::rfc2822::parse(text(DATE.as_str())?).ok()?.timestamp();
    Some(until.duration_since(now).max(SignedDuration::ZERO))
}

type Body = BoxStream<'static, Result<Bytes, reqwest::Error>>;

/// What has been seen of a body.
struct Mending {
    body: Body,
    start: Option<BytesMut>,
    line: Vec<u8>,
    done: Arc<AtomicBool>,
    ended: Arc<AtomicBool>,
}

/// Takes off a byte order mark (at which the event parser panics), closes the last event where the server forgot to,
/// and notes whether `[DONE]` came.
fn mend(body: Body, done: Arc<AtomicBool>, ended: Arc<AtomicBool>) -> Body {
    let mending = Mending {
        body,
        start: Some(BytesMut::new()),
        line: Vec::new(),
        done,
        ended,
    };
    stream::unfold(mending, |mut mending| async move {
        loop {
            if mending.ended.load(Ordering::Acquire) {
                return None;
            }
            match mending.body.next().await {
                Some(Ok(chunk)) => {
                    let chunk = mending.without_mark(chunk);
                    if !chunk.is_empty() {
                        mending.watch(&chunk);
                        return Some((Ok(chunk), mending));
                    }
                }
                Some(Err(error)) => {
                    mending.ended.store(true, Ordering::Release);
                    return Some((Err(error), mending));
                }
                None => {
                    mending.ended.store(true, Ordering::Release);
                    mending.watch(b"\n");
                    let mut rest = mending.start.take().unwrap_or_default();
                    rest.extend_from_slice(b"\n\n");
                    return Some((Ok(rest.freeze()), mending));
                }
            }
        }
    })
    .boxed()
}

impl Mending {
    /// Holds the first three bytes back until it is known whether they are a mark.
    fn without_mark(&mut self, chunk: Bytes) -> Bytes {
        const MARK: &[u8] = "\u{feff}".as_bytes();
        let Some(mut start) = self.start.take() else {
            return chunk;
        };
        start.extend_from_slice(&chunk);
        if start.len() < MARK.len() && MARK.starts_with(&start) {
            self.start = Some(start);
            return Bytes::new();
        }
        let start = start.freeze();
        if start.starts_with(MARK) {
            start.slice(MARK.len()..)
        } else {
            start
        }
    }

    /// A line `data: [DONE]`: in the text of an answer line ends are escaped, so it cannot be mistaken.
    fn watch(&mut self, chunk: &[u8]) {
        const LONGEST: usize = 32;
        for byte in chunk {
            if matches!(byte, b'\n' | b'\r') {
                let line = String::from_utf8_lossy(&self.line);
                if line
                    .strip_prefix("data:")
                    .is_some_and(|data| data.trim() == "[DONE]")
                {
                    self.done.store(true, Ordering::Release);
                }
                self.line.clear();
            } else if self.line.len() < LONGEST {
                self.line.push(*byte);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn every_way_to_say_when_to_come_back_is_read() {
        let cases = [
            (headers(&[("retry-after", "7")]), Some(7_000)),
            (headers(&[("retry-after", "1.5")]), Some(1_500)),
            (
                headers(&[("retry-after-ms", "250"), ("retry-after", "7")]),
                Some(250),
            ),
            (
                headers(&[
                    ("retry-after", "Sat, 21 Nov 2026 10:00:30 GMT"),
                    ("date", "Sat, 21 Nov 2026 10:00:00 GMT"),
                ]),
                Some(30_000),
            ),
            (headers(&[("retry-after", "soon")]), None),
            (headers(&[("retry-after", "NaN")]), None),
            (HeaderMap::new(), None),
        ];
        for (headers, millis) in cases {
            let wait = retry_after(&headers).map(|wait| wait.as_millis() as i64);
            assert_eq!(wait, millis, "{headers:?}");
        }
    }
}
