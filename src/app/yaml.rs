//! An object as YAML, of which every line knows its field.

use std::fmt::Write as _;

use serde_json::Value;

/// Columns a level.
const INDENT: usize = 2;

/// A line of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The text.
    pub text: String,
    /// The field that begins on it, in the API's notation: `spec.containers[0].image`. Empty on lines of a longer text.
    pub path: String,
}

/// An object as YAML. Written here and not by a library because evidence names fields, and a field must be found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    lines: Vec<Line>,
}

impl Document {
    /// The YAML of an object.
    pub fn new(object: &Value) -> Self {
        let mut document = Self::default();
        document.members(object, 0, "");
        document
    }

    /// Its lines.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The whole text.
    pub fn text(&self) -> String {
        self.lines.iter().fold(String::new(), |mut text, line| {
            text.push_str(&line.text);
            text.push('\n');
            text
        })
    }

    /// The line of a field, or of the nearest field above it that is there: a field that is missing is evidence too.
    pub fn find(&self, path: &str) -> Option<usize> {
        let mut path = path;
        loop {
            let lines = || self.lines.iter();
            let exact = lines().position(|line| line.path == path);
            // An item begins where its first field does.
            let within = || lines().position(|line| line.path.strip_prefix(path).is_some_and(begins_below));
            if let Some(line) = exact.or_else(within) {
                return Some(line);
            }
            path = path.get(..path.rfind(['.', '['])?)?;
        }
    }

    fn members(&mut self, value: &Value, depth: usize, path: &str) {
        match value {
            Value::Object(members) => {
                for (key, value) in members {
                    let path = join(path, key);
                    let head = format!("{:1$}{2}:", "", depth * INDENT, scalar(key));
                    self.value(head, value, depth, &path);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.item(item, depth, &format!("{path}[{index}]"));
                }
            }
            scalar => self.push(format!("{:1$}{2}", "", depth * INDENT, inline(scalar)), path),
        }
    }

    /// What stands after a `key:`.
    fn value(&mut self, mut head: String, value: &Value, depth: usize, path: &str) {
        match value {
            Value::Object(members) if !members.is_empty() => {
                self.push(head, path);
                self.members(value, depth + 1, path);
            }
            // Items stand below their key without a level of their own, as kubectl writes them.
            Value::Array(items) if !items.is_empty() => {
                self.push(head, path);
                self.members(value, depth, path);
            }
            Value::String(text) if is_block(text) => {
                head.push(' ');
                self.block(head, text, depth + 1, path);
            }
            scalar => {
                let _ = write!(head, " {}", inline(scalar));
                self.push(head, path);
            }
        }
    }

    /// A text of several lines after its `key: ` or dash.
    fn block(&mut self, mut head: String, text: &str, depth: usize, path: &str) {
        head.push_str(if text.ends_with('\n') { "|" } else { "|-" });
        self.push(head, path);
        for line in text.lines() {
            self.push(format!("{:1$}{line}", "", depth * INDENT), "");
        }
    }

    /// An item: its first line begins with a dash in place of the indent.
    fn item(&mut self, item: &Value, depth: usize, path: &str) {
        let first = self.lines.len();
        match item {
            Value::Object(members) if !members.is_empty() => self.members(item, depth + 1, path),
            Value::Array(items) if !items.is_empty() => self.members(item, depth + 1, path),
            Value::String(text) if is_block(text) => {
                self.block(" ".repeat((depth + 1) * INDENT), text, depth + 1, path);
            }
            scalar => self.push(
                format!("{:1$}{2}", "", (depth + 1) * INDENT, inline(scalar)),
                path,
            ),
        }
        if let Some(line) = self.lines.get_mut(first) {
            line.text.replace_range(depth * INDENT..=depth * INDENT, "-");
        }
    }

    fn push(&mut self, text: String, path: &str) {
        self.lines.push(Line {
            text,
            path: path.to_owned(),
        });
    }
}

fn begins_below(rest: &str) -> bool {
    rest.starts_with(['.', '['])
}

fn join(path: &str, key: &str) -> String {
    // A key with dots is written in brackets, as in `metadata.labels[app.kubernetes.io/name]`.
    if key.contains(['.', '/']) {
        format!("{path}[{key}]")
    } else if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

fn inline(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        Value::Object(_) => "{}".to_owned(),
        Value::Array(_) => "[]".to_owned(),
        other => other.to_string(),
    }
}

