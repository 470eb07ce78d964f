//! Events that say the same of several objects: replicas that fail alike are told of one by one.

use std::collections::HashMap;

use super::dossier::EventLine;

/// An event, and how many say the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Folded<'a> {
    /// The newest of them.
    pub event: &'a EventLine,
    /// How often all of them together were seen.
    pub count: u64,
    /// Of how many other objects it is said.
    pub others: usize,
}

/// Folds events that say the same of objects of one kind: but for the object's own name and for numbers. In the order
/// in which the newest of each stand.
pub fn folded(events: &[EventLine]) -> Vec<Folded<'_>> {
    let mut folded: Vec<Option<Folded<'_>>> = Vec::new();
    let mut known: HashMap<(&str, &str, String), usize> = HashMap::new();
    for event in events {
        let key = (&*event.object.kind, &*event.reason, shape(event));
        let mut next = Folded {
            event,
            count: u64::from(event.count),
            others: 0,
        };
        let before = known.insert(key, folded.len());
        if let Some(old) = before.and_then(|at| folded.get_mut(at)).and_then(Option::take) {
            next.count += old.count;
            next.others = old.others + usize::from(old.event.object != event.object);
        }
        folded.push(Some(next));
    }
    folded.into_iter().flatten().collect()
}

/// What an event says, whoever it is about.
fn shape(event: &EventLine) -> String {
    let mut shape = String::new();
    for c in event.message.replace(&*event.object.name, "*").chars() {
        let masked = if c.is_ascii_digit() { '#' } else { c };
        if masked != '#' || !shape.ends_with('#') {
            shape.push(masked);
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::object::ObjectRef;

    fn event(kind: &str, name: &str, message: &str, count: u32) -> EventLine {
        EventLine {
            object: ObjectRef::new("v1", kind, "shop", name),
            warning: true,
            reason: "BackOff".into(),
            message: message.into(),
            count,
            first: None,
            last: None,
            reporter: "kubelet".into(),
        }
    }

    #[test]
    fn what_is_said_of_replicas_is_told_once() {
        let events = [
            event("Pod", "web-a", "back-off 20s restarting web of web-a", 3),
            event("Pod", "web-a", "pulled the image", 1),
            event("Pod", "web-b", "back-off 40s restarting web of web-b", 4),
            event("Node", "web-b", "back-off 40s restarting web of web-b", 1),
            event("Pod", "web-b", "back-off 80s restarting web of web-b", 1),
        ];
        let told: Vec<(&str, &str, u64, usize)> = folded(&events)
            .iter()
            .map(|one| {
                (
                    &*one.event.object.kind,
                    &*one.event.message,
                    one.count,
                    one.others,
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("Pod", "pulled the image", 1, 0),
                ("Node", "back-off 40s restarting web of web-b", 1, 0),
                ("Pod", "back-off 80s restarting web of web-b", 8, 1),
            ]
        );
    }
}
