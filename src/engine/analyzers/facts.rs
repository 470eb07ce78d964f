//! Facts as analyzers state them: evidence of events, conditions, logs and related objects.

use std::sync::LazyLock;

use regex::Regex;

use super::logs::{LogDigest, LogPattern};
use crate::engine::evidence::{Evidence, Source};
use crate::engine::kinds::{Condition, Event};
use crate::engine::object::{ObjectRef, Text};

/// Ids of containers and names of pods that a controller tried to create: they differ in every repetition.
#[expect(
    clippy::unwrap_used,
    reason = "constant pattern, compiled by the test of this module"
)]
static NOISE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"[0-9a-f]{64}|(?:\bpods? ")(?P<pod>[a-z0-9.-]+-)[a-z0-9]{5}""#).unwrap());

/// An event as evidence. What differs in every repetition of one event is left out, so that it stays one fact.
pub fn event(event: &Event) -> Evidence {
    let message = event
        .message
        .strip_prefix("(combined from similar events): ")
        .unwrap_or(&event.message);
    let text = NOISE.replace_all(message, |found: &regex::Captures| match found.name("pod") {
        Some(pod) => format!("pods \"{}…\"", pod.as_str()),
        None => "…".to_owned(),
    });
    Evidence {
        object: event.object(),
        source: Source::Event {
            reason: event.reason.as_str().into(),
            count: event.times(),
        },
        time: event.last_seen(),
        text: text.trim().into(),
    }
}

/// A condition of an object as evidence, by its place in the list.
pub fn condition(object: &ObjectRef, conditions: &[Condition], kind: &str) -> Option<Evidence> {
    let (index, condition) = conditions
        .iter()
        .enumerate()
        .find(|(_, condition)| condition.kind == kind)?;
    let because = [(" ", condition.reason.as_str()), (": ", &*condition.message)];
    let because: String = because
        .iter()
        .filter(|(_, words)| !words.is_empty())
        .flat_map(|(mark, words)| [*mark, *words])
        .collect();
    let text = format!("{kind}={}{because}", condition.status);
    Some(
        Evidence::field(object.clone(), format!("status.conditions[{index}]"), text)
            .at(condition.last_transition_time),
    )
}

/// A line of a log as evidence.
pub fn log(
    pod: &ObjectRef,
    container: &str,
    previous: bool,
    digest: &LogDigest,
    pattern: &LogPattern,
) -> Evidence {
    Evidence {
        object: pod.clone(),
        source: Source::Log {
            container: container.into(),
            container_id: digest.container_id.clone(),
            previous,
        },
        time: pattern.line.time,
        text: pattern.line.text.clone(),
    }
}

/// Another object that has to do with it.
pub fn related(object: ObjectRef, text: impl Into<Text>) -> Evidence {
    Evidence {
        object,
        source: Source::Related,
        time: None,
        text: text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_of_an_event_are_one_fact() {
        let say = |message: &str| {
            event(&Event {
                message: message.into(),
                ..Event::default()
            })
            .text
        };
        assert_eq!(
            say(
                "(combined from similar events): Error creating: pods \"web-764fd4db54-rq7x2\" is forbidden: x"
            ),
            say("Error creating: pods \"web-764fd4db54-tq9gw\" is forbidden: x"),
        );
        assert_eq!(
            say(&format!("failed to start exec \"{}\": x", "a".repeat(64))),
            say(&format!("failed to start exec \"{}\": x", "b".repeat(64))),
        );
    }
}
