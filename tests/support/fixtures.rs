//! Snapshots as the engine would make them of the shop in which the example of the screens happens.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use k8stui::engine::coverage::{Coverage, Entry, Status};
use k8stui::engine::evidence::dossier::EventLine;
use k8stui::engine::evidence::{Evidence, Numbered, Source};
use k8stui::engine::finding::{Finding, Severity};
use k8stui::engine::object::ObjectRef;
use k8stui::engine::problem::{Confidence, Diagnosis, Member, Problem, Role, State, SuggestedCommand};
use k8stui::engine::snapshot::{ClusterInfo, Connection, Snapshot};

/// The moment that every screen shows.
pub fn now() -> Timestamp {
    "2026-11-21T10:25:10Z".parse().unwrap()
}

/// So many seconds before [`now`].
pub fn ago(seconds: i64) -> Timestamp {
    now() - SignedDuration::from_secs(seconds)
}

const M: i64 = 60;
const H: i64 = 3600;
const D: i64 = 86_400;

/// An object of a watched kind, or another of the core group.
pub fn object(kind: &str, namespace: &str, name: &str) -> ObjectRef {
    let api_version = match kind {
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" => "apps/v1",
        "Job" | "CronJob" => "batch/v1",
        "Ingress" => "networking.k8s.io/v1",
        "PodDisruptionBudget" => "policy/v1",
        "HorizontalPodAutoscaler" => "autoscaling/v2",
        _ => "v1",
    };
    ObjectRef::new(api_version, kind, namespace, name)
}

/// A problem of one finding, to be changed.
pub struct Draft(pub Problem);

impl Draft {
    pub fn new(severity: Severity, owner: ObjectRef, title: &str, since: i64) -> Self {
        let id = format!("{}-{}", owner.kind.to_lowercase(), owner.name);
        Self(Problem {
            id: id.as_str().into(),
            aliases: Vec::new(),
            cluster: "cluster".into(),
            state: State::Active,
            severity,
            title: title.into(),
            count: 1,
            since: Some(ago(since)),
            culprit: owner.clone(),
            owner,
            provisional: false,
            unknown_cause: Vec::new(),
            members: Vec::new(),
            evidence: Vec::new(),
            diagnosis: Diagnosis {
                cause: "".into(),
                confidence: Confidence::Likely,
                why: Vec::new(),
                fix: "".into(),
                commands: Vec::new(),
                docs: None,
                signature: None,
            },
        })
        .member(Role::Root, None, "", 1, since)
    }

    pub fn member(mut self, role: Role, of: Option<ObjectRef>, title: &str, count: u32, since: i64) -> Self {
        let owner = self.0.owner.clone();
        let of = of.unwrap_or_else(|| owner.clone());
        let title = if title.is_empty() {
            self.0.title.to_string()
        } else {
            title.to_owned()
        };
        let is_pod = *of.kind == *"Pod";
        let mut finding = Finding::new("ContainerCrashLoop", self.0.severity, of, title);
        finding.container = is_pod.then(|| "web".into());
        finding.since = Some(ago(since));
        finding.count = count;
        finding.owner = owner;
        let id = format!("{}/{}", self.0.id, self.0.members.len());
        self.0.members.push(Member {
            id: id.as_str().into(),
            finding: Arc::new(finding),
            role,
            evidence: Vec::new(),
            healed: None,
        });
        self
    }

    /// Makes the root a container of a pod.
    pub fn pod(mut self, name: &str, container: &str, title: &str, message: &str, restarts: u32) -> Self {
        let problem = &mut self.0;
        let mut finding = (*problem.members[0].finding).clone();
        finding.object = object("Pod", &problem.owner.namespace, name);
        finding.container = Some(container.into());
        finding.title = title.into();
        finding.message = message.into();
        finding.count = restarts;
        problem.members[0].finding = Arc::new(finding);
        self
    }

    pub fn fact(mut self, evidence: Evidence) -> Self {
        let n = self.0.evidence.len() as u32 + 1;
        self.0.evidence.push(Numbered { n, evidence });
        self.0.members[0].evidence.push(n);
        self
    }

    pub fn diagnosis(
        mut self,
        confidence: Confidence,
        cause: &str,
        fix: &str,
        why: &[u32],
        commands: &[(&str, bool)],
    ) -> Self {
        self.0.diagnosis = Diagnosis {
            cause: cause.into(),
            confidence,
            why: why.to_vec(),
            fix: fix.into(),
            commands: commands
                .iter()
                .map(|(command, mutates)| SuggestedCommand {
                    command: (*command).into(),
                    mutates: *mutates,
                })
                .collect(),
            docs: None,
            signature: None,
        };
        self
    }

