//! Errors as the API tells them: `Status` objects.

use http::StatusCode;
use serde_json::{Value, json};

use crate::demo::resource::Resource;
use crate::demo::store::{Expired, SelectorError, StoreError};

/// A refusal.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) code: StatusCode,
    reason: &'static str,
    message: String,
    details: Option<Value>,
    /// Seconds after which it is worth asking again.
    pub(super) retry_after: Option<u32>,
}

impl Failure {
    pub(super) fn new(code: StatusCode, reason: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            reason,
            message: message.into(),
            details: None,
            retry_after: None,
        }
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    pub(super) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Unauthorized", "Unauthorized")
    }

    pub(super) fn no_such_path() -> Self {
        let mut failure = Self::new(
            StatusCode::NOT_FOUND,
            "NotFound",
            "the server could not find the requested resource",
        );
        failure.details = Some(json!({}));
        failure
    }

    pub(super) fn not_found(resource: &Resource, name: &str) -> Self {
        let message = format!("{} \"{name}\" not found", resource.qualified());
        Self::new(StatusCode::NOT_FOUND, "NotFound", message).about(resource, name)
    }

    pub(super) fn forbidden(resource: &Resource, verb: &str, namespace: Option<&str>, name: &str) -> Self {
        let place = match namespace {
            Some(namespace) => format!("in the namespace \"{namespace}\""),
            None => "at the cluster scope".to_owned(),
        };
        let subject = if name.is_empty() {
            String::new()
        } else {
            format!(" \"{name}\"")
        };
        let message = format!(
            "{}{subject} is forbidden: User \"demo\" cannot {verb} resource \"{}\" in API group \"{}\" {place}",
            resource.qualified(),
            resource.plural,
            resource.group,
        );
        Self::new(StatusCode::FORBIDDEN, "Forbidden", message).about(resource, name)
    }

    pub(super) fn method_not_allowed(why: &str) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", why)
    }

    pub(super) fn already_exists(resource: &Resource, name: &str) -> Self {
        let message = format!("{} \"{name}\" already exists", resource.qualified());
        Self::new(StatusCode::CONFLICT, "AlreadyExists", message).about(resource, name)
    }

    pub(super) fn not_acceptable() -> Self {
        Self::new(
            StatusCode::NOT_ACCEPTABLE,
            "NotAcceptable",
            "only the following media types are accepted: application/json",
        )
    }

    /// What a server says that cannot answer now.
    pub(super) fn broken(code: StatusCode) -> Self {
        match code {
            StatusCode::SERVICE_UNAVAILABLE => {
                let message = "the server is currently unable to handle the request";
                Self {
                    retry_after: Some(1),
                    ..Self::new(code, "ServiceUnavailable", message)
                }
            }
            StatusCode::TOO_MANY_REQUESTS => {
                let message = "the server has received too many requests and has asked us to try again later";
                Self {
                    retry_after: Some(1),
                    ..Self::new(code, "TooManyRequests", message)
                }
            }
            code => Self::new(
                code,
                "InternalError",
                "Internal error occurred: the demo was told to fail",
            ),
        }
    }

    fn about(mut self, resource: &Resource, name: &str) -> Self {
        self.details = Some(json!({"name": name, "group": resource.group, "kind": resource.plural}));
        self
    }

    /// The `Status` object.
    pub(super) fn status(&self) -> Value {
        let mut status = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": self.message, "reason": self.reason, "code": self.code.as_u16(),
        });
        if let (Some(fields), Some(details)) = (status.as_object_mut(), &self.details) {
            fields.insert("details".to_owned(), details.clone());
        }
        status
    }
}

impl From<Expired> for Failure {
    fn from(expired: Expired) -> Self {
        Self::new(StatusCode::GONE, "Expired", expired.to_string())
    }
}

impl From<SelectorError> for Failure {
    fn from(error: SelectorError) -> Self {
        Self::bad_request(error.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict => Self::new(StatusCode::CONFLICT, "Conflict", error.to_string()),
            other => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "Invalid", other.to_string()),
        }
    }
}
