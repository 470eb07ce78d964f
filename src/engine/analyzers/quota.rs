//! ResourceQuotas: what they keep from being made now, and how near to it they are.

use jiff::Timestamp;

use super::messages::admission::Denial;
use super::{Analysis, Analyzer, Code, codes, creation, quantity};
use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::ResourceQuota;
use crate::engine::object::{Key, Kind, ObjectRef};
use crate::engine::world::World;

/// From this share on a quota is nearly full.
const NEARLY: f64 = 0.9;

/// Finds quotas that hold something up.
pub struct QuotaAnalyzer;

impl Analyzer for QuotaAnalyzer {
    fn name(&self) -> &'static str {
        "ResourceQuota"
    }

    fn kind(&self) -> Kind {
        Kind::ResourceQuota
    }

    fn codes(&self) -> &'static [Code] {
        codes::quota::CODES
    }

    fn reads(&self) -> &'static [Kind] {
        creation::MAKERS
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        creation::affected(world, self.kind(), changed, keys);
    }

    fn analyze(&self, world: &World, key: &Key, _now: Timestamp) -> Analysis {
        let mut analysis = Analysis::default();
        let Some(quota) = world.get::<ResourceQuota>(&key.namespace, &key.name) else {
            return analysis;
        };
        if quota.metadata.deletion_timestamp.is_some() {
            return analysis;
        }
        let mut blocked = creation::refusals(world, &key.namespace);
        blocked
            .retain(|one| matches!(&one.denial, Denial::QuotaExceeded { quota, .. } if **quota == *key.name));
        let finding = match blocked.first().map(|one| &one.denial) {
            Some(Denial::QuotaExceeded { limited, .. }) => {
                let (words, evidence) = creation::blocked_words(world, &blocked);
                let title = format!("quota is used up ({limited}): no more pods for {words}");
                let mut finding = Finding::new("QuotaExceeded", Severity::Warning, key.object(), title);
                finding.message = format!(
                    "ResourceQuota {} allows {limited} in namespace {}, and all of it is used: the API server refuses \
                     what goes beyond.",
                    key.name, key.namespace
                )
                .into();
                finding.since = blocked.iter().filter_map(|one| one.since).min();
                finding.evidence = evidence;
                Some(finding)
            }
            _ => nearly_full(key, quota),
        };
        if let Some(mut finding) = finding {
            finding.evidence.extend(amounts(&key.object(), quota));
            analysis.findings.push(finding);
        }
        analysis
    }
}

/// What is used and allowed of a resource, as numbers; a quota of nothing forbids by intent and is never full.
fn share(quota: &ResourceQuota, resource: &str, hard: &str) -> Option<f64> {
    let hard = quantity::value(hard).filter(|hard| *hard > 0.0)?;
    let used = quantity::value(quota.status.used.get(resource)?)?;
    Some(used / hard)
}

fn nearly_full(key: &Key, quota: &ResourceQuota) -> Option<Finding> {
    let hard = quota.status.hard.iter();
    let (share, resource, amount) = hard
        .filter_map(|(resource, amount)| Some((share(quota, resource, amount)?, resource, amount)))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(share, ..)| *share >= NEARLY)?;
    let used = quota.status.used.get(resource).unwrap_or_default();
    let title = if share >= 1.0 {
        format!("all of {resource} is used ({used} of {amount})")
    } else {
        format!("{resource} is nearly used up ({used} of {amount})")
    };
    let mut finding = Finding::new("QuotaNearlyFull", Severity::Info, key.object(), title);
    finding.message = "Nothing is refused now; a further pod may be.".into();
    Some(finding)
}

fn amounts(object: &ObjectRef, quota: &ResourceQuota) -> Vec<Evidence> {
    let mut facts = Vec::new();
    for (resource, amount) in quota.status.hard.iter() {
        let used = quota.status.used.get(resource).unwrap_or_default();
        let path = |list: &str| format!("status.{list}[\"{resource}\"]");
        facts.push(Evidence::field(object.clone(), path("used"), used));
        facts.push(Evidence::field(object.clone(), path("hard"), amount));
    }
    facts
}
