//! Where a field stands in a YAML document.

/// The line (from 0) at which a field stands in a YAML document in block style, by its path in the API's notation:
/// `spec.containers[0].image`, `spec.containers[web].image` and `spec.containers{web}.image` (by name), `metadata.annotations["a.b/c"]`. Where the last
/// parts of the path are not in the document, the line of the nearest field above; `None` where not even its first
/// part is there.
pub fn find_field(yaml: &str, path: &str) -> Option<usize> {
    let rows: Vec<Row<'_>> = yaml.lines().enumerate().filter_map(Row::read).collect();
    let mut rows = rows;
    let mut found = None;
    for part in parts(path) {
        let next = match &part {
            Part::Index(index) => item(&rows, |nth, _| nth == *index),
            Part::Key(key) if is_list(&rows) => item(&rows, |_, body| {
                ["name", "type", "key", "containerPort", "port"]
                    .iter()
                    .any(|naming| value(body, naming) == Some(key.as_str()))
            }),
            Part::Key(key) => entry(&rows, key),
        };
        let Some((line, inner)) = next else {
            break;
        };
        found = Some(line);
        rows = inner;
    }
    found
}

#[derive(Clone, Copy, Debug)]
struct Row<'a> {
    line: usize,
    indent: usize,
    text: &'a str,
}

impl<'a> Row<'a> {
    fn read((line, text): (usize, &'a str)) -> Option<Self> {
        let trimmed = text.trim_start();
        let is_content = !trimmed.is_empty() && !trimmed.starts_with('#') && trimmed != "---";
        is_content.then(|| Self {
            line,
            indent: text.len() - trimmed.len(),
            text: trimmed.trim_end(),
        })
    }

    fn is_item(&self) -> bool {
        self.text == "-" || self.text.starts_with("- ")
    }

    /// What stands behind the dash, as a row of its own.
    fn behind_dash(&self) -> Option<Self> {
        let after = self.text.strip_prefix('-')?;
        let text = after.trim_start();
        (!text.is_empty()).then(|| Self {
            line: self.line,
            indent: self.indent + self.text.len() - text.len(),
            text,
        })
    }

    fn key_and_value(&self) -> Option<(&'a str, &'a str)> {
        let quote = self
            .text
            .chars()
            .next()
            .filter(|first| matches!(first, '"' | '\''));
        match quote {
            Some(quote) => {
                let (key, rest) = self.text.get(1..)?.split_once(quote)?;
                Some((key, rest.strip_prefix(':')?.trim()))
            }
            None => match self.text.split_once(": ") {
                Some((key, value)) => Some((key, value.trim())),
                None => Some((self.text.strip_suffix(':')?, "")),
            },
        }
    }
}

fn is_list(rows: &[Row<'_>]) -> bool {
    rows.first().is_some_and(Row::is_item)
}

/// The entry of a mapping, and what stands inside it.
fn entry<'a>(rows: &[Row<'a>], key: &str) -> Option<(usize, Vec<Row<'a>>)> {
    let indent = rows.first()?.indent;
    let mut rest = rows.iter();
    let found =
        rest.find(|row| row.indent == indent && row.key_and_value().is_some_and(|(name, _)| name == key))?;
    // The items of a list may stand as far left as its key.
    let inner = rest.take_while(|row| row.indent > indent || (row.indent == indent && row.is_item()));
    Some((found.line, inner.copied().collect()))
}