    pub fn with(mut self, change: impl FnOnce(&mut Problem)) -> Self {
        change(&mut self.0);
        self
    }

    pub fn done(self) -> Arc<Problem> {
        Arc::new(self.0)
    }
}

const LOG: &str = "[emerg] 1#1: mkdir() \"/var/cache/nginx/client_temp\" failed (30: Read-only file system)";

/// The worst problem of the shop.
pub fn checkout() -> Arc<Problem> {
    let pod = "checkout-7d9f6c5b8d-abc12";
    let deployment = object("Deployment", "shop", "checkout");
    Draft::new(
        Severity::Critical,
        deployment.clone(),
        "checkout cannot write /var/cache/nginx: root file system is read-only",
        4 * M + 10,
    )
    .pod(
        pod,
        "web",
        "cannot write /var/cache/nginx: root file system is read-only",
        "Container web exits with 1 within a second of its start; its log says that it may not create a folder.",
        12,
    )
    .member(
        Role::Equal,
        Some(object("Pod", "shop", "checkout-7d9f6c5b8d-k2xq9")),
        "cannot write /var/cache/nginx: root file system is read-only",
        12,
        4 * M,
    )
    .member(
        Role::Equal,
        Some(object("Pod", "shop", "checkout-7d9f6c5b8d-zz7p4")),
        "cannot write /var/cache/nginx: root file system is read-only",
        11,
        3 * M + 50,
    )
    .member(
        Role::Symptom,
        Some(object("Service", "shop", "checkout")),
        "no ready endpoints",
        1,
        3 * M + 40,
    )
    .member(
        Role::Symptom,
        Some(object("Ingress", "shop", "shop.example")),
        "→ checkout: 503",
        1,
        3 * M + 30,
    )
    .fact(Evidence {
        object: object("Pod", "shop", pod),
        source: Source::Log {
            container: "web".into(),
            container_id: "containerd://5d1c".into(),
            previous: true,
        },
        time: Some(ago(4 * M + 10)),
        text: LOG.into(),
    })
    .fact(Evidence::field(
        deployment.clone(),
        "spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem",
        "true",
    ))
    .fact(Evidence {
        object: object("Pod", "shop", pod),
        source: Source::Event {
            reason: "BackOff".into(),
            count: 40,
        },
        time: Some(ago(7)),
        text: "Back-off restarting failed container web in pod checkout-7d9f6c5b8d-abc12".into(),
    })
    .fact(Evidence {
        object: deployment,
        source: Source::Change {
            path: "spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem".into(),
            what: "readOnlyRootFilesystem".into(),
            old: None,
            new: Some("true".into()),
            origin: "revision 13 (works) → 14 by helm-controller".into(),
        },
        time: Some(ago(6 * M)),
        text: "+ readOnlyRootFilesystem: true".into(),
    })
    .diagnosis(
        Confidence::Certain,
        "The root file system is read-only since revision 14; nginx needs a writable /var/cache/nginx.",
        "Mount an emptyDir at /var/cache/nginx, or go back to the revision that ran.",
        &[1, 2, 3],
        &[
            ("kubectl -n shop rollout undo deployment/checkout", true),
            ("kubectl -n shop logs checkout-7d9f6c5b8d-abc12 -c web -p", false),
        ],
    )
    .with(|problem| problem.count = 3)
    .done()
}

fn small(severity: Severity, kind: &str, namespace: &str, name: &str, title: &str, since: i64) -> Draft {
    Draft::new(severity, object(kind, namespace, name), title, since)
}

