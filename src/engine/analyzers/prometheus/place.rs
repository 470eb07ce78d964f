//! Where a pod's configuration lies, by its arguments, mounts and volumes.

use std::io::Read;

use base64::Engine as _;
use flate2::read::MultiGzDecoder;
use serde_json::Value;

/// Where the image looks when it is not told.
const DEFAULT_PATH: &str = "/etc/prometheus/prometheus.yml";
/// A ConfigMap holds 1 MiB; what is more when it is unpacked is no configuration.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// Where a configuration lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a key of a ConfigMap.
    ConfigMap {
        /// Its name, in the pod's namespace.
        name: String,
        /// The key.
        key: String,
        /// Whether metrics are sent to this Prometheus.
        receives: bool,
    },
    /// In a Secret, which is not read.
    Secret {
        /// Its name.
        name: String,
    },
    /// In neither.
    Elsewhere {
        /// The path in the container.
        path: String,
    },
}

/// Whether a container is a Prometheus, by its name or image.
pub fn is_prometheus(name: &str, image: &str) -> bool {
    let repository = image.split('@').next().unwrap_or_default();
    let base = repository.rsplit('/').next().unwrap_or_default();
    let base = base.split(':').next().unwrap_or_default();
    matches!(name, "prometheus" | "prometheus-server") || base == "prometheus"
}

/// Where the configuration of a pod lies; `None` where it turns out to be no Prometheus.
pub fn place(pod: &Value) -> Option<Place> {
    let containers = list(pod, "/spec/containers");
    let named = |one: &&Value| is_prometheus(text_at(one, "/name"), text_at(one, "/image"));
    let told = |one: &&Value| {
        let path = argument(one, "config.file").unwrap_or_default();
        path.rsplit('/')
            .next()
            .is_some_and(|file| file.contains("prometheus"))
    };
    let server = containers
        .iter()
        .find(named)
        .or_else(|| containers.iter().find(told))?;
    let receives = ["web.enable-remote-write-receiver", "web.enable-otlp-receiver"]
        .iter()
        .any(|flag| has_flag(server, flag));
    // Where a reloader fills in a template, the template is what people write.
    let reloader = containers
        .iter()
        .find(|one| text_at(one, "/name") == "config-reloader")
        .and_then(|one| {
            Some((
                one,
                argument(one, "config-file").or_else(|| argument(one, "config.file"))?,
            ))
        });
    let own = argument(server, "config.file").unwrap_or(DEFAULT_PATH);
    let places = reloader.into_iter().chain(std::iter::once((server, own)));
    let mut places = places.filter_map(|(container, path)| mounted(pod, container, path, receives));
    Some(
        places
            .next()
            .unwrap_or_else(|| Place::Elsewhere { path: own.to_owned() }),
    )
}

/// The value of `--name=value` or `--name value`.
fn argument<'a>(container: &'a Value, name: &str) -> Option<&'a str> {
    let words = words(container);
    words.iter().enumerate().find_map(|(at, word)| {
        let rest = word.trim_start_matches('-').strip_prefix(name)?;
        match rest.strip_prefix('=') {
            Some(value) => Some(value),
            None if rest.is_empty() => words.get(at + 1).copied(),
            None => None,
        }
    })
}

fn has_flag(container: &Value, name: &str) -> bool {
    words(container)
        .iter()
        .any(|word| word.trim_start_matches('-') == name)
}

fn words(container: &Value) -> Vec<&str> {
    let lists = [list(container, "/command"), list(container, "/args")];
    lists.into_iter().flatten().filter_map(Value::as_str).collect()
}

fn mounted(pod: &Value, container: &Value, path: &str, receives: bool) -> Option<Place> {
    let mounts = list(container, "/volumeMounts").iter().filter_map(|mount| {
        let at = text_at(mount, "/mountPath").trim_end_matches('/');
        let inside = path.strip_prefix(at)?;
        (inside.is_empty() || inside.starts_with('/')).then_some((
            at.len(),
            mount,
            inside.trim_start_matches('/'),
        ))
    });
    let (_, mount, inside) = mounts.max_by_key(|(length, ..)| *length)?;
    let sub = text_at(mount, "/subPath").trim_matches('/');
    let file = match (sub.is_empty(), inside.is_empty()) {
        (true, _) => inside.to_owned(),
        (false, true) => sub.to_owned(),
        (false, false) => format!("{sub}/{inside}"),
    };
    let volumes = list(pod, "/spec/volumes");
    let volume = volumes
        .iter()
        .find(|one| text_at(one, "/name") == text_at(mount, "/name"))?;
    let projected = list(volume, "/projected/sources");
    std::iter::once(volume)
        .chain(projected)
        .find_map(|source| in_source(source, &file, receives))
}

fn in_source(source: &Value, file: &str, receives: bool) -> Option<Place> {
    let key = |items: &[Value]| match items {
        [] => Some(file.to_owned()),
        items => {
            let item = items.iter().find(|item| text_at(item, "/path") == file)?;
            Some(text_at(item, "/key").to_owned())
        }
    };
    if let Some(map) = source.get("configMap") {
        return Some(Place::ConfigMap {
            name: text_at(map, "/name").to_owned(),
            key: key(list(map, "/items"))?,
            receives,
        });
    }
    let secret = source.get("secret")?;
    key(list(secret, "/items"))?;
    let names = [text_at(secret, "/secretName"), text_at(secret, "/name")];
    let name = names.into_iter().find(|name| !name.is_empty())?;
    Some(Place::Secret {
        name: name.to_owned(),
    })
}

/// The configuration in a ConfigMap, plain or gzip.
///
/// # Errors
/// Why there is none, in words.
pub fn text(map: &Value, key: &str) -> Result<String, String> {
    let value = |field: &str| map.get(field)?.as_object()?.get(key)?.as_str();
    if let Some(plain) = value("data") {
        return Ok(plain.to_owned());
    }
    let Some(encoded) = value("binaryData") else {
        return Err(format!("it has no key {key:?}"));
    };
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(encoded)
        .map_err(|error| format!("{key}: {error}"))?;
    let bytes = if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut unpacked = Vec::new();
        let mut reader = MultiGzDecoder::new(bytes.as_slice()).take(MOST_BYTES + 1);
        reader
            .read_to_end(&mut unpacked)
            .map_err(|error| format!("{key} cannot be unpacked: {error}"))?;
        unpacked
    } else {
        bytes
    };
    if bytes.len() as u64 > MOST_BYTES {
        return Err(format!("{key} is of more than {MOST_BYTES} bytes"));
    }
    String::from_utf8(bytes).map_err(|_| format!("{key} is no text"))
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    let found = value.pointer(pointer).and_then(Value::as_array);
    found.map(Vec::as_slice).unwrap_or_default()
}

fn text_at<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}
