//! LimitRanges: what they keep from being made now.

use std::sync::LazyLock;

use jiff::Timestamp;
use regex::Regex;

use super::messages::admission::Denial;
use super::{Analysis, Analyzer, Code, codes, creation, quantity};
use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{LimitRange, LimitRangeItem};
use crate::engine::object::{Key, Kind, ObjectRef};
use crate::engine::world::World;

/// `maximum memory usage per Container is 256Mi, but limit is 1Gi.`, and the same for a minimum; `memory max limit to
/// request ratio per Container is 2, but provided ratio is 4.000000.`
#[expect(
    clippy::unwrap_used,
    reason = "constant pattern, compiled by the test of this module"
)]
static RULE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?:(?P<bound>maximum|minimum) (?P<resource>\S+) usage|(?P<ratio>\S+) max limit to request ratio) per (?P<type>\w+) is (?P<amount>[0-9A-Za-z.]+)",
    )
    .unwrap()
});

/// Finds limit ranges that hold something up.
pub struct LimitRangeAnalyzer;

impl Analyzer for LimitRangeAnalyzer {
    fn name(&self) -> &'static str {
        "LimitRange"
    }

    fn kind(&self) -> Kind {
        Kind::LimitRange
    }

    fn codes(&self) -> &'static [Code] {
        codes::quota::LIMIT_RANGE
    }

    fn reads(&self) -> &'static [Kind] {
        creation::MAKERS
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        creation::affected(world, self.kind(), changed, keys);
    }

    fn analyze(&self, world: &World, key: &Key, _now: Timestamp) -> Analysis {
        let mut analysis = Analysis::default();
        if world.get::<LimitRange>(&key.namespace, &key.name).is_none() {
            return analysis;
        }
        let object = key.object();
        let mut blocked = creation::refusals(world, &key.namespace);
        blocked.retain(|one| {
            matches!(&one.denial, Denial::LimitRange(said) if that_says(world, &key.namespace, said).as_ref() == Some(&object))
        });
        let Some(Denial::LimitRange(said)) = blocked.first().map(|one| &one.denial) else {
            return analysis;
        };
        let (words, evidence) = creation::blocked_words(world, &blocked);
        let title = super::messages::brief(&format!("{said}: no pods for {words}"), 140);
        let mut finding = Finding::new("LimitRangeForbids", Severity::Warning, object.clone(), title);
        finding.message = format!(
            "LimitRange {} bounds what containers of namespace {} may ask for, and the API server refuses what asks \
             for something else: {said}.",
            key.name, key.namespace
        )
        .into();
        finding.since = blocked.iter().filter_map(|one| one.since).min();
        finding.evidence = evidence;
        if let Some((path, amount)) = bound(world, key, said) {
            finding.evidence.push(Evidence::field(object, path, amount));
        }
        analysis.findings.push(finding);
        analysis
    }
}

/// The limit range of a namespace that has the bound which the API server quotes; the message names none.
pub(super) fn that_says(world: &World, namespace: &str, said: &str) -> Option<ObjectRef> {
    world
        .in_namespace::<LimitRange>(namespace)
        .map(|range| Key::new(Kind::LimitRange, namespace, &range.metadata.name))
        .find(|key| bound(world, key, said).is_some())
        .map(|key| key.object())
}

/// Where in a limit range the bound stands that is quoted, and what it is.
fn bound(world: &World, key: &Key, said: &str) -> Option<(String, String)> {
    let range = world.get::<LimitRange>(&key.namespace, &key.name)?;
    let found = RULE.captures(said)?;
    let word = |name: &str| found.name(name).map_or("", |group| group.as_str());
    let quoted = quantity::value(word("amount").trim_end_matches('.'))?;
    let (field, resource) = match word("bound") {
        "maximum" => ("max", word("resource")),
        "minimum" => ("min", word("resource")),
        _ => ("maxLimitRequestRatio", word("ratio")),
    };
    let resource = resource.trim_start_matches("requests.");
    let place = |item: &LimitRangeItem| {
        let amounts = match field {
            "max" => &item.max,
            "min" => &item.min,
            _ => &item.max_limit_request_ratio,
        };
        amounts
            .get(resource)
            .filter(|amount| quantity::value(amount) == Some(quoted))
            .map(str::to_owned)
    };
    let (index, amount) = range
        .spec
        .limits
        .iter()
        .enumerate()
        .filter(|(_, item)| item.kind == word("type"))
        .find_map(|(index, item)| Some((index, place(item)?)))?;
    Some((format!("spec.limits[{index}].{field}[\"{resource}\"]"), amount))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_api_servers_words_name_a_bound() {
        for (said, want) in [
            (
                "maximum memory usage per Container is 256Mi, but limit is 1Gi.",
                Some(("memory", "Container", "256Mi")),
            ),
            (
                "minimum cpu usage per Pod is 100m, but request is 50m",
                Some(("cpu", "Pod", "100m")),
            ),
            (
                "maximum cpu usage per Container is 500m.  No limit is specified",
                Some(("cpu", "Container", "500m.")),
            ),
            (
                "memory max limit to request ratio per Container is 2, but provided ratio is 4.0",
                Some(("memory", "Container", "2")),
            ),
            ("nothing of the kind", None),
        ] {
            let found = RULE.captures(said);
            let group = |name| {
                found
                    .as_ref()
                    .and_then(|found| found.name(name))
                    .map(|group| group.as_str())
            };
            let resource = group("resource").or(group("ratio"));
            let seen = resource.map(|resource| (resource, group("type").unwrap(), group("amount").unwrap()));
            assert_eq!(seen, want, "{said}");
        }
    }
}
