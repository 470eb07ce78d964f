//! A request, taken apart: what is meant by its path, query and headers.

use bytes::Bytes;
use http::{HeaderMap, Method, header};

use super::status::Failure;
use crate::demo::resource::Resource;

/// The query of a request, decoded.
#[derive(Clone, Debug, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(key), decode(value))
        });
        Self(pairs.collect())
    }

    /// The value of a parameter; absent and empty are the same.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.get(name)
            .is_some_and(|value| matches!(value, "1" | "true" | "True" | "TRUE" | "t"))
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<u64>, Failure> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        value
            .parse()
            .map(Some)
            .map_err(|_| Failure::bad_request(format!("parameter {name} is no number: {value:?}")))
    }
}

/// Percent-decoding, with `+` for a space.
fn decode(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let digits = [bytes.next(), bytes.next()].map(|b| b.and_then(|b| char::from(b).to_digit(16)));
                match digits {
                    [Some(high), Some(low)] => out.push(u8::try_from(high * 16 + low).unwrap_or(b'?')),
                    _ => out.push(b'?'),
                }
            }
            other => out.push(other),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// How objects are to be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// As they are.
    Plain,
    /// Rows and columns for kubectl.
    Table,
    /// Metadata alone.
    Metadata,
    /// Discovery, all groups in one answer.
    AggregatedDiscovery,
}

/// The first form in an `Accept` header that can be served.
pub(super) fn negotiate(headers: &HeaderMap) -> Option<Form> {
    let Some(accept) = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()) else {
        return Some(Form::Plain);
    };
    accept.split(',').find_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        if !matches!(parts.next(), Some("application/json" | "application/*" | "*/*")) {
            return None;
        }
        let parameters: Vec<(&str, &str)> = parts.filter_map(|part| part.split_once('=')).collect();
        let parameter = |name: &str| {
            parameters
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| *value)
        };
        match (parameter("as"), parameter("v")) {
            (None, _) => Some(Form::Plain),
            (Some("Table"), Some("v1")) => Some(Form::Table),
            (Some("PartialObjectMetadata" | "PartialObjectMetadataList"), Some("v1")) => Some(Form::Metadata),
            (Some("APIGroupDiscoveryList"), Some("v2")) => Some(Form::AggregatedDiscovery),
            _ => None,
        }
    })
}

/// One request.
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) query: Query,
    pub(super) form: Form,
    pub(super) content_type: String,
    pub(super) body: Bytes,
}

/// What a path means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// `/version`
    Version,
    /// `/healthz` and its kin.
    Health,
    /// `/api`
    CoreVersions,
    /// `/apis`
    Groups,
    /// `/apis/GROUP`
    Group(String),
    /// `/api/v1`, `/apis/GROUP/VERSION`
    Resources { group: String, version: String },
    /// `/openapi/v3`, or the part of it for a group and version (`api/v1`, `apis/apps/v1`)
    OpenApi(Option<String>),
    /// A review that is created and answered at once: its kind's plural.
    Review(String),
    /// Objects: all of a kind, of a namespace, one, or a part of one.
    Objects(Objects),
}

/// A path to objects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Objects {
    pub(super) resource: &'static Resource,
    pub(super) namespace: Option<String>,
    pub(super) name: Option<String>,
    pub(super) subresource: Option<String>,
}

/// Reads a path; `None` where nothing is served.
pub(super) fn target(path: &str) -> Option<Target> {
    let decoded: Vec<String> = path.split('/').filter(|s| !s.is_empty()).map(decode).collect();
    let segments: Vec<&str> = decoded.iter().map(String::as_str).collect();
    let (group, version, rest) = match segments.as_slice() {
        ["version"] => return Some(Target::Version),
        ["healthz" | "livez" | "readyz", ..] => return Some(Target::Health),
        ["openapi", "v3"] => return Some(Target::OpenApi(None)),
        ["openapi", "v3", rest @ ..] => return Some(Target::OpenApi(Some(rest.join("/")))),
        ["api"] => return Some(Target::CoreVersions),
        ["apis"] => return Some(Target::Groups),
        ["apis", group] => return Some(Target::Group((*group).to_owned())),
        ["api", version, rest @ ..] => ("", *version, rest),
        ["apis", group, version, rest @ ..] => (*group, *version, rest),
        _ => return None,
    };
    if rest.is_empty() {
        return Some(Target::Resources {
            group: group.to_owned(),
            version: version.to_owned(),
        });
    }
    if let ("authorization.k8s.io" | "authentication.k8s.io", "v1", [review]) = (group, version, rest) {
        return Some(Target::Review((*review).to_owned()));
    }
    // `namespaces/NAME/PLURAL` unless it is a part of the Namespace itself.
    let (namespace, rest) = match rest {
        ["namespaces", _, "status" | "finalize"] => (None, rest),
        ["namespaces", namespace, rest @ ..] if !rest.is_empty() => (Some(*namespace), rest),
        rest => (None, rest),
    };
    let (plural, name, subresource) = match rest {
        [plural] => (*plural, None, None),
        [plural, name] => (*plural, Some(*name), None),
        [plural, name, subresource] => (*plural, Some(*name), Some(*subresource)),
        _ => return None,
    };
    let resource = Resource::by_path(group, version, plural)?;
    if namespace.is_some() && !resource.namespaced
        || resource.namespaced && namespace.is_none() && name.is_some()
    {
        return None;
    }
    Some(Target::Objects(Objects {
        resource,
        namespace: namespace.map(str::to_owned),
        name: name.map(str::to_owned),
        subresource: subresource.map(str::to_owned),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(value: &str) -> Option<Form> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, value.parse().unwrap());
        negotiate(&headers)
    }

    #[test]
    fn the_first_form_that_can_be_served_is_taken() {
        for (value, form) in [
            ("application/json", Some(Form::Plain)),
            ("*/*", Some(Form::Plain)),
            (
                "application/vnd.kubernetes.protobuf, application/json",
                Some(Form::Plain),
            ),
            (
                "application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
                Some(Form::Table),
            ),
            (
                "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
                Some(Form::Metadata),
            ),
            (
                "application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json",
                Some(Form::Plain),
            ),
            ("application/yaml", None),
        ] {
            assert_eq!(accept(value), form, "{value}");
        }
    }

    #[test]
    fn paths_are_read_as_the_api_server_reads_them() {
        let objects = |path: &str| match target(path) {
            Some(Target::Objects(o)) => Some((o.resource.plural, o.namespace, o.name, o.subresource)),
            _ => None,
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(objects("/api/v1/pods"), Some(("pods", None, None, None)));
        assert_eq!(
            objects("/api/v1/namespaces/a"),
            Some(("namespaces", None, some("a"), None))
        );
        assert_eq!(objects("/api/v1/namespaces/a/status").unwrap().3, some("status"));
        assert_eq!(
            objects("/api/v1/namespaces/a/pods"),
            Some(("pods", some("a"), None, None))
        );
        assert_eq!(
            objects("/apis/apps/v1/namespaces/a/deployments/b/scale"),
            Some(("deployments", some("a"), some("b"), some("scale")))
        );
        assert_eq!(objects("/apis/apps/v1/pods"), None);
        assert_eq!(objects("/api/v1/namespaces/a/nodes"), None);
    }

    #[test]
    fn queries_are_decoded() {
        let query = Query::parse("labelSelector=app%20in%20%28a%2Cb%29&watch=1&limit=");
        assert_eq!(query.get("labelSelector"), Some("app in (a,b)"));
        assert!(query.flag("watch"));
        assert_eq!(query.get("limit"), None);
    }
}
