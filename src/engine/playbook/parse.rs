//! From a playbook file to signatures, or to an error with its place.

use regex::Regex;
use serde::Deserialize;
use serde_saphyr::{Location, Spanned};

use super::PlaybookError;
use super::signature::{Condition, Place, Signature};
use super::template;
use crate::engine::problem::Confidence;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    /// What the fault is called.
    name: Option<Spanned<String>>,
    /// The codes, or `["*"]`.
    codes: Spanned<Vec<String>>,
    #[serde(default)]
    when: Vec<RawCondition>,
    #[serde(default)]
    unless: Vec<RawCondition>,
    confidence: RawConfidence,
    cause: Spanned<String>,
    fix: Spanned<String>,
    #[serde(default)]
    change: Vec<Spanned<String>>,
    #[serde(default)]
    read: Vec<Spanned<String>>,
    docs: Option<Spanned<String>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawConfidence {
    Possible,
    Likely,
    Certain,
}

/// One of these; `path` and `value` go together.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCondition {
    title: Option<Spanned<String>>,
    message: Option<Spanned<String>>,
    log: Option<Spanned<String>>,
    lines: Option<Spanned<String>>,
    event: Option<Spanned<String>>,
    changed: Option<Spanned<String>>,
    any: Option<Spanned<String>>,
    path: Option<Spanned<String>>,
    value: Option<Spanned<String>>,
}

/// The signatures of a file.
pub(super) fn file(name: &str, text: &str) -> Result<Vec<Signature>, PlaybookError> {
    let raw: Vec<Raw> = serde_saphyr::from_str(text).map_err(|error| {
        let what = error.without_snippet().to_string();
        fault(name, error.location(), what)
    })?;
    raw.into_iter().map(|raw| signature(name, raw)).collect()
}

fn fault(file: &str, location: Option<Location>, what: String) -> PlaybookError {
    PlaybookError {
        file: file.to_owned(),
        line: location.map_or(1, |location| location.line()),
        column: location.map_or(1, |location| location.column()),
        what,
    }
}

fn signature(file: &str, raw: Raw) -> Result<Signature, PlaybookError> {
    let when = conditions(file, raw.when)?;
    let unless = conditions(file, raw.unless)?;
    let groups: Vec<String> = when
        .iter()
        .flat_map(|condition| condition.pattern.capture_names().flatten())
        .map(str::to_owned)
        .collect();
    let check = |text: Spanned<String>| match template::unknown_word(&text.value, &groups) {
        None => Ok(text.value),
        Some(word) => Err(fault(
            file,
            Some(text.defined),
            format!(
                "{{{word}}} is neither a word that every finding has nor a group of a pattern under `when`"
            ),
        )),
    };
    let check_all = |texts: Vec<Spanned<String>>| texts.into_iter().map(check).collect::<Result<Vec<_>, _>>();
    if let Some(docs) = raw
        .docs
        .as_ref()
        .filter(|docs| !docs.value.starts_with("https://"))
    {
        let what = "docs: give the address of a page, https://…".to_owned();
        return Err(fault(file, Some(docs.defined), what));
    }
    if raw.codes.value.is_empty() {
        let what = "codes: name the findings that this explains, or [\"*\"] for any".to_owned();
        return Err(fault(file, Some(raw.codes.defined), what));
    }
    let begins = raw.name.as_ref().map_or(raw.codes.defined, |name| name.defined);
    Ok(Signature {
        file: file.to_owned(),
        line: begins.line(),
        name: raw.name.map(|name| name.value),
        docs: raw.docs.map(|docs| docs.value),
        codes: raw.codes.value,
        confidence: match raw.confidence {
            RawConfidence::Possible => Confidence::Possible,
            RawConfidence::Likely => Confidence::Likely,
            RawConfidence::Certain => Confidence::Certain,
        },
        cause: check(raw.cause)?,
        fix: check(raw.fix)?,
        change: check_all(raw.change)?,
        read: check_all(raw.read)?,
        when,
        unless,
    })
}

fn conditions(file: &str, raw: Vec<RawCondition>) -> Result<Vec<Condition>, PlaybookError> {
    raw.into_iter().map(|raw| condition(file, raw)).collect()
}

fn condition(file: &str, raw: RawCondition) -> Result<Condition, PlaybookError> {
    let regex = |text: &Spanned<String>| {
        Regex::new(&text.value).map_err(|error| fault(file, Some(text.defined), error.to_string()))
    };
    let place = [
        (raw.title, Place::Title),
        (raw.message, Place::Message),
        (raw.log, Place::Log),
        (raw.lines, Place::Lines),
        (raw.event, Place::Event),
        (raw.changed, Place::Change),
        (raw.any, Place::Any),
    ]
    .into_iter()
    .find_map(|(text, place)| Some((text?, place)));
    match (place, raw.path, raw.value) {
        (Some((text, place)), None, None) => Ok(Condition {
            place,
            pattern: regex(&text)?,
        }),
        (None, Some(path), value) => {
            let pattern = match &value {
                Some(value) => regex(value)?,
                None => regex(&Spanned::new(String::new(), path.referenced, path.defined))?,
            };
            Ok(Condition {
                place: Place::Field(regex(&path)?),
                pattern,
            })
        }
        (None, None, value) => Err(fault(
            file,
            value.map(|value| value.defined),
            "a condition has one of title, message, log, lines, event, changed, any, or path with value"
                .to_owned(),
        )),
        (Some((text, _)), ..) => Err(fault(
            file,
            Some(text.defined),
            "a condition says one thing: write a second one for path and value".to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "- codes: [A]\n  confidence: likely\n";

    #[test]
    fn errors_have_a_place() {
        for (text, line, what) in [
            (
                format!("{HEAD}  cause: a\n  fix: b\n  colour: red\n"),
                5,
                "unknown field",
            ),
            (
                format!("{HEAD}  when:\n    - log: '('\n  cause: a\n  fix: b\n"),
                4,
                "unclosed group",
            ),
            (format!("{HEAD}  cause: a {{nobody}}\n  fix: b\n"), 3, "{nobody}"),
            (format!("{HEAD}  cause: [\n"), 4, ""),
            (
                format!("{HEAD}  when:\n    - {{log: a, path: b}}\n  cause: a\n  fix: b\n"),
                4,
                "one thing",
            ),
        ] {
            let error = file("mine.yaml", &text).unwrap_err();
            assert!(error.what.contains(what), "{error}");
            assert!(error.line.abs_diff(line) <= 1 && error.column >= 1, "{error}");
            assert!(error.to_string().starts_with("mine.yaml:"), "{error}");
        }
    }

    #[test]
    fn a_sound_file_is_read() {
        let text =
            format!("{HEAD}  when:\n    - {{log: 'no (?P<what>\\w+)'}}\n  cause: no {{what}}\n  fix: b\n");
        assert_eq!(file("mine.yaml", &text).unwrap().len(), 1);
    }
}
