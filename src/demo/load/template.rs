//! Recorded pods with places for what differs from one to the next.

use std::collections::BTreeMap;

use serde_json::Value;

/// The text of an object in which `$NAME` and its kin stand for values.
pub(super) struct Template(&'static str);

/// A pod that serves.
pub(super) const HEALTHY: Template = Template(include_str!("data/healthy.json"));
/// A pod whose container ends as soon as it starts.
pub(super) const CRASHING: Template = Template(include_str!("data/crashing.json"));
/// A pod whose image does not exist.
pub(super) const UNPULLABLE: Template = Template(include_str!("data/unpullable.json"));

impl Template {
    /// The object with these values; a place without a value stays as it is.
    pub(super) fn fill(&self, values: &BTreeMap<&str, &str>) -> Value {
        let mut out = String::with_capacity(self.0.len() + 1024);
        let mut parts = self.0.split('$');
        out.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let end = part.find(|c: char| !c.is_ascii_uppercase()).unwrap_or(part.len());
            let (name, rest) = part.split_at_checked(end).unwrap_or((part, ""));
            if let Some(value) = values.get(name) {
                out.push_str(value);
            } else {
                out.push('$');
                out.push_str(name);
            }
            out.push_str(rest);
        }
        serde_json::from_str(&out).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_the_recorded_pods_is_filled() {
        let names = [
            "NAME",
            "OWNER",
            "NAMESPACE",
            "UID",
            "PARENT",
            "HASH",
            "APP",
            "IP",
            "NODE",
            "CONTAINER",
            "TIME",
        ];
        let values = names.iter().map(|name| (*name, "2026-01-15T10:00:00Z")).collect();
        for template in [HEALTHY, CRASHING, UNPULLABLE] {
            let object = template.fill(&values);
            assert_eq!(object["kind"], "Pod");
            assert!(!object.to_string().contains('$'));
            let size = object.to_string().len();
            assert!(
                (8_000..14_000).contains(&size),
                "{size} bytes are not what the API sends for such a pod"
            );
        }
    }
}
