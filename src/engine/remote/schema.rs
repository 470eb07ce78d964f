//! The messages of the package `schema.v1`, as far as they are read. What else there is is passed over by the decoder.

use prost::Message;

use super::Said;

/// The answer to `Run`. The protocol has one result; a repeated field reads that, and several, in the same bytes.
#[derive(Clone, PartialEq, Message)]
pub struct RunResponse {
    #[prost(message, repeated, tag = "1")]
    pub results: Vec<RunResult>,
}

#[derive(Clone, PartialEq, Message)]
pub struct RunResult {
    #[prost(string, tag = "1")]
    pub kind: String,
    #[prost(string, tag = "2")]
    pub name: String,
    #[prost(message, repeated, tag = "3")]
    pub errors: Vec<ErrorDetail>,
    #[prost(string, tag = "4")]
    pub details: String,
    #[prost(string, tag = "5")]
    pub parent_object: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct ErrorDetail {
    #[prost(string, tag = "1")]
    pub text: String,
}

impl From<RunResult> for Said {
    fn from(result: RunResult) -> Self {
        Self {
            kind: result.kind,
            name: result.name,
            errors: result.errors.into_iter().map(|error| error.text).collect(),
            details: result.details,
            parent: result.parent_object,
        }
    }
}
