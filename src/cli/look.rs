//! One look at a cluster: what every headless command begins with.

use std::io::IsTerminal;
use std::sync::Arc;

use futures::future::BoxFuture;

use super::CouldNot;
use super::args::{Cli, ClusterArgs};
use crate::engine::cluster::Live;
use crate::engine::cluster::credential::{Lease, Lender};
use crate::engine::coverage::Status;
use crate::engine::evidence::dossier::Dossier;
use crate::engine::finding::Severity;
use crate::engine::object::Kind;
use crate::engine::problem::{Problem, State};
use crate::engine::snapshot::Snapshot;
use crate::engine::{Engine, Options};

/// A command's own terminal: a credential plugin may ask there.
pub struct OwnTerminal;

impl Lender for OwnTerminal {
    fn lend(&self) -> BoxFuture<'static, Option<Lease>> {
        let lease = std::io::stdin().is_terminal().then(Lease::free);
        Box::pin(async { lease })
    }
}

/// What one look gave, and the engine to ask further.
pub struct Look {
    /// The engine, still running.
    pub engine: Engine,
    /// What it saw.
    pub snapshot: Arc<Snapshot>,
}

/// How much to look at.
#[derive(Clone, Copy)]
pub struct Depth {
    /// The logs of what fails.
    pub logs: bool,
    /// What is allowed more than need be.
    pub posture: bool,
}

/// Everything: what is asked about may be any of it.
pub const ALL: Depth = Depth {
    logs: true,
    posture: true,
};

/// Looks until everything has been read that can be.
///
/// # Errors
/// There is no cluster, or pods cannot be read and nothing was found either.
pub async fn look(cli: &Cli, depth: Depth) -> Result<Look, CouldNot> {
    let live = Live::new(&cli.cluster.access(), Arc::new(OwnTerminal)).await?;
    let scope = cli.cluster.scope(&live.namespace);
    let options = Options {
        scope,
        exclude: cli
            .cluster
            .exclude_namespace
            .iter()
            .map(|name| name.as_str().into())
            .collect(),
        no_logs: !depth.logs,
        posture: depth.posture,
        now: Arc::new(jiff::Timestamp::now),
    };
    let engine = Engine::start(&live, &options);
    let snapshot = engine.settled().await;
    if let Some(why) = blind(&snapshot) {
        return Err(CouldNot(why));
    }
    Ok(Look { engine, snapshot })
}

/// Why nothing can be said at all: pods could not be read anywhere and nothing else was found.
fn blind(snapshot: &Snapshot) -> Option<String> {
    let told = |problem: &Arc<Problem>| problem.severity > Severity::Info;
    if snapshot.problems.iter().any(told) {
        return None;
    }
    let pods: Vec<_> = snapshot
        .coverage
        .entries
        .iter()
        .filter(|entry| *entry.kind == *Kind::Pod.name() && &*entry.what == "kind")
        .collect();
    if pods.iter().any(|entry| matches!(entry.status, Status::Ok)) {
        return None;
    }
    Some(pods.first().map_or_else(
        || "no pod could be read".to_owned(),
        |entry| entry.detail.to_string(),
    ))
}

/// The dossier of what an ID of the command line stands for.
///
/// # Errors
/// There is no such problem.
pub async fn dossier(look: &Look, id: &str) -> Result<Dossier, CouldNot> {
    let problem = find(&look.snapshot, id).ok_or_else(|| {
        CouldNot(format!("there is no problem {id:?}. `k8stui analyze` lists them; an ID is theirs or kind/[namespace/]name"))
    })?;
    look.engine
        .dossier(&problem.id)
        .await
        .ok_or_else(|| CouldNot(format!("{id} has healed meanwhile")))
}

/// Which problems are shown: whole problems are hidden, after their causes were found.
#[derive(Clone, Debug)]
pub struct Shown {
    /// At least so bad.
    pub severity: Severity,
    /// With a member of one of these kinds; any if empty.
    pub kinds: Vec<Kind>,
    /// With a member in one of these namespaces; any if empty.
    pub namespaces: Vec<String>,
}