/// The first item of a list that fits, and what stands inside it.
fn item<'a>(rows: &[Row<'a>], fits: impl Fn(usize, &[Row<'a>]) -> bool) -> Option<(usize, Vec<Row<'a>>)> {
    if !is_list(rows) {
        return None;
    }
    let indent = rows.first()?.indent;
    let items = rows.chunk_by(|_, next| !(next.indent == indent && next.is_item()));
    for (nth, item) in items.enumerate() {
        let (dash, further) = item.split_first()?;
        let body: Vec<Row<'a>> = dash
            .behind_dash()
            .into_iter()
            .chain(further.iter().copied())
            .collect();
        if fits(nth, &body) {
            return Some((dash.line, body));
        }
    }
    None
}

fn value<'a>(rows: &[Row<'a>], key: &str) -> Option<&'a str> {
    let indent = rows.first()?.indent;
    let mut level = rows.iter().filter(|row| row.indent == indent);
    level.find_map(|row| {
        let (name, value) = row.key_and_value()?;
        (name == key).then(|| value.trim_matches(['"', '\'']))
    })
}

enum Part {
    Key(String),
    Index(usize),
}

/// Takes a path apart. A dot inside brackets or behind a backslash belongs to the key.
fn parts(path: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut key = String::new();
    let mut characters = path.chars();
    while let Some(character) = characters.next() {
        match character {
            '.' => finish(&mut key, &mut parts),
            '\\' => key.extend(characters.next()),
            '[' | '{' => {
                finish(&mut key, &mut parts);
                let inside: String = characters
                    .by_ref()
                    .take_while(|character| !matches!(character, ']' | '}'))
                    .collect();
                let inside = inside.trim_matches(['"', '\'']);
                // `[name=web]` selects as `[web]` does.
                let inside = inside
                    .rsplit('=')
                    .next()
                    .unwrap_or(inside)
                    .trim_matches(['"', '\'']);
                parts.push(match inside.parse() {
                    Ok(index) => Part::Index(index),
                    Err(_) => Part::Key(inside.to_owned()),
                });
            }
            other => key.push(other),
        }
    }
    finish(&mut key, &mut parts);
    parts
}

fn finish(key: &mut String, parts: &mut Vec<Part>) {
    if !key.is_empty() {
        parts.push(Part::Key(std::mem::take(key)));
    }
}

#[cfg(test)]
mod tests {
    use super::find_field;

    const POD: &str = "\
apiVersion: v1
metadata:
  annotations:
    deployment.kubernetes.io/revision: \"14\"
  name: checkout
spec:
  containers:
  - image: sidecar:1
    name: sidecar
  - name: web
    image: nginx:1.14.2
    args:
      - -c
      - |
        image: not this one
        spec:
    securityContext:
      readOnlyRootFilesystem: true
status:
  conditions:
    - type: Ready
      status: \"False\"
";

    #[test]
    fn a_field_is_found_by_its_path() {
        for (path, line) in [
            ("spec", "spec:"),
            ("spec.containers", "  containers:"),
            ("spec.containers[0].image", "  - image: sidecar:1"),
            ("spec.containers[1].image", "    image: nginx:1.14.2"),
            ("spec.containers[web].image", "    image: nginx:1.14.2"),
            ("spec.containers{web}.image", "    image: nginx:1.14.2"),
            ("spec.containers[name=web].image", "    image: nginx:1.14.2"),
            ("spec.containers[1].args[1]", "      - |"),
            (
                "spec.containers[1].securityContext.readOnlyRootFilesystem",
                "      readOnlyRootFilesystem: true",
            ),
            (
                "metadata.annotations[\"deployment.kubernetes.io/revision\"]",
                "    deployment.kubernetes.io/revision: \"14\"",
            ),
            (
                "metadata.annotations.deployment\\.kubernetes\\.io/revision",
                "    deployment.kubernetes.io/revision: \"14\"",
            ),
            ("status.conditions[Ready].status", "      status: \"False\""),
            // What is not there: the nearest above.
            ("spec.containers[1].resources.limits.memory", "  - name: web"),
            ("spec.volumes[0]", "spec:"),
        ] {
            let found = find_field(POD, path).map(|index| POD.lines().nth(index).unwrap());
            assert_eq!(found, Some(line), "{path}");
        }
        assert_eq!(find_field(POD, "data.key"), None);
        assert_eq!(find_field("", "spec"), None);
    }
}
