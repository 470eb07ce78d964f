//! Services: nobody behind them.

mod clients;
pub(super) mod near;
mod outside;
mod ports;
mod protocol;
pub(super) mod workloads;

use jiff::Timestamp;

use super::exam::Exam;
use super::{Analysis, Analyzer, Code, codes, facts, grace};
use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{EndpointSlice, Pod, Service, StatefulSet};
use crate::engine::object::{Key, Kind, ObjectRef};
use crate::engine::world::{Sync, World};

/// Finds Services that lead nowhere.
pub struct ServiceAnalyzer;

impl Analyzer for ServiceAnalyzer {
    fn name(&self) -> &'static str {
        "Service"
    }

    fn kind(&self) -> Kind {
        Kind::Service
    }

    fn codes(&self) -> &'static [Code] {
        codes::service::CODES
    }

    fn reads(&self) -> &'static [Kind] {
        &[
            Kind::Service,
            Kind::Pod,
            Kind::EndpointSlice,
            Kind::Deployment,
            Kind::StatefulSet,
            Kind::DaemonSet,
        ]
    }

    fn keys(&self, world: &World, namespace: Option<&str>) -> Vec<Key> {
        let mut keys = match namespace {
            Some(namespace) => world.keys_in(Kind::Service, namespace),
            None => world.keys(Kind::Service),
        };
        keys.extend(world.missing_services_named(namespace));
        keys
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        let service = |name: &str| Key::new(Kind::Service, &changed.namespace, name);
        match changed.kind {
            Kind::Service => {
                keys.push(changed.clone());
                // Names that lead to a Service that comes or goes.
                keys.extend(world.referrers_of(changed, Kind::Service));
                // One that is missing may have been written for this one.
                keys.extend(world.missing_services_named(Some(&changed.namespace)));
            }
            Kind::Event => keys.extend(super::pod::about(world, changed, Kind::Service)),
            Kind::EndpointSlice => {
                if let Some(slice) = world.get::<EndpointSlice>(&changed.namespace, &changed.name) {
                    keys.extend(slice.service().map(service));
                }
            }
            // Labels that a pod had before show in the slice, which its controller then writes.
            Kind::Pod => {
                if let Some(pod) = world.get::<Pod>(&changed.namespace, &changed.name) {
                    keys.extend(
                        world
                            .services_selecting(pod)
                            .map(|one| service(&one.metadata.name)),
                    );
                    keys.extend(world.services_unreached_by(pod));
                }
            }
            Kind::Deployment | Kind::StatefulSet | Kind::DaemonSet => {
                keys.extend(workloads::services_of(world, changed).map(|one| service(&one.metadata.name)));
                if let Some(set) = world.get::<StatefulSet>(&changed.namespace, &changed.name) {
                    let own = service(&set.spec.service_name);
                    keys.extend((changed.kind == Kind::StatefulSet).then_some(own));
                }
            }
            _ => {}
        }
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let mut exam = Exam::new(world, key, now);
        let Some(service) = world.get::<Service>(&key.namespace, &key.name) else {
            clients::missing(&mut exam);
            return exam.analysis;
        };
        if service.metadata.deletion_timestamp.is_none() {
            outside::check(&mut exam, service);
            clients::ports(&mut exam, service);
        }
        let analysis = exam.analysis;
        let spec = &service.spec;
        // Without a selector its endpoints are someone else's; an ExternalName has none.
        let unmanaged = spec.selector.is_empty() || spec.kind == "ExternalName";
        let known = [Kind::Pod, Kind::EndpointSlice]
            .iter()
            .all(|kind| world.sync(*kind, &key.namespace) == Sync::Synced);
        if unmanaged || !known || service.metadata.deletion_timestamp.is_some() {
            return analysis;
        }
        let mut case = Case {
            world,
            key,
            service,
            now,
            object: key.object(),
            slices: world.slices(&key.namespace, &key.name).collect(),
            analysis,
        };
        case.check();
        case.analysis
    }
}

/// One Service under examination.
struct Case<'a> {
    world: &'a World,
    key: &'a Key,
    service: &'a Service,
    now: Timestamp,
    object: ObjectRef,
    slices: Vec<&'a EndpointSlice>,
    analysis: Analysis,
}

