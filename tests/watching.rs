//! The watches against a real HTTP API: what is there is in the world, and stays true through what breaks.

use std::sync::Arc;
use std::time::Duration;

use k8stui::demo::clock::Clock;
use k8stui::demo::faults::Expiry;
use k8stui::demo::server::Server;
use k8stui::demo::store::Store;
use k8stui::engine::cluster::credential::NoTerminal;
use k8stui::engine::cluster::{Access, FailureKind, Live};
use k8stui::engine::kinds::{Deployment, Pod, Secret};
use k8stui::engine::object::{Key, Kind};
use k8stui::engine::watch::{self, KindState, Report, Scope};
use k8stui::engine::world::{Delta, Sync, World};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// No condition of these tests needs longer, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server, the watches on it, and the world that they keep.
struct Bed {
    server: Server,
    live: Arc<Live>,
    world: World,
    states: Vec<(Kind, Option<String>, KindState)>,
    broken: Vec<Key>,
    reports: mpsc::Receiver<Report>,
    refresh: tokio::sync::watch::Sender<u64>,
    _watches: JoinSet<()>,
    _kubeconfig: tempfile::NamedTempFile,
}

impl Bed {
    async fn start(objects: Vec<Value>, prepare: impl FnOnce(&Server), scope: Scope) -> Self {
        let store = Store::new(Clock::stepped("2026-11-21T10:00:00Z".parse().unwrap()));
        for object in objects {
            store.apply(object).unwrap();
        }
        let server = Server::start(store).await.unwrap();
        prepare(&server);
        let kubeconfig = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(kubeconfig.path(), server.kubeconfig()).unwrap();
        let access = Access {
            kubeconfig: Some(kubeconfig.path().to_owned()),
            ..Access::default()
        };
        let live = Live::new(&access, Arc::new(NoTerminal)).await.unwrap();
        let (sender, reports) = mpsc::channel(64);
        let (refresh, refreshed) = tokio::sync::watch::channel(0);
        let watches = watch::start(&live, &scope, &sender, &refreshed);
        Self {
            server,
            live,
            world: World::default(),
            states: Vec::new(),
            broken: Vec::new(),
            reports,
            refresh,
            _watches: watches,
            _kubeconfig: kubeconfig,
        }
    }

    /// Takes in reports until the condition holds.
    async fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let waited = tokio::time::timeout(PATIENCE, async {
            while !holds(self) {
                match self.reports.recv().await.unwrap() {
                    Report::Deltas(deltas) => {
                        for delta in deltas {
                            self.world.apply(delta);
                        }
                    }
                    Report::First(objects) => {
                        for object in objects {
                            let key = object.key();
                            if self.world.sync(key.kind, &key.namespace) != Sync::Synced {
                                self.world.apply(Delta::Upsert(object));
                            }
                        }
                    }
                    Report::Kind {
                        kind,
                        namespace,
                        state,
                    } => {
                        self.states
                            .push((kind, namespace.map(|name| name.to_string()), state));
                    }
                    Report::Broken { key, .. } => self.broken.push(key),
                    Report::NoLog(..)
                    | Report::NoHistory(..)
                    | Report::Expected { .. }
                    | Report::Discovered(_)
                    | Report::Asked { .. }
                    | Report::Config { .. }
                    | Report::Covered(_)
                    | Report::Identity { .. } => {}
                }
            }
        });
        assert!(
            waited.await.is_ok(),
            "waited in vain until {what}; states: {:?}",
            self.states
        );
    }

    async fn until_watching(&mut self) {
        self.until("every kind is watched", |bed| {
            Kind::ALL
                .iter()
                .all(|kind| bed.world.sync(*kind, "") == Sync::Synced)
                && bed.watching(Kind::Pod)
        })
        .await;
    }

    fn watching(&self, kind: Kind) -> bool {
        matches!(
            self.states.iter().rfind(|(one, ..)| *one == kind),
            Some((_, _, KindState::Watching))
        )
    }

    fn pod(&self, name: &str) -> Option<&Pod> {
        self.world.get("shop", name)
    }

    fn put(&self, object: Value) {
        self.server.store().apply(object).unwrap();
    }

    fn forget(&self, name: &str) {
        let pods = k8stui::demo::resource::Resource::by_kind("v1", "Pod").unwrap();
        self.server.store().delete(pods, "shop", name).unwrap();
    }
}

fn pod(name: &str, phase: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": name, "namespace": "shop", "labels": {"app": "web"}},
        "spec": {"containers": [{"name": "web", "image": "web:1"}]},
        "status": {"phase": phase},
    })
}