/// All problems of the shop, worst first.
pub fn problems() -> Vec<Arc<Problem>> {
    use Severity::{Critical, Warning};
    vec![
        checkout(),
        small(
            Critical,
            "Node",
            "",
            "node-3",
            "node-3 stopped reporting (2 pods on it)",
            2 * M + 5,
        )
        .done(),
        small(
            Critical,
            "StatefulSet",
            "payments",
            "ledger",
            "no node fits payments/ledger-0",
            12 * M,
        )
        .done(),
        small(
            Warning,
            "Deployment",
            "shop",
            "orders",
            "orders: memory limit reached 4× in 10m",
            8 * M,
        )
        .done(),
        small(
            Warning,
            "Deployment",
            "shop",
            "web",
            "web: HPA cannot read CPU metrics",
            H,
        )
        .done(),
        small(
            Warning,
            "Certificate",
            "shop",
            "shop-tls",
            "certificate shop-tls expires in 2 d",
            5 * H,
        )
        .done(),
        small(
            Warning,
            "Job",
            "payments",
            "nightly-report",
            "job nightly-report failed 3 of 3",
            7 * H,
        )
        .done(),
        small(
            Warning,
            "PodDisruptionBudget",
            "shop",
            "api",
            "PDB api allows no disruption",
            3 * D,
        )
        .done(),
        small(
            Warning,
            "Deployment",
            "shop",
            "search",
            "search: image search:2.4 not found",
            20 * M,
        )
        .with(|problem| problem.state = State::Healed(ago(65)))
        .done(),
    ]
}

/// One thing that was looked at.
pub fn looked(kind: &str, status: Status, objects: u64, detail: &str) -> Entry {
    Entry {
        cluster: "cluster".into(),
        what: "kind".into(),
        group: "".into(),
        kind: kind.into(),
        namespace: "".into(),
        status,
        objects,
        detail: detail.into(),
    }
}

/// A live cluster with these problems.
pub fn live(problems: Vec<Arc<Problem>>) -> Snapshot {
    Snapshot {
        cluster: ClusterInfo {
            id: "cluster".into(),
            context: "prod-eu".into(),
            server_version: "v1.34.1".into(),
            namespaces: vec!["shop".into(), "payments".into()],
            connection: Connection::Live,
        },
        problems,
        coverage: Coverage::new(vec![
            looked("Namespace", Status::Ok, 41, ""),
            looked("Secret", Status::Forbidden, 0, "secrets is forbidden"),
        ]),
        objects: 9_726,
        kinds: 13,
        healthy: 9_714,
        healed: 7,
        settled: true,
        since: ago(4 * H + 12 * M),
        at: now(),
    }
}

/// The shop.
pub fn shop() -> Snapshot {
    live(problems())
}

/// The events about the worst problem.
pub fn events() -> Vec<EventLine> {
    let event = |kind: &str, name: &str, warning, reason: &str, message: &str, count, last| EventLine {
        object: object(kind, "shop", name),
        warning,
        reason: reason.into(),
        message: message.into(),
        count,
        first: Some(ago(5 * M)),
        last: Some(ago(last)),
        reporter: "kubelet".into(),
    };
    let pod = "checkout-7d9f6c5b8d-abc12";
    vec![
        event(
            "Deployment",
            "checkout",
            false,
            "ScalingReplicaSet",
            "Scaled up replica set checkout-7d9f6c5b8d from 0 to 3",
            1,
            5 * M,
        ),
        event(
            "Pod",
            pod,
            false,
            "Scheduled",
            "Successfully assigned shop/checkout-7d9f6c5b8d-abc12 to node-1",
            1,
            5 * M,
        ),
        event(
            "Pod",
            pod,
            false,
            "Pulled",
            "Container image \"nginx:1.14.2\" already present on machine",
            12,
            40,
        ),
        event("Pod", pod, false, "Started", "Started container web", 12, 39),
        event(
            "Pod",
            pod,
            true,
            "BackOff",
            "Back-off restarting failed container web in pod checkout-7d9f6c5b8d-abc12_shop(0c9e3f5e-2d0e-4d8f-9d50-7a0d0d8a6f1f)",
            40,
            7,
        ),
    ]
}

/// The Deployment that fails.
pub fn deployment() -> serde_json::Value {
    serde_json::json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {
            "annotations": {"deployment.kubernetes.io/revision": "14"},
            "labels": {"app": "checkout"},
            "name": "checkout",
            "namespace": "shop",
            "generation": 14
        },
        "spec": {
            "replicas": 3,
            "selector": {"matchLabels": {"app": "checkout"}},
            "template": {
                "metadata": {"labels": {"app": "checkout"}},
                "spec": {
                    "containers": [{
                        "image": "nginx:1.14.2",
                        "name": "web",
                        "ports": [{"containerPort": 80, "protocol": "TCP"}],
                        "resources": {"limits": {"memory": "64Mi"}},
                        "securityContext": {"readOnlyRootFilesystem": true}
                    }],
                    "restartPolicy": "Always"
                }
            }
        },
        "status": {"replicas": 3, "unavailableReplicas": 3, "updatedReplicas": 3}
    })
}
