//! Credentials as kubectl has them, over real HTTP and TLS on loopback.

mod certificates;
mod impersonation;
mod kubeconfig;
mod plugin;
mod pod;
mod proxies;
mod refusals;
mod tokens;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use k8stui::engine::cluster::credential::NoTerminal;
use k8stui::engine::cluster::{Access, Failure, Live};
use serde_json::{Value, json};

use crate::support::gate::Gate;
use crate::support::pki::Authority;

/// A folder with a kubeconfig and what it names.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// A kubeconfig, and the access that it gives.
    fn access(&self, cluster: &Value, user: &Value) -> Access {
        Access {
            kubeconfig: Some(self.write("config", &kubeconfig(cluster, user))),
            ..Access::default()
        }
    }
}

/// A kubeconfig with the context `blue`, in which `jane` asks.
fn kubeconfig(cluster: &Value, user: &Value) -> String {
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "blue",
        "clusters": [{"name": "c", "cluster": cluster}],
        "contexts": [{"name": "blue", "context": {"cluster": "c", "user": "jane"}}],
        "users": [{"name": "jane", "user": user}],
    })
    .to_string()
}

/// The cluster behind a gate that speaks TLS.
fn trusted(gate: &Gate, authority: &Authority) -> Value {
    json!({"server": format!("https://127.0.0.1:{}", gate.port()), "certificate-authority-data": authority.data()})
}

/// The cluster behind a gate that speaks plain HTTP.
fn plain(gate: &Gate) -> Value {
    json!({"server": format!("http://127.0.0.1:{}", gate.port())})
}

async fn connect(access: &Access) -> Result<Arc<Live>, Failure> {
    Live::new(access, Arc::new(NoTerminal)).await
}

async fn ask(live: &Live) -> Result<(), Failure> {
    live.json("/version", "application/json").await.map(drop)
}

/// What is said to one request with this access.
async fn failure(access: &Access) -> Failure {
    match connect(access).await {
        Ok(live) => ask(&live).await.unwrap_err(),
        Err(failure) => failure,
    }
}

/// The program with an environment of its own.
async fn program(home: &Path, environment: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_k8stui"));
    command
        .env_clear()
        .env("HOME", home)
        .env("TZ", "UTC")
        .env("PATH", std::env::var("PATH").unwrap_or_default())
        .envs(environment.iter().copied())
        .args(arguments);
    tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

#[track_caller]
fn says(line: &str, words: &[&str]) {
    for word in words {
        assert!(line.contains(word), "{word:?} is not in: {line}");
    }
    assert_eq!(line.trim().lines().count(), 1, "one line is said, not: {line}");
}
