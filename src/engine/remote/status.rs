//! The status that every gRPC answer ends with.

use http::HeaderMap;

use super::CallError;

/// The names of the codes, by number.
const NAMES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// `None` where there is no status yet: it comes in the trailers, or in the headers of an answer without a body.
pub fn read(fields: &HeaderMap) -> Option<Result<(), CallError>> {
    let code = fields.get("grpc-status")?.to_str().unwrap_or_default();
    if code == "0" {
        return Some(Ok(()));
    }
    let name = code.parse::<usize>().ok().and_then(|number| NAMES.get(number));
    let message = fields
        .get("grpc-message")
        .map(|message| decoded(message.as_bytes()));
    Some(Err(CallError::Status {
        code: name.map_or_else(|| format!("status {code:?}"), |name| (*name).to_owned()),
        message: message.unwrap_or_default(),
    }))
}

/// `grpc-message` is percent-encoded; what is not is left as it stands.
fn decoded(message: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(message.len());
    let mut rest = message;
    while let [first, after @ ..] = rest {
        let escaped = match after {
            [high, low, ..] if *first == b'%' => hex(*high).zip(hex(*low)),
            _ => None,
        };
        if let Some((high, low)) = escaped {
            bytes.push(high * 16 + low);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_status_is_read_out() {
        for (code, message, said) in [
            ("7", "no%20token%2c sorry", "PERMISSION_DENIED: no token, sorry"),
            ("12", "100% wrong %zz", "UNIMPLEMENTED: 100% wrong %zz"),
            ("13", "caf%C3%A9 %", "INTERNAL: café %"),
            ("99", "", "status \"99\""),
            ("x", "", "status \"x\""),
        ] {
            let mut fields = HeaderMap::new();
            fields.insert("grpc-status", HeaderValue::from_static(code));
            fields.insert("grpc-message", HeaderValue::from_static(message));
            let error = read(&fields).unwrap().unwrap_err();
            assert!(error.to_string().ends_with(said), "{error}");
        }
        let mut fields = HeaderMap::new();
        assert!(read(&fields).is_none());
        fields.insert("grpc-status", HeaderValue::from_static("0"));
        assert_eq!(read(&fields), Some(Ok(())));
    }
}
