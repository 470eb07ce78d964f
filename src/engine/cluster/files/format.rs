//! What is in a file: by its first bytes, and by its name where those leave it open.

use std::path::Path;

use crate::engine::recording;

/// What is in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The log of a container.
    Log,
    /// A recording of ours.
    Recording,
    /// What a watch told, an event a line.
    Watch,
    /// Objects and Lists as JSON, perhaps with logs between them.
    Json,
    /// Objects and Lists as YAML.
    Yaml,
}

impl Format {
    /// The format of a file that begins so.
    pub fn of(name: &str, start: &[u8]) -> Self {
        let start = start.strip_prefix(b"\xef\xbb\xbf".as_slice()).unwrap_or(start);
        let start = start.trim_ascii_start();
        let first = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let opens = matches!(start.first(), Some(b'{' | b'['));
        match &*ending(name) {
            "log" => Self::Log,
            _ if start.starts_with(recording::MAGIC) => Self::Recording,
            _ if is_watch_event(first) => Self::Watch,
            // YAML may begin with a brace too, and is more than JSON.
            "yaml" | "yml" => Self::Yaml,
            "json" => Self::Json,
            _ if opens || start.starts_with(b"====") => Self::Json,
            _ => Self::Yaml,
        }
    }
}

/// Whether a file is worth opening, by its name.
pub fn is_wanted(name: &str) -> bool {
    let known = ["json", "yaml", "yml", "jsonl", "ndjson", "log"];
    known.contains(&&*ending(name)) || name == "logs.txt" || name.ends_with("/logs.txt")
}

/// Whether a name is that of a log.
pub fn is_log(name: &str) -> bool {
    ending(name) == "log"
}

/// What stands behind the last dot, in small letters.
pub fn ending(name: &str) -> String {
    let end = Path::new(name).extension().unwrap_or_default();
    end.to_string_lossy().to_ascii_lowercase()
}

/// Whether a line is what a watch sends: `{"type":"ADDED","object":{…}}`, its fields in any order.
fn is_watch_event(line: &[u8]) -> bool {
    let start: Vec<u8> = line
        .iter()
        .copied()
        .take(32)
        .filter(|byte| *byte != b' ')
        .collect();
    (start.starts_with(b"{\"type\":\"") && memchr::memmem::find(line, b"\"object\":").is_some())
        || (start.starts_with(b"{\"object\":{") && line.ends_with(b"}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_names_tell_the_format() {
        for (name, start, expected) in [
            ("a/c.log", "{\"level\":\"info\"}\n", Format::Log),
            ("r.gz", "{\"k8stui\":\"recording/v1\",", Format::Recording),
            (
                "pods.jsonl",
                "{\"type\": \"ADDED\", \"object\": {}}\n",
                Format::Watch,
            ),
            (
                "pods.jsonl",
                "{\"object\":{\"kind\":\"Pod\"},\"type\":\"ADDED\"}\n",
                Format::Watch,
            ),
            ("pods.jsonl", "{\"kind\":\"Pod\"}\n", Format::Json),
            (
                "secret.json",
                "{\"type\":\"Opaque\",\"kind\":\"Secret\"}",
                Format::Json,
            ),
            ("words.json", "not JSON", Format::Json),
            ("flow.yaml", "{kind: Pod}", Format::Yaml),
            ("unnamed", "\u{feff} \n[{}]", Format::Json),
            ("unnamed", "apiVersion: v1", Format::Yaml),
            ("a/p/logs.txt", "==== START logs for", Format::Json),
        ] {
            assert_eq!(Format::of(name, start.as_bytes()), expected, "{name} {start}");
        }
        assert!(is_wanted("a/b.JSON") && is_wanted("ns/pod/logs.txt") && !is_wanted("page.html"));
    }
}
