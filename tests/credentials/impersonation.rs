//! Acting as somebody else: the flags, the kubeconfig, and both.

use k8stui::engine::cluster::Access;
use serde_json::{Value, json};

use super::{Folder, ask, connect, failure, plain, program, says};
use crate::support::gate::{Gate, Pass};

/// What was told of whom: user, uid, groups, and the extra `scopes`.
async fn told(access: &Access, gate: &Gate) -> [Vec<String>; 4] {
    ask(&connect(access).await.unwrap()).await.unwrap();
    let seen = gate.last();
    ["user", "uid", "group", "extra-scopes"].map(|what| {
        let values = seen.header(&format!("impersonate-{what}")).into_iter();
        values.map(str::to_owned).collect()
    })
}

fn acting() -> Value {
    json!({"token": "t0", "as": "ops", "as-uid": "7", "as-groups": ["a", "b"], "as-user-extra": {"scopes": ["read"]}})
}

#[tokio::test]
async fn the_kubeconfig_says_it_and_flags_override_it_one_by_one() {
    let gate = Gate::start(None, &[Pass::Token("t0")]).await;
    let folder = Folder::new();
    let access = folder.access(&plain(&gate), &acting());
    assert_eq!(
        told(&access, &gate).await,
        [vec!["ops"], vec!["7"], vec!["a", "b"], vec!["read"]]
    );
    let flagged = Access {
        impersonate: Some("jane".to_owned()),
        impersonate_groups: vec!["dev".to_owned()],
        ..access
    };
    assert_eq!(
        told(&flagged, &gate).await,
        [vec!["jane"], vec!["7"], vec!["dev"], vec!["read"]]
    );
    let none = folder.access(&plain(&gate), &json!({"token": "t0"}));
    assert!(told(&none, &gate).await.iter().all(Vec::is_empty));
}

#[tokio::test]
async fn a_group_without_a_user_is_refused() {
    let gate = Gate::start(None, &[Pass::Anyone]).await;
    let folder = Folder::new();
    let access = Access {
        impersonate_groups: vec!["dev".to_owned()],
        ..folder.access(&plain(&gate), &json!({}))
    };
    says(&failure(&access).await.to_string(), &["--as"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_programs_flags_are_kubectls() {
    let gate = Gate::start(None, &[Pass::Token("t0")]).await;
    let folder = Folder::new();
    let config = folder
        .access(&plain(&gate), &json!({"token": "t0"}))
        .kubeconfig
        .unwrap();
    let words = ["doctor", "--kubeconfig", config.to_str().unwrap()];
    let flags = [
        "--as",
        "jane",
        "--as-uid",
        "42",
        "--as-group",
        "dev",
        "--as-group",
        "ops",
    ];
    program(folder.0.path(), &[], &[&words[..], &flags[..]].concat()).await;
    let seen = gate.seen();
    assert!(!seen.is_empty());
    for one in seen {
        assert_eq!(one.header("impersonate-user"), ["jane"]);
        assert_eq!(one.header("impersonate-uid"), ["42"]);
        assert_eq!(one.header("impersonate-group"), ["dev", "ops"]);
    }
}