impl Case<'_> {
    fn check(&mut self) {
        if self.is_early(self.service.metadata.creation_timestamp, grace::ENDPOINTS) {
            return;
        }
        let ready = self
            .slices
            .iter()
            .flat_map(|slice| &slice.endpoints)
            .any(|endpoint| endpoint.conditions.ready != Some(false));
        if ready {
            return self.ports();
        }
        let pods: Vec<&Pod> = self
            .world
            .in_namespace::<Pod>(&self.key.namespace)
            .filter(|pod| self.selects(pod) && !matches!(pod.status.phase.as_str(), "Succeeded" | "Failed"))
            .collect();
        if pods.is_empty() {
            self.nobody();
        } else {
            self.none_ready(&pods);
        }
    }

    fn selects(&self, pod: &Pod) -> bool {
        self.service
            .spec
            .selector
            .iter()
            .all(|(key, value)| pod.metadata.labels.get(key) == Some(value))
    }

    fn is_early(&mut self, since: Option<Timestamp>, seconds: i64) -> bool {
        let Some(end) = since.map(|since| grace::later(since, seconds)) else {
            return false;
        };
        let early = self.now < end;
        if early {
            self.analysis.look_again_at(end);
        }
        early
    }

    fn finding(&self, code: &str, severity: Severity, title: impl Into<String>) -> Finding {
        let mut finding = Finding::new(code, severity, self.object.clone(), title.into());
        finding.evidence.extend(self.selector_facts());
        finding
    }

    fn selector_facts(&self) -> Vec<Evidence> {
        self.service
            .spec
            .selector
            .iter()
            .map(|(key, value)| {
                Evidence::field(self.object.clone(), format!("spec.selector[\"{key}\"]"), value)
            })
            .collect()
    }

    fn slice_fact(&self) -> Option<Evidence> {
        let slice = self.slices.first()?;
        let object = Key::new(Kind::EndpointSlice, &self.key.namespace, &slice.metadata.name).object();
        let ready = slice
            .endpoints
            .iter()
            .filter(|endpoint| endpoint.conditions.ready != Some(false))
            .count();
        Some(Evidence::field(
            object,
            "endpoints",
            format!("{} endpoints, {ready} ready", slice.endpoints.len()),
        ))
    }

    /// No pod has the labels: by intent, by a typing error, or because none is created.
    fn nobody(&mut self) {
        let selector = &self.service.spec.selector;
        if let Some(workload) = workloads::behind(self.world, &self.key.namespace, selector) {
            return self.workload_without_pods(&workload);
        }
        let near = near::find(self.world, &self.key.namespace, selector);
        let wanted = near::words(selector.iter());
        let ended: Vec<&Pod> = self
            .world
            .in_namespace::<Pod>(&self.key.namespace)
            .filter(|pod| self.selects(pod))
            .collect();
        let (severity, title, message) = match &near {
            // A run that is over and well needs no more requests.
            _ if !ended.is_empty() => (
                if ended.iter().all(|pod| pod.status.phase == "Succeeded") {
                    Severity::Info
                } else {
                    Severity::Warning
                },
                format!("selects {wanted}, and every pod that has it has ended"),
                format!(
                    "Of the pods with the labels {wanted} none runs; ended: {}.",
                    ended.len()
                ),
            ),
            Some(near) => (
                Severity::Critical,
                format!(
                    "selects {}, but the pods are labelled {}",
                    near.wanted_words(),
                    near.has_words()
                ),
                format!(
                    "No pod has the labels {wanted}. Pod {} has {}{}.",
                    near.pod.name,
                    near.has_words(),
                    if near.same_keys() {
                        " instead"
                    } else {
                        ", under another key"
                    },
                ),
            ),
            None => (
                Severity::Warning,
                format!("selects {wanted}, which no pod has"),
                format!(
                    "No pod in namespace {} has the labels {wanted}.",
                    self.key.namespace
                ),
            ),
        };
        let mut finding = self.finding("ServiceSelectsNothing", severity, title);
        finding.message = message.into();
        finding.since = self.service.metadata.creation_timestamp;
        if let Some(near) = near {
            for (key, value) in &near.has {
                finding.evidence.push(Evidence::field(
                    near.pod.object(),
                    format!("metadata.labels[\"{key}\"]"),
                    value.as_str(),
                ));
            }
        }
        finding.evidence.extend(self.slice_fact());
        self.analysis.findings.push(finding);
    }

    fn workload_without_pods(&mut self, workload: &workloads::Workload) {
        let short = workload.object.short().replace('/', " ");
        let by_intent = workload.replicas == 0;
        let dns = *self.key.namespace == *"kube-system" && matches!(&*self.key.name, "kube-dns" | "coredns");
        let (code, severity, title) = match (by_intent, dns) {
            (true, true) => (
                "ServiceScaledToZero",
                Severity::Critical,
                format!("the cluster's DNS has no pods: {short} is scaled to 0"),
            ),
            (true, false) => (
                "ServiceScaledToZero",
                Severity::Info,
                format!("has no pods: {short} is scaled to 0"),
            ),
            (false, _) => (
                "ServiceNoReadyEndpoints",
                Severity::Critical,
                format!("has no pods: {short} has none"),
            ),
        };
        let mut finding = self.finding(code, severity, title);
        finding.message = if by_intent {
            format!("{short} is what the Service selects, and it is scaled to 0: nobody answers.").into()
        } else {
            format!("{short} is what the Service selects, and none of its pods exists: nobody answers.")
                .into()
        };
        finding.evidence.insert(
            0,
            Evidence::field(
                workload.object.clone(),
                "spec.replicas",
                workload.replicas.to_string(),
            ),
        );
        finding.evidence.extend(self.slice_fact());
        finding.culprit = Some(workload.object.clone());
        self.analysis.findings.push(finding);
    }

    /// Pods are there, and none takes traffic.
    fn none_ready(&mut self, pods: &[&Pod]) {
        let ready: Vec<&&Pod> = pods
            .iter()
            .filter(|pod| pod.is_ready() && !pod.is_terminating())
            .collect();
        let since = pods
            .iter()
            .filter_map(|pod| {
                pod.condition("Ready")
                    .and_then(|ready| ready.last_transition_time)
            })
            .max();
        if !ready.is_empty() {
            return self.forgotten(&ready, since);
        }
        // Pods that start: those that fail already say so themselves.
        let starting = pods.iter().any(|pod| !pod.is_terminating() && !is_failing(pod));
        let youngest = pods
            .iter()
            .filter_map(|pod| pod.metadata.creation_timestamp)
            .max();
        if (starting && self.is_early(youngest, grace::ENDPOINTS_STARTING))
            || self.is_early(since, grace::READY_AGAIN)
        {
            return;
        }
        let mut finding = self.finding(
            "ServiceNoReadyEndpoints",
            Severity::Critical,
            "none of its pods is ready",
        );
        finding.message = match pods.len() {
            1 => "The one pod behind the Service is not ready: nobody answers.".into(),
            many => format!("None of the {many} pods behind the Service is ready: nobody answers.").into(),
        };
        finding.since = since;
        for pod in pods.iter().take(3) {
            let object = Key::new(Kind::Pod, &self.key.namespace, &pod.metadata.name).object();
            finding
                .evidence
                .extend(facts::condition(&object, &pod.status.conditions, "Ready"));
        }
        finding.evidence.extend(self.slice_fact());
        self.analysis.findings.push(finding);
    }

    /// Pods are ready, and the endpoints do not say so: the controller does not run, or cannot write.
    fn forgotten(&mut self, ready: &[&&Pod], since: Option<Timestamp>) {
        if self.is_early(since, grace::ENDPOINTS) {
            return;
        }
        let mut finding = self.finding(
            "ServiceEndpointsStale",
            Severity::Critical,
            "its pods are ready, but none of them is among its endpoints",
        );
        finding.message =
            "The controller that keeps EndpointSlices has not written the ready pods: it may not run.".into();
        finding.since = since;
        for pod in ready.iter().take(3) {
            let object = Key::new(Kind::Pod, &self.key.namespace, &pod.metadata.name).object();
            finding
                .evidence
                .extend(facts::condition(&object, &pod.status.conditions, "Ready"));
        }
        finding.evidence.extend(self.slice_fact());
        self.analysis.findings.push(finding);
    }
}

fn is_failing(pod: &Pod) -> bool {
    let scheduled = pod
        .condition("PodScheduled")
        .is_none_or(|scheduled| scheduled.status == "True");
    !scheduled
        || pod.statuses().any(|(_, _, status)| {
            let waits = status.state.waiting.as_ref().is_some_and(|waiting| {
                !matches!(&*waiting.reason, "" | "ContainerCreating" | "PodInitializing")
            });
            waits || status.restart_count > 0
        })
}
