//! PodDisruptionBudgets: those that allow nothing, protect nothing, or cannot be kept.

use jiff::Timestamp;

use super::exam::Exam;
use super::messages::brief;
use super::{Analysis, Analyzer, Code, codes, facts, grace, selection};
use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};
use crate::engine::kinds::{Node, Pod, PodDisruptionBudget, Selector, condition};
use crate::engine::object::{Key, Kind};
use crate::engine::world::World;

/// Finds budgets that block a drain for ever, or protect nothing.
pub struct DisruptionBudgetAnalyzer;

impl Analyzer for DisruptionBudgetAnalyzer {
    fn name(&self) -> &'static str {
        "PodDisruptionBudget"
    }

    fn kind(&self) -> Kind {
        Kind::PodDisruptionBudget
    }

    fn codes(&self) -> &'static [Code] {
        codes::budget::CODES
    }

    fn reads(&self) -> &'static [Kind] {
        &[
            Kind::Pod,
            Kind::Node,
            Kind::Deployment,
            Kind::StatefulSet,
            Kind::DaemonSet,
        ]
    }

    fn affected(&self, world: &World, changed: &Key, keys: &mut Vec<Key>) {
        let of_pod = |namespace: &str, pod: Option<&Pod>| {
            let budgets = world.in_namespace::<PodDisruptionBudget>(namespace);
            let budgets = budgets.filter(|budget| {
                let selector = budget.spec.selector.as_ref();
                pod.is_none_or(|pod| selector.is_some_and(|one| one.matches(&pod.metadata.labels)))
            });
            budgets
                .map(|budget| Key::new(Kind::PodDisruptionBudget, namespace, &budget.metadata.name))
                .collect::<Vec<_>>()
        };
        match changed.kind {
            Kind::PodDisruptionBudget => keys.push(changed.clone()),
            Kind::Pod => {
                let pod = world.get::<Pod>(&changed.namespace, &changed.name);
                keys.extend(of_pod(&changed.namespace, pod));
            }
            Kind::Deployment | Kind::StatefulSet | Kind::DaemonSet => {
                keys.extend(world.keys_in(Kind::PodDisruptionBudget, &changed.namespace));
            }
            // What matters of a node is whether it is being emptied, and then its pods' budgets are few.
            Kind::Node if world.count(Kind::PodDisruptionBudget) > 0 => {
                for pod in world.pods_on(&changed.name) {
                    let pod = world.get::<Pod>(&pod.namespace, &pod.name);
                    keys.extend(
                        pod.into_iter()
                            .flat_map(|pod| of_pod(&pod.metadata.namespace, Some(pod))),
                    );
                }
            }
            _ => {}
        }
    }

    fn analyze(&self, world: &World, key: &Key, now: Timestamp) -> Analysis {
        let mut exam = Exam::new(world, key, now);
        let budget = world
            .get::<PodDisruptionBudget>(&key.namespace, &key.name)
            .filter(|budget| budget.metadata.deletion_timestamp.is_none());
        if let Some(budget) = budget {
            check(&mut exam, budget);
        }
        exam.analysis
    }
}

fn check(exam: &mut Exam, budget: &PodDisruptionBudget) {
    let namespace = &exam.key.namespace;
    let none = Selector::default();
    let selector = budget.spec.selector.as_ref();
    // A status of another spec says nothing of this one.
    let current = budget.status.observed_generation >= budget.metadata.generation;
    // Its controller counts its pods: they are only looked at where it counts none, or where they say why.
    let pods = || {
        selector
            .into_iter()
            .flat_map(|selector| selection::pods(exam.world, namespace, selector))
    };
    if !current || budget.status.expected_pods == 0 {
        if exam.knows(Kind::Pod, namespace) && pods().next().is_none() {
            return selects_nothing(exam, budget, selector.unwrap_or(&none));
        }
        if !current {
            return;
        }
    }
    let status = &budget.status;
    let allowed = condition(&status.conditions, "DisruptionAllowed");
    if let Some(failed) = allowed.filter(|one| one.status == "False" && one.reason == "SyncFailed") {
        let mut finding = exam.finding(
            "BudgetSyncFailed",
            Severity::Warning,
            brief(&format!("cannot be kept: {}", failed.message), 110),
        );
        finding.message = failed.message.clone();
        finding.since = failed.last_transition_time;
        finding.evidence.extend(facts::condition(
            &exam.object,
            &status.conditions,
            "DisruptionAllowed",
        ));
        exam.report(finding);
    } else if status.current_healthy < status.desired_healthy.min(status.expected_pods) {
        let pods: Vec<&Pod> = pods().collect();
        too_few(exam, budget, &pods);
    } else if status.expected_pods > 0
        && status.disruptions_allowed == 0
        && status.desired_healthy >= status.expected_pods
    {
        let pods: Vec<&Pod> = pods().collect();
        never(exam, budget, &pods);
    }
}

