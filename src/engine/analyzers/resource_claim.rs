//! ResourceClaims: devices that are not there for a pod that waits for them.

use jiff::Timestamp;

use super::{Analysis, Analyzer, Code, codes, facts, grace, replicas};
use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{Pod, ResourceClaim};
use crate::engine::object::{Key, Kind};
use crate::engine::world::World;

/// Finds claims of devices that are not allotted.
pub struct ResourceClaimAnalyzer;

impl Analyzer for ResourceClaimAnalyzer {
    fn name(&self) -> &'static str {
        "ResourceClaim"
    }

    fn kind(&self) -> Kind {
        Kind::ResourceClaim
    }

    fn codes(&self) -> &'static [Code] {
        codes::device::CODES
    }

    fn reads(&self) -> &'static [Kind] {
        &[Kind::Pod]
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        match changed.kind {
            Kind::ResourceClaim => keys.push(changed.clone()),
            Kind::Pod => {
                let pod = world.get::<Pod>(&changed.namespace, &changed.name);
                let claims = pod.into_iter().flat_map(Pod::resource_claims);
                keys.extend(claims.map(|claim| Key::new(self.kind(), &changed.namespace, claim)));
            }
            _ => {}
        }
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let mut analysis = Analysis::default();
        let Some(claim) = world.get::<ResourceClaim>(&key.namespace, &key.name) else {
            return analysis;
        };
        if claim.status.allocation.is_some() || claim.metadata.deletion_timestamp.is_some() {
            return analysis;
        }
        // A claim is allotted when a pod is placed: without a pod that waits nothing is wrong.
        let waiting: Vec<Key> = world
            .referrers_of(key, Kind::Pod)
            .filter(|pod| {
                world.get::<Pod>(&pod.namespace, &pod.name).is_some_and(|pod| {
                    pod.spec.node_name.is_empty()
                        && pod.spec.scheduling_gates.is_empty()
                        && pod.status.phase == "Pending"
                        && !pod.is_terminating()
                })
            })
            .collect();
        let pods = waiting
            .iter()
            .filter_map(|pod| world.get::<Pod>(&pod.namespace, &pod.name));
        let since = pods.filter_map(|pod| pod.metadata.creation_timestamp).min();
        if waiting.is_empty() || replicas::is_early(since, grace::ALLOCATION, now, &mut analysis) {
            return analysis;
        }
        let asked = asked(claim);
        let classes: Vec<&str> = asked.iter().map(|(_, class)| *class).collect();
        let title = match classes.as_slice() {
            [] => "no device is allotted to it".to_owned(),
            classes => format!("no device of class {} is allotted to it", classes.join(" or ")),
        };
        let mut finding = Finding::new("ResourceClaimPending", Severity::Critical, key.object(), title);
        finding.owner = world.top_owner(key);
        finding.since = since;
        finding.message = "A pod waits for the devices of this claim, and no node has them free.".into();
        finding
            .evidence
            .push(Evidence::field(key.object(), "status.allocation", ""));
        for (path, class) in asked {
            finding.evidence.push(Evidence::field(key.object(), path, class));
        }
        for pod in waiting.iter().take(3) {
            let text = "waits for this claim";
            finding.evidence.push(facts::related(pod.object(), text));
        }
        analysis.findings.push(finding);
        analysis
    }
}

/// The classes of the devices that a claim asks for, each with the field that says it.
fn asked(claim: &ResourceClaim) -> Vec<(String, &str)> {
    let requests = claim.spec.devices.requests.iter().enumerate();
    requests
        .flat_map(|(index, request)| {
            let place =
                move |choice: String| format!("spec.devices.requests[{index}].{choice}.deviceClassName");
            let exactly = request
                .exactly
                .iter()
                .map(move |one| (place("exactly".to_owned()), one));
            let others = request.first_available.iter().enumerate();
            let others = others.map(move |(at, one)| (place(format!("firstAvailable[{at}]")), one));
            exactly.chain(others)
        })
        .map(|(path, choice)| (path, choice.device_class_name.as_str()))
        .collect()
}