/// A text of several lines is written as such, unless a control character or a blank at its ends would be lost.
fn is_block(text: &str) -> bool {
    let odd = |letter: char| letter != '\n' && letter.is_control();
    text.trim_end_matches('\n').contains('\n')
        && !text.contains(odd)
        && !text.starts_with([' ', '\n'])
        && !text.ends_with("\n\n")
}

/// A text as a plain scalar where YAML reads it as that text, quoted otherwise.
fn scalar(text: &str) -> String {
    let plain = !text.is_empty()
        && text.trim() == text
        && !text.starts_with(|first: char| ",[]{}#&*!|>'\"%@`=~".contains(first))
        && !begins_an_entry(text)
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with(':')
        && !text.contains(char::is_control)
        && !reads_as_something_else(text);
    if plain {
        text.to_owned()
    } else {
        // JSON's strings are YAML's double-quoted ones.
        Value::from(text).to_string()
    }
}

/// A dash, a question mark or a colon is an indicator before a blank, and a letter like others before anything else.
fn begins_an_entry(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|first| "-?:".contains(first)) && letters.next().is_none_or(|next| next == ' ')
}

/// Numbers, booleans, nulls and times of YAML 1.1 and 1.2, generously.
fn reads_as_something_else(text: &str) -> bool {
    const WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
        || text.starts_with(|first: char| first.is_ascii_digit() || ".+-".contains(first))
            && text.contains(|letter: char| letter.is_ascii_digit())
            && text
                .chars()
                .all(|letter| letter.is_ascii_hexdigit() || ".+-_:xoTZ".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pod() -> Document {
        Document::new(&json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "web", "labels": {"app.kubernetes.io/name": "web"}, "annotations": {}},
            "spec": {
                "containers": [
                    {"args": ["-c", "sleep 1\nexit 1\n"], "image": "nginx:1.14.2", "name": "web",
                     "securityContext": {"readOnlyRootFilesystem": true}},
                    {"image": "busybox", "name": "side"}
                ],
                "priority": 0
            },
            "status": {"startTime": "2026-11-21T10:21:00Z", "version": "1.10", "note": "yes", "empty": ""}
        }))
    }

    #[test]
    fn it_reads_as_kubectl_writes() {
        let expected = r#"apiVersion: v1
kind: Pod
metadata:
  annotations: {}
  labels:
    app.kubernetes.io/name: web
  name: web
spec:
  containers:
  - args:
    - -c
    - |
      sleep 1
      exit 1
    image: nginx:1.14.2
    name: web
    securityContext:
      readOnlyRootFilesystem: true
  - image: busybox
    name: side
  priority: 0
status:
  empty: ""
  note: "yes"
  startTime: "2026-11-21T10:21:00Z"
  version: "1.10"
"#;
        assert_eq!(pod().text(), expected);
    }

    #[test]
    fn yaml_reads_back_as_the_same_object() {
        let object = json!({
            "a": ["-n", "--- x", "---", "-1", "?", "x: y", "# no", "-", "1e3", "0x10", "12:30", "~", "a\tb", " pad ", "multi\nline", "tail\n\n", {"k": [[1, 2], []]}],
            "b": {"true": "true", "null": null, "n": -1.5, "text": "first\n  second\nthird\n"}
        });
        let text = Document::new(&object).text();
        let back: Value = serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        assert_eq!(back, object, "{text}");
    }

    #[test]
    fn a_field_is_found_by_its_path() {
        let document = pod();
        for (path, text) in [
            ("spec.containers[0].image", "    image: nginx:1.14.2"),
            ("spec.containers[0].args", "  - args:"),
            ("spec.containers[1].name", "    name: side"),
            (
                "spec.containers[0].securityContext.readOnlyRootFilesystem",
                "      readOnlyRootFilesystem: true",
            ),
            (
                "metadata.labels[app.kubernetes.io/name]",
                "    app.kubernetes.io/name: web",
            ),
        ] {
            let line = document
                .find(path)
                .map(|line| document.lines()[line].text.as_str());
            assert_eq!(line, Some(text), "{path}");
        }
    }

    #[test]
    fn a_field_that_is_not_there_is_found_at_its_nearest_parent() {
        let document = pod();
        let line = document
            .find("spec.containers[1].resources.limits.memory")
            .unwrap();
        assert_eq!(document.lines()[line].text, "  - image: busybox");
        assert_eq!(document.find("nonsense"), None);
    }
}