fn selects_nothing(exam: &mut Exam, budget: &PodDisruptionBudget, selector: &Selector) {
    let namespace = &*exam.key.namespace;
    let all = budget.spec.selector.is_some() && selection::is_empty(selector);
    if all
        || (!selection::is_empty(selector) && selection::awaits(exam.world, namespace, selector))
        || exam.is_early(budget.metadata.creation_timestamp, grace::SELECTOR)
    {
        return;
    }
    let words = selection::words(selector);
    let meant = selection::meant(exam.world, namespace, selector);
    let (severity, title) = match &meant {
        Some(near) => (
            Severity::Warning,
            format!(
                "selects {}, but the pods are labelled {}",
                near.wanted_words(),
                near.has_words()
            ),
        ),
        None if words.is_empty() => (Severity::Info, "has no selector: it protects nothing".to_owned()),
        None => (Severity::Info, format!("selects {words}, which no pod has")),
    };
    let mut finding = exam.finding("BudgetSelectsNothing", severity, title);
    finding.message = match &meant {
        Some(near) => format!(
            "No pod has the labels {words}, so the budget protects nothing. Pod {} has {} instead.",
            near.pod.name,
            near.has_words()
        ),
        None => "The budget protects no pod: any number of them may be evicted at once.".to_owned(),
    }
    .into();
    finding.since = budget.metadata.creation_timestamp;
    finding.evidence.push(exam.field("spec.selector", &*words));
    finding
        .evidence
        .push(exam.field("status.expectedPods", budget.status.expected_pods.to_string()));
    if let Some(near) = meant {
        finding.evidence.extend(near.has.iter().map(|(key, value)| {
            Evidence::field(
                near.pod.object(),
                format!("metadata.labels[\"{key}\"]"),
                value.as_str(),
            )
        }));
    }
    exam.report(finding);
}

/// Fewer healthy pods than it demands: its pods say why.
fn too_few(exam: &mut Exam, budget: &PodDisruptionBudget, pods: &[&Pod]) {
    let unready = pods.iter().filter(|pod| !pod.is_ready());
    let since = unready
        .clone()
        .filter_map(|pod| pod.condition("Ready")?.last_transition_time)
        .max();
    if exam.is_early(since, grace::BUDGET) {
        return;
    }
    let status = &budget.status;
    let mut finding = exam.finding(
        "BudgetTooFewHealthy",
        Severity::Warning,
        format!(
            "only {} of the {} pods that it demands are healthy: none may be evicted",
            status.current_healthy, status.desired_healthy
        ),
    );
    finding.message =
        "While fewer pods are healthy than the budget demands, a drain of their nodes waits.".into();
    finding.since = since;
    counts(exam, budget, &mut finding);
    for pod in unready.take(3) {
        let object = Key::new(Kind::Pod, &exam.key.namespace, &pod.metadata.name).object();
        finding
            .evidence
            .extend(facts::condition(&object, &pod.status.conditions, "Ready"));
    }
    exam.report(finding);
}

/// All pods are healthy, and none may ever be evicted: it demands all of them, or more than there are.
fn never(exam: &mut Exam, budget: &PodDisruptionBudget, pods: &[&Pod]) {
    let status = &budget.status;
    let draining = pods.iter().find_map(|pod| {
        let node = exam.world.get::<Node>("", &pod.spec.node_name)?;
        node.spec.unschedulable.then_some(&pod.spec.node_name)
    });
    let (path, value, by_intent) = match (&budget.spec.max_unavailable, &budget.spec.min_available) {
        (Some(none), _) => ("spec.maxUnavailable", none, true),
        (None, Some(all)) => {
            let alone = status.expected_pods == 1 && status.desired_healthy == 1;
            ("spec.minAvailable", all, alone)
        }
        (None, None) => return,
    };
    // A budget of a single pod, or of none unavailable, says: ask me first. It is a fault where someone has to wait.
    let severity = if by_intent && draining.is_none() {
        Severity::Info
    } else {
        Severity::Warning
    };
    let title = match draining {
        Some(node) => format!("keeps node {node} from being drained: no pod may ever be evicted"),
        None => "no pod may ever be evicted: a drain of their nodes would not end".to_owned(),
    };
    let mut finding = exam.finding("BudgetAllowsNothing", severity, title);
    finding.message = format!(
        "{} is {value} and {} {} expected, so that the number of pods that may be evicted is always 0.",
        path.trim_start_matches("spec."),
        status.expected_pods,
        if status.expected_pods == 1 {
            "pod is"
        } else {
            "pods are"
        },
    )
    .into();
    finding.since = budget.metadata.creation_timestamp;
    finding.evidence.push(exam.field(path, value.to_string()));
    counts(exam, budget, &mut finding);
    if let Some(node) = draining {
        let node = Key::new(Kind::Node, "", node).object();
        finding
            .evidence
            .push(facts::related(node, "cordoned, and one of the pods is on it"));
    }
    exam.report(finding);
}

fn counts(exam: &Exam, budget: &PodDisruptionBudget, finding: &mut Finding) {
    let status = &budget.status;
    for (path, value) in [
        ("status.disruptionsAllowed", status.disruptions_allowed),
        ("status.currentHealthy", status.current_healthy),
        ("status.desiredHealthy", status.desired_healthy),
        ("status.expectedPods", status.expected_pods),
    ] {
        finding.evidence.push(exam.field(path, value.to_string()));
    }
}