#[tokio::test]
async fn the_world_follows_what_comes_changes_and_goes() {
    let objects = (0..1200).map(|n| pod(&format!("web-{n}"), "Running")).collect();
    let mut bed = Bed::start(objects, |_| (), Scope::default()).await;
    bed.until_watching().await;
    assert_eq!(bed.world.count(Kind::Pod), 1200);
    bed.put(pod("late", "Pending"));
    bed.put(pod("web-7", "Failed"));
    bed.forget("web-8");
    bed.until("all three changes are seen", |bed| {
        bed.pod("late").is_some()
            && bed.pod("web-7").is_some_and(|pod| pod.status.phase == "Failed")
            && bed.pod("web-8").is_none()
    })
    .await;
    assert_eq!(bed.world.count(Kind::Pod), 1200);
}

#[tokio::test]
async fn what_does_not_run_is_known_before_the_list_is_through() {
    let mut objects: Vec<Value> = (0..200).map(|n| pod(&format!("web-{n}"), "Running")).collect();
    objects.push(pod("stuck", "Pending"));
    let slow = |server: &Server| server.faults().slow_lists(Some(Duration::from_millis(30)));
    let mut bed = Bed::start(objects, slow, Scope::default()).await;
    bed.until("the pod that does not run is known", |bed| {
        bed.pod("stuck").is_some()
    })
    .await;
    assert_ne!(
        bed.world.sync(Kind::Pod, ""),
        Sync::Synced,
        "the list was still on its way"
    );
}

#[tokio::test]
async fn a_forgotten_version_is_listed_again() {
    for how in [Expiry::Status, Expiry::Event] {
        let mut bed = Bed::start(
            vec![pod("a", "Running"), pod("b", "Running")],
            |_| (),
            Scope::default(),
        )
        .await;
        bed.until_watching().await;
        bed.server.faults().expire_next_watch(how);
        bed.server.faults().cut_watches_after(Some(1));
        bed.put(pod("a", "Failed"));
        bed.until("the cut is met", |bed| {
            bed.pod("a").is_some_and(|pod| pod.status.phase == "Failed")
        })
        .await;
        bed.server.faults().cut_watches_after(None);
        bed.put(pod("c", "Running"));
        bed.forget("b");
        bed.until("what happened meanwhile is seen", |bed| {
            bed.pod("c").is_some() && bed.pod("b").is_none()
        })
        .await;
    }
}

#[tokio::test]
async fn a_cut_watch_goes_on_where_it_was() {
    let mut bed = Bed::start(vec![pod("a", "Running")], |_| (), Scope::default()).await;
    bed.until_watching().await;
    bed.server.faults().cut_watches_after(Some(1));
    for n in 0..5 {
        bed.put(pod(&format!("new-{n}"), "Running"));
    }
    bed.until("all five are seen", |bed| bed.world.count(Kind::Pod) == 6)
        .await;
}

#[tokio::test]
async fn what_is_forbidden_is_coverage_and_the_rest_goes_on() {
    let forbid = |server: &Server| server.faults().forbid("nodes");
    let mut bed = Bed::start(vec![pod("a", "Running")], forbid, Scope::default()).await;
    // The delta is told before the state: both are awaited.
    bed.until("nodes are known to be forbidden", |bed| {
        let state = bed.states.iter().rfind(|(kind, ..)| *kind == Kind::Node);
        bed.world.sync(Kind::Node, "") == Sync::Unreadable
            && matches!(state, Some((_, _, KindState::Forbidden(why))) if why.contains("403"))
    })
    .await;
    bed.until("pods are there", |bed| bed.watching(Kind::Pod)).await;
    bed.server.faults().allow("nodes");
    bed.refresh.send_modify(|count| *count += 1);
    bed.until("nodes are read once they may be", |bed| {
        bed.world.sync(Kind::Node, "") == Sync::Synced
    })
    .await;
}

#[tokio::test]
async fn of_secrets_only_the_metadata_is_ever_asked_for() {
    // A key that only the data has would be known if the data had been read.
    let secret = |name: &str| {
        json!({
            "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
            "metadata": {"name": name, "namespace": "shop", "managedFields": [{"manager": "kubectl", "operation": "Update",
                "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": {"f:data": {".": {}, "f:user": {}}}}]},
            "data": {"user": "YQ==", "password": "c2VjcmV0"},
        })
    };
    let mut bed = Bed::start(vec![secret("listed")], |_| (), Scope::default()).await;
    bed.until_watching().await;
    bed.put(secret("watched"));
    bed.until("the new one is there", |bed| {
        bed.world.get::<Secret>("shop", "watched").is_some()
    })
    .await;
    for name in ["listed", "watched"] {
        let secret: &Secret = bed.world.get("shop", name).unwrap();
        assert_ne!(secret.has("password"), Some(true), "{name}");
        assert!(secret.kind.is_empty(), "{name}");
    }
}

#[tokio::test]
async fn an_object_that_does_not_decode_spoils_no_other() {
    let spoil = |server: &Server| {
        server.faults().malformed_in_lists("pods");
        server.faults().malformed_in_watches("pods");
    };
    let mut bed = Bed::start(
        vec![pod("a", "Running"), pod("b", "Running")],
        spoil,
        Scope::default(),
    )
    .await;
    bed.until("the good ones are there", |bed| {
        bed.pod("a").is_some() && bed.pod("b").is_some()
    })
    .await;
    bed.until("the broken one is told", |bed| {
        bed.broken.iter().any(|key| key.kind == Kind::Pod)
    })
    .await;
    bed.put(pod("c", "Running"));
    bed.until("the watch goes on", |bed| bed.pod("c").is_some()).await;
}

