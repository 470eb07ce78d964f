//! Label selectors as kubectl takes them: `app=web,tier!=db,env in (a,b),!canary`.

use crate::engine::kinds::{Labels, Selector, SelectorRequirement};
use crate::engine::object::Symbol;

/// Reads a selector.
///
/// # Errors
/// The part that is none, with what can be written.
pub fn parse(text: &str) -> Result<Selector, String> {
    let requirements: Vec<SelectorRequirement> = parts(text)
        .into_iter()
        .map(|part| {
            requirement(part.trim()).ok_or_else(|| {
                format!("{part:?} selects no labels: write app=web, app!=web, app in (a,b), app notin (a,b), app or !app")
            })
        })
        .collect::<Result<_, _>>()?;
    Ok(Selector {
        match_labels: Labels::default(),
        match_expressions: requirements.into(),
    })
}

/// Parts between commas that stand in no parentheses.
fn parts(text: &str) -> Vec<&str> {
    let mut open = false;
    text.split(move |c| {
        match c {
            '(' => open = true,
            ')' => open = false,
            _ => {}
        }
        c == ',' && !open
    })
    .collect()
}

fn requirement(part: &str) -> Option<SelectorRequirement> {
    let built = |key: &str, operator: &str, values: Vec<Symbol>| {
        let key = key.trim();
        let sound = !key.is_empty() && !key.contains([' ', '(', ')', '=', '!']);
        sound.then(|| SelectorRequirement {
            key: key.into(),
            operator: operator.into(),
            values: values.into(),
        })
    };
    let one = |value: &str| vec![Symbol::from(value.trim())];
    if let Some((key, value)) = part.split_once("!=") {
        return built(key, "NotIn", one(value));
    }
    if let Some((key, value)) = part.split_once("==").or_else(|| part.split_once('=')) {
        return built(key, "In", one(value));
    }
    if let Some(listed) = part.strip_suffix(')') {
        let (before, values) = listed.split_once('(')?;
        let (key, word) = before.trim().rsplit_once(' ')?;
        let operator = match word {
            "in" => "In",
            "notin" => "NotIn",
            _ => return None,
        };
        let values = values.split(',').map(|value| value.trim().into()).collect();
        return built(key, operator, values);
    }
    match part.strip_prefix('!') {
        Some(key) => built(key, "DoesNotExist", Vec::new()),
        None => built(part, "Exists", Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Labels {
        let pairs = [("app", "web"), ("env", "prod"), ("example.io/team", "a")];
        Labels(
            pairs
                .iter()
                .map(|(key, value)| ((*key).into(), (*value).into()))
                .collect(),
        )
    }

    #[test]
    fn selectors_are_written_as_for_kubectl() {
        for (text, selects) in [
            ("app=web", true),
            ("app==web", true),
            ("app = db", false),
            ("app!=db", true),
            ("tier!=db", true),
            ("app", true),
            ("!app", false),
            ("!tier", true),
            ("env in (test, prod),app=web", true),
            ("env notin (test,prod)", false),
            ("tier notin (a)", true),
            ("example.io/team=a,env=prod", true),
            ("example.io/team=b,env=prod", false),
        ] {
            assert_eq!(parse(text).unwrap().matches(&labels()), selects, "{text}");
        }
    }

    #[test]
    fn what_is_no_selector_is_said() {
        for text in ["", "app=web,", "=web", "app within (a)", "a b", "in (a)"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse("a b=c").unwrap_err().contains("\"a b=c\""));
    }
}
