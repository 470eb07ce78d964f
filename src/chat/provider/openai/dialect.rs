//! What the dialects of compatible servers have in common.

use serde_json::Value;

use crate::chat::provider::Chunk;
use crate::engine::object::Text;

/// What one chunk of a stream says, or a whole completion.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Piece {
    pub text: String,
    pub reasoning: String,
    pub usage: Option<Chunk>,
    pub finish: Option<Text>,
}

pub(super) fn piece(value: &Value) -> Piece {
    let choice = value.pointer("/choices/0").unwrap_or(&Value::Null);
    let said = ["delta", "message"]
        .into_iter()
        .find_map(|name| choice.get(name).filter(|said| said.is_object()))
        .unwrap_or(&Value::Null);
    let reasoning = ["reasoning_content", "reasoning"]
        .into_iter()
        .find_map(|name| said.get(name).and_then(Value::as_str))
        .unwrap_or_default();
    let text = match said.get("content") {
        Some(Value::String(text)) => text.clone(),
        // Content as a list of parts.
        Some(Value::Array(parts)) => parts
            .iter()
            .filter_map(|part| part.get("text").and_then(Value::as_str))
            .collect(),
        _ => choice
            .get("text")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned(),
    };
    Piece {
        text,
        reasoning: reasoning.to_owned(),
        usage: usage(value),
        finish: choice
            .get("finish_reason")
            .and_then(Value::as_str)
            .filter(|reason| !reason.is_empty())
            .map(Text::from),
    }
}

fn usage(value: &Value) -> Option<Chunk> {
    let usage = value.get("usage")?;
    let count = |name: &str| {
        let count = usage.get(name)?;
        count
            .as_u64()
            .or_else(|| count.as_f64().map(|count| count as u64))
    };
    Some(Chunk::Usage {
        prompt: count("prompt_tokens").unwrap_or(0),
        completion: count("completion_tokens").filter(|tokens| *tokens > 0)?,
    })
}

/// The first model of a list: `{data: [{id}]}`, or `{models: [{name}]}` as some write it.
pub(super) fn first_model(list: &Value) -> Option<Text> {
    let models = ["data", "models"]
        .into_iter()
        .find_map(|name| list.get(name)?.as_array());
    let first = models.or_else(|| list.as_array())?.first()?;
    ["id", "name"]
        .into_iter()
        .find_map(|name| first.get(name)?.as_str())
        .map(Text::from)
}

/// The sentence of an error body: `{error: {message}}`, `{error: "…"}`, `{message}`, `{detail}`, a list of one of
/// these, or plain text.
pub(super) fn message(body: &str) -> String {
    let value: Value = serde_json::from_str(body).unwrap_or_else(|_| Value::String(body.to_owned()));
    words(&value).unwrap_or_default().to_owned()
}

fn words(value: &Value) -> Option<&str> {
    match value {
        Value::String(text) => Some(text),
        Value::Array(items) => items.first().and_then(words),
        Value::Object(map) => ["error", "message", "detail", "msg"]
            .into_iter()
            .find_map(|name| map.get(name).and_then(words)),
        _ => None,
    }
}