#[tokio::test]
async fn what_was_good_and_no_longer_decodes_stays_as_it_was_until_it_is_gone() {
    let mut bed = Bed::start(
        vec![pod("a", "Running"), pod("b", "Running")],
        |_| (),
        Scope::default(),
    )
    .await;
    bed.until_watching().await;
    let mut spoilt = pod("a", "Failed");
    spoilt["spec"] = json!("no object");
    bed.put(spoilt);
    let a = Key::new(Kind::Pod, "shop", "a");
    bed.until("the watch tells it", |bed| bed.broken.contains(&a))
        .await;
    assert_eq!(bed.pod("a").unwrap().status.phase, "Running");
    // The same from a list: the version is forgotten, what happened meanwhile is read anew.
    bed.broken.clear();
    bed.server.faults().expire_next_watch(Expiry::Event);
    bed.server.faults().cut_watches_after(Some(1));
    bed.put(pod("b", "Failed"));
    bed.until("the list tells it", |bed| bed.broken.contains(&a))
        .await;
    assert_eq!(bed.pod("a").unwrap().status.phase, "Running");
    bed.server.faults().cut_watches_after(None);
    bed.forget("a");
    bed.until("it is gone", |bed| bed.pod("a").is_none()).await;
}

#[tokio::test]
async fn a_refused_credential_says_so_and_heals_by_itself() {
    let refuse = |server: &Server| server.faults().unauthorized(true);
    let mut bed = Bed::start(vec![pod("a", "Running")], refuse, Scope::default()).await;
    bed.until("the refusal is told", |bed| {
        bed.states.iter().any(|(_, _, state)| {
            matches!(state, KindState::Failing(failure, _) if failure.kind == FailureKind::Unauthorized)
        })
    })
    .await;
    bed.server.faults().unauthorized(false);
    bed.refresh.send_modify(|count| *count += 1);
    bed.until_watching().await;
}

#[tokio::test]
async fn a_server_that_fails_is_tried_again() {
    let fail = |server: &Server| server.faults().fail_next(20, 503);
    let mut bed = Bed::start(vec![pod("a", "Running")], fail, Scope::default()).await;
    bed.until("the pod is read in the end", |bed| {
        bed.pod("a").is_some() && bed.watching(Kind::Pod)
    })
    .await;
    assert!(
        bed.states
            .iter()
            .any(|(_, _, state)| matches!(state, KindState::Failing(..)))
    );
}

#[tokio::test]
async fn only_the_namespaces_that_were_asked_for_are_read() {
    let mut elsewhere = pod("x", "Running");
    elsewhere["metadata"]["namespace"] = json!("pay");
    let mut third = pod("y", "Running");
    third["metadata"]["namespace"] = json!("data");
    let scope = Scope {
        namespaces: vec!["shop".into(), "pay".into()],
        fallback: None,
    };
    let mut bed = Bed::start(vec![pod("a", "Running"), elsewhere, third], |_| (), scope).await;
    bed.until("both are read", |bed| bed.world.count(Kind::Pod) == 2)
        .await;
    assert!(bed.world.get::<Pod>("data", "y").is_none());
}

#[tokio::test]
async fn a_whole_object_comes_without_what_nobody_reads_and_a_secret_without_its_values() {
    let secret = json!({
        "apiVersion": "v1", "kind": "Secret",
        "metadata": {"name": "db", "namespace": "shop", "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "c2VjcmV0"}},
        "data": {"password": "c2VjcmV0"},
    });
    let deployment = json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop", "managedFields": [{"manager": "kubectl"}]},
        "spec": {"replicas": 2},
    });
    let bed = Bed::start(vec![secret, deployment], |_| (), Scope::default()).await;
    let source: k8stui::engine::cluster::SharedSource = Arc::new(bed.live.clone());
    let reference = |version: &str, kind: &str, name: &str| {
        k8stui::engine::object::ObjectRef::new(version, kind, "shop", name)
    };
    let web = source
        .object(reference("apps/v1", "Deployment", "web"))
        .await
        .unwrap();
    assert_eq!(web["spec"]["replicas"], 2);
    assert!(web["metadata"].get("managedFields").is_none());
    let db = source.object(reference("v1", "Secret", "db")).await.unwrap();
    assert!(!db.to_string().contains("c2VjcmV0"), "{db}");
    let gone = source
        .object(reference("v1", "ConfigMap", "nowhere"))
        .await
        .unwrap_err();
    assert_eq!(gone.kind, FailureKind::NotFound);
    let _: Option<&Deployment> = bed.world.get("shop", "web");
}
