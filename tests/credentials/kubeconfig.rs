//! Several kubeconfig files are one, as kubectl merges them.

use std::ffi::OsString;

use k8stui::engine::cluster::{Access, Environment};
use serde_json::json;

use super::{Folder, ask, connect, failure, program, says};
use crate::support::gate::{Gate, Pass, tls};
use crate::support::pki::{Authority, Validity};

fn listed(folder: &Folder, names: &[&str]) -> OsString {
    std::env::join_paths(names.iter().map(|name| folder.path(name))).unwrap()
}

fn merged(folder: &Folder, names: &[&str]) -> Access {
    Access {
        environment: Environment {
            kubeconfig: Some(listed(folder, names)),
            ..Environment::default()
        },
        ..Access::default()
    }
}

/// Three files in three folders, each with a part of the whole and something that must lose.
fn three_parts(folder: &Folder, gate: &Gate, authority: &Authority) {
    folder.write("first/ca.pem", &authority.pem());
    let first = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "",
        "clusters": [{"name": "c", "cluster": {"server": format!("https://127.0.0.1:{}", gate.port()), "certificate-authority": "ca.pem"}}],
        "users": null,
    });
    folder.write("first/config", &first.to_string());
    folder.write("second/secret/token", "of-the-second\n");
    let second = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "blue",
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1", "insecure-skip-tls-verify": true}}],
        "contexts": [{"name": "blue", "context": {"cluster": "c", "user": "jane", "namespace": "shop"}}],
        "users": [{"name": "jane", "user": {"tokenFile": "secret/token"}}],
    });
    folder.write("second/config", &second.to_string());
    let third = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "green",
        "contexts": [{"name": "blue", "context": {"cluster": "c", "user": "joe"}}, {"name": "green", "context": {"cluster": "c", "user": "joe"}}],
        "users": [{"name": "jane", "user": {"token": "of-the-third", "as": "root"}}, {"name": "joe", "user": {"token": "of-joe"}}],
    });
    folder.write("third/config", &third.to_string());
}

const PARTS: &[&str] = &["first/config", "missing/config", "second/config", "third/config"];

#[tokio::test]
async fn the_first_to_say_something_wins_and_paths_stand_where_their_file_does() {
    let authority = Authority::new("authority");
    let server = authority.server(&["127.0.0.1"], Validity::Good);
    let gate = Gate::start(Some(tls(&server, None)), &[Pass::Anyone]).await;
    let folder = Folder::new();
    three_parts(&folder, &gate, &authority);
    let access = merged(&folder, PARTS);
    let live = connect(&access).await.unwrap();
    assert_eq!((&*live.context, &*live.namespace), ("blue", "shop"));
    ask(&live).await.unwrap();
    assert_eq!(gate.last().header("authorization"), ["Bearer of-the-second"]);
    assert!(
        gate.last().header("impersonate-user").is_empty(),
        "nothing of a later entry with that name is added"
    );
    let other = Access {
        context: Some("green".to_owned()),
        ..access
    };
    ask(&connect(&other).await.unwrap()).await.unwrap();
    assert_eq!(gate.last().header("authorization"), ["Bearer of-joe"]);
}

#[tokio::test]
async fn flags_name_another_cluster_or_user_than_the_contexts() {
    let gate = Gate::start(None, &[Pass::Anyone]).await;
    let folder = Folder::new();
    let text = json!({
        "current-context": "blue",
        "clusters": [{"name": "dead", "cluster": {"server": "http://127.0.0.1:1"}}, {"name": "c", "cluster": super::plain(&gate)}],
        "contexts": [{"name": "blue", "context": {"cluster": "dead", "user": "jane"}}],
        "users": [{"name": "jane", "user": {"token": "of-jane"}}, {"name": "joe", "user": {"token": "of-joe"}}],
    });
    let access = Access {
        kubeconfig: Some(folder.write("config", &text.to_string())),
        cluster: Some("c".to_owned()),
        user: Some("joe".to_owned()),
        ..Access::default()
    };
    ask(&connect(&access).await.unwrap()).await.unwrap();
    assert_eq!(gate.last().header("authorization"), ["Bearer of-joe"]);
    let unknown = Access {
        cluster: Some("nowhere".to_owned()),
        ..access.clone()
    };
    says(&failure(&unknown).await.to_string(), &["nowhere", "dead, c"]);
    let unknown = Access {
        user: Some("nobody".to_owned()),
        ..access
    };
    says(&failure(&unknown).await.to_string(), &["nobody", "jane, joe"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_reads_them_all() {
    let authority = Authority::new("authority");
    let server = authority.server(&["127.0.0.1"], Validity::Good);
    let gate = Gate::start(Some(tls(&server, None)), &[Pass::Token("of-the-second")]).await;
    let folder = Folder::new();
    three_parts(&folder, &gate, &authority);
    let list = listed(&folder, PARTS).into_string().unwrap();
    let output = program(folder.0.path(), &[("KUBECONFIG", &list)], &["doctor"]).await;
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("context blue, namespace shop") && said.contains("API server v1.36.0"),
        "{said}"
    );
}

#[tokio::test]
async fn what_is_missing_or_broken_is_named() {
    let folder = Folder::new();
    says(
        &failure(&merged(&folder, &["a", "b"])).await.to_string(),
        &["no kubeconfig", "KUBECONFIG", "/a", "/b", "--kubeconfig"],
    );
    folder.write("broken", "clusters: {not: [a, list}");
    folder.write(
        "good",
        &super::kubeconfig(&json!({"server": "http://127.0.0.1:1"}), &json!({})),
    );
    says(
        &failure(&merged(&folder, &["good", "broken"])).await.to_string(),
        &["broken", "/broken"],
    );
    let cluster = json!({"server": "https://127.0.0.1:1"});
    // What stands in the kubeconfig, and what is said of it.
    for (cluster, user, words) in [
        (json!({}), json!({}), &["blue", "names no server"][..]),
        (
            json!({"server": "https://127.0.0.1:1", "certificate-authority": "nowhere.pem"}),
            json!({}),
            &["blue", "certificate authority", "nowhere.pem"],
        ),
        (
            json!({"server": "https://127.0.0.1:1", "certificate-authority-data": "bm8gUEVN"}),
            json!({}),
            &["certificate-authority-data", "no certificate"],
        ),
        (
            cluster.clone(),
            json!({"tokenFile": "gone"}),
            &["user \"jane\"", "token", "/gone", "Log in again"],
        ),
        (
            cluster.clone(),
            json!({"client-certificate": "gone.pem", "client-key": "gone.key"}),
            &["user \"jane\"", "client certificate", "/gone.pem"],
        ),
        (
            cluster.clone(),
            json!({"client-certificate-data": "bm8gUEVN"}),
            &["user \"jane\"", "client-key", "add it"],
        ),
        (
            cluster,
            json!({"client-certificate-data": "bm8gUEVN", "client-key-data": "bm8gUEVN"}),
            &["blue", "user \"jane\""],
        ),
    ] {
        says(&failure(&folder.access(&cluster, &user)).await.to_string(), words);
    }
}
