//! Tokens and passwords: in the kubeconfig, in files that rotate, written anew by a login.

use std::sync::Arc;
use std::time::Duration;

use k8stui::demo::clock::Clock;
use k8stui::demo::server::Server;
use k8stui::demo::store::Store;
use k8stui::engine::cluster::FailureKind;
use k8stui::engine::{Engine, Options};
use serde_json::json;

use super::{Folder, ask, connect, kubeconfig, plain};
use crate::support::gate::{Gate, Pass};

const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn a_token_or_a_password_of_the_kubeconfig_is_shown() {
    let folder = Folder::new();
    for (user, pass) in [
        (json!({"token": "t0"}), Pass::Token("t0")),
        (
            json!({"username": "jane", "password": "pw"}),
            Pass::Password("jane", "pw"),
        ),
        (json!({}), Pass::Anyone),
        // What stands there goes before a plugin, as for kubectl.
        (
            json!({"token": "t0", "exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "false"}}),
            Pass::Token("t0"),
        ),
    ] {
        let gate = Gate::start(None, &[pass]).await;
        let live = connect(&folder.access(&plain(&gate), &user)).await.unwrap();
        ask(&live).await.unwrap();
        assert_eq!(gate.seen().len(), 1, "{user}");
    }
}

#[tokio::test]
async fn a_token_file_that_rotates_counts_from_the_next_request_on() {
    let gate = Gate::start(None, &[Pass::Token("t1")]).await;
    let folder = Folder::new();
    let path = folder.write("token", "t1\n");
    // The file goes before the token beside it, as for kubectl.
    let access = folder.access(&plain(&gate), &json!({"tokenFile": "token", "token": "stale"}));
    let live = connect(&access).await.unwrap();
    ask(&live).await.unwrap();
    gate.admit(&[Pass::Token("t2")]);
    folder.write("token", "t2\n");
    ask(&live).await.unwrap();
    // What was read last counts while the file is being replaced.
    folder.write("token", "");
    ask(&live).await.unwrap();
    std::fs::remove_file(path).unwrap();
    ask(&live).await.unwrap();
    assert!(
        gate.seen().iter().all(|one| one.admitted),
        "nothing was ever refused"
    );
}

#[tokio::test]
async fn a_login_that_writes_into_the_kubeconfig_counts_after_a_refusal() {
    let gate = Gate::start(None, &[Pass::Token("t1")]).await;
    let folder = Folder::new();
    let live = connect(&folder.access(&plain(&gate), &json!({"token": "t1"})))
        .await
        .unwrap();
    ask(&live).await.unwrap();
    gate.admit(&[Pass::Token("t2")]);
    let refusal = ask(&live).await.unwrap_err();
    assert_eq!(refusal.kind, FailureKind::Unauthorized);
    // Somebody logs in, and chooses another context for kubectl by the way.
    let text = kubeconfig(&plain(&gate), &json!({"token": "t2"})).replace(
        "\"current-context\":\"blue\"",
        "\"current-context\":\"elsewhere\"",
    );
    folder.write("config", &text);
    ask(&live).await.unwrap();
    // A kubeconfig that leads elsewhere now is not followed: what is known would be of another cluster.
    gate.admit(&[Pass::Token("t3")]);
    let other = Gate::start(None, &[Pass::Anyone]).await;
    folder.write("config", &kubeconfig(&plain(&other), &json!({"token": "t3"})));
    assert_eq!(ask(&live).await.unwrap_err().kind, FailureKind::Unauthorized);
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn a_refusal_without_anything_new_is_sent_once() {
    let gate = Gate::start(None, &[]).await;
    let folder = Folder::new();
    let live = connect(&folder.access(&plain(&gate), &json!({"token": "t1"})))
        .await
        .unwrap();
    ask(&live).await.unwrap_err();
    assert_eq!(
        gate.seen().len(),
        1,
        "a token that was refused is not tried again and again"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_goes_on_when_its_token_is_replaced_under_it() {
    let store = Store::new(Clock::stepped("2026-11-21T10:00:00Z".parse().unwrap()));
    let server = Server::start(store).await.unwrap();
    let gate = Gate::before(Some(&server.url()), None, &[Pass::Token("t1")]).await;
    let folder = Folder::new();
    folder.write("token", "t1");
    let live = connect(&folder.access(&plain(&gate), &json!({"tokenFile": "token"})))
        .await
        .unwrap();
    let options = Options {
        analyzers: Vec::new(),
        posture: false,
        remote: Vec::new(),
        scope: k8stui::engine::watch::Scope::default(),
        exclude: Vec::new(),
        no_logs: true,
        skim_logs: false,
        off: Vec::new(),
        stopwatch: None,
        now: Arc::new(|| "2026-11-21T10:30:00Z".parse().unwrap()),
    };
    let engine = Engine::start(&live, &options);
    engine.settled().await;
    folder.write("token", "t2");
    gate.admit(&[Pass::Token("t2")]);
    // Every watch ends after its next event and must be asked for again, with the new token.
    server.faults().cut_watches_after(Some(1));
    let mut snapshots = engine.snapshots();
    for name in ["first", "second"] {
        let pod = json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "shop"},
            "spec": {"containers": [{"name": "web", "image": "web:1"}]},
            "status": {"phase": "Pending", "containerStatuses": [{
                "name": "web", "image": "web:1", "imageID": "", "ready": false, "restartCount": 0,
                "state": {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image web:1"}},
            }]},
        });
        server.store().apply(pod).unwrap();
        let seen = snapshots.wait_for(|snapshot| {
            let mut members = snapshot.problems.iter().flat_map(|problem| &problem.members);
            members.any(|member| &*member.finding.object.name == name)
        });
        tokio::time::timeout(PATIENCE, seen).await.expect(name).unwrap();
    }
    let tokens: Vec<_> = gate.seen();
    assert!(
        tokens
            .iter()
            .any(|one| one.admitted && one.header("authorization") == ["Bearer t2"])
    );
    assert!(tokens.iter().all(|one| one.admitted), "nothing was ever refused");
}