impl Shown {
    /// What the arguments ask for.
    pub fn new(cluster: &ClusterArgs, severity: Severity, kinds: &[Kind]) -> Self {
        Self {
            severity,
            kinds: kinds.to_vec(),
            namespaces: cluster.namespaces.clone(),
        }
    }

    /// Whether a problem is shown. One look shows what is, not what was a moment ago.
    pub fn shows(&self, problem: &Problem) -> bool {
        let mut objects = problem.members.iter().map(|member| &member.finding.object);
        let in_namespaces = self.namespaces.is_empty()
            || objects.clone().any(|object| {
                // What is in no namespace (a node, a class) belongs to all of them.
                object.namespace.is_empty() || self.namespaces.iter().any(|one| **one == *object.namespace)
            });
        let of_kinds = self.kinds.is_empty()
            || objects.any(|object| self.kinds.iter().any(|kind| *kind.name() == *object.kind));
        problem.state == State::Active && problem.severity >= self.severity && in_namespaces && of_kinds
    }
}

/// The problem that an ID of the command line stands for: a problem's or finding's id, or `kind/[namespace/]name`.
fn find<'a>(snapshot: &'a Snapshot, id: &str) -> Option<&'a Arc<Problem>> {
    if let Some(problem) = snapshot.problem(id) {
        return Some(problem);
    }
    let (kind, rest) = id.split_once('/')?;
    let kind = kind.split('.').next().unwrap_or(kind);
    let (namespace, name) = match rest.split_once('/') {
        Some((namespace, name)) => (Some(namespace), name),
        None => (None, rest),
    };
    let names = |object: &crate::engine::object::ObjectRef| {
        same_kind(kind, &object.kind)
            && *object.name == *name
            && namespace.is_none_or(|one| *object.namespace == *one)
    };
    snapshot.problems.iter().find(|problem| {
        problem.members.iter().any(|member| names(&member.finding.object)) || names(&problem.owner)
    })
}

/// The watched kind that a word of the command line means.
pub fn kind_named(word: &str) -> Result<Kind, String> {
    Kind::ALL
        .iter()
        .copied()
        .find(|kind| same_kind(word, kind.name()))
        .ok_or_else(|| {
            let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
            format!(
                "{word:?} is no kind that is looked at; there are {}",
                names.join(", ")
            )
        })
}

/// Whether a word of the command line means a kind: its name, its plural or kubectl's short name, in any case.
fn same_kind(word: &str, kind: &str) -> bool {
    let short = match kind {
        "Pod" => "po",
        "ReplicaSet" => "rs",
        "Deployment" => "deploy",
        "StatefulSet" => "sts",
        "DaemonSet" => "ds",
        "Service" => "svc",
        "PersistentVolumeClaim" => "pvc",
        "StorageClass" => "sc",
        "Node" => "no",
        "Namespace" => "ns",
        "Event" => "ev",
        "CronJob" => "cj",
        "ReplicationController" => "rc",
        "Ingress" => "ing",
        "NetworkPolicy" => "netpol",
        "PersistentVolume" => "pv",
        "HorizontalPodAutoscaler" => "hpa",
        "PodDisruptionBudget" => "pdb",
        "ResourceQuota" => "quota",
        "LimitRange" => "limits",
        "ServiceAccount" => "sa",
        "ConfigMap" => "cm",
        "PriorityClass" => "pc",
        "CustomResourceDefinition" => "crd",
        "CertificateSigningRequest" => "csr",
        _ => kind,
    };
    let plural = Kind::from_name(kind).map_or("", Kind::plural);
    [short, plural, kind]
        .iter()
        .any(|one| one.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_answer_to_all_their_names() {
        for word in ["pod", "PODS", "po"] {
            assert!(same_kind(word, "Pod"), "{word}");
        }
        assert!(same_kind("deploy", "Deployment") && same_kind("pvc", "PersistentVolumeClaim"));
        assert!(!same_kind("po", "Service"));
    }
}
