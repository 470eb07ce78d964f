//! Reviews: questions that are posted and answered at once.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::Context;
use super::body::{self, Answer};
use super::request::Call;
use super::status::Failure;
use super::write;
use crate::demo::resource::Resource;

pub(super) fn answer(context: &Context, call: &Call, plural: &str) -> Result<Answer, Failure> {
    if call.method != Method::POST {
        return Err(Failure::method_not_allowed("reviews are created, nothing else"));
    }
    let mut review = write::parse(call)?;
    let status = match plural {
        "selfsubjectaccessreviews" => access(context, &review),
        "selfsubjectrulesreviews" => json!({
            "incomplete": false, "nonResourceRules": [{"verbs": ["*"], "nonResourceURLs": ["*"]}],
            "resourceRules": [{"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}],
        }),
        "selfsubjectreviews" => json!({"userInfo": {"username": "demo", "groups": ["system:authenticated"]}}),
        _ => return Err(Failure::no_such_path()),
    };
    let fields = review
        .as_object_mut()
        .ok_or_else(|| Failure::bad_request("the review is no object"))?;
    fields.insert("status".to_owned(), status);
    Ok(body::json(StatusCode::CREATED, &review))
}

/// Everything is allowed but what the faults forbid.
fn access(context: &Context, review: &Value) -> Value {
    let asked = review
        .pointer("/spec/resourceAttributes/resource")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let forbidden = Resource::named(asked).is_some_and(|r| context.faults.is_forbidden(r.plural));
    if forbidden {
        json!({"allowed": false, "denied": false, "reason": "the demo was told to forbid it"})
    } else {
        json!({"allowed": true})
    }
}
