//! What is wrong gets one clear line that says what to do, an exit code that is not 0, and no panic.

use std::path::Path;
use std::process::{Command, Output};

use k8stui::demo::clock::Clock;
use k8stui::demo::server::Server;
use k8stui::demo::store::Store;

/// The program with an environment of its own.
fn program(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_k8stui"));
    command
        .env_clear()
        .env("HOME", home)
        .env("TZ", "UTC")
        .args(arguments);
    command
}

fn run(arguments: &[&str]) -> Output {
    let home = tempfile::tempdir().unwrap();
    program(home.path(), arguments).output().unwrap()
}

/// The line that was said on standard error.
fn line(output: &Output) -> String {
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(!said.contains("panicked"), "{said}");
    assert_eq!(said.trim().lines().count(), 1, "one line is said, not: {said}");
    said
}

#[track_caller]
fn fails(output: &Output, code: i32, says: &[&str]) {
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    let line = line(output);
    for word in says {
        assert!(line.contains(word), "{word:?} is not in: {line}");
    }
}

fn kubeconfig(server: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    let text = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: blue\nclusters: [{{name: c, cluster: {{server: {server:?}}}}}]\n\
         contexts: [{{name: blue, context: {{cluster: c, user: u}}}}]\nusers: [{{name: u, user: {{}}}}]\n"
    );
    std::fs::write(file.path(), text).unwrap();
    file
}

#[test]
fn no_kubeconfig() {
    fails(
        &run(&["analyze"]),
        2,
        &["no kubeconfig", "--kubeconfig", "k8stui demo"],
    );
}

#[test]
fn a_kubeconfig_that_is_not_there() {
    fails(
        &run(&["analyze", "--kubeconfig", "/nowhere/config"]),
        2,
        &["/nowhere/config"],
    );
}

#[test]
fn an_unknown_context() {
    let file = kubeconfig("http://127.0.0.1:1");
    let path = file.path().to_str().unwrap();
    fails(
        &run(&["analyze", "--kubeconfig", path, "--context", "red"]),
        2,
        &["red", "blue"],
    );
}

#[test]
fn a_server_that_cannot_be_reached() {
    // Port 1 of loopback: nobody listens.
    let file = kubeconfig("http://127.0.0.1:1");
    let path = file.path().to_str().unwrap();
    fails(&run(&["analyze", "--kubeconfig", path]), 2, &["blue", "refused"]);
}

#[test]
fn a_certificate_that_nobody_trusts() {
    // A server that speaks no TLS at all: what a wrong scheme looks like.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        use std::io::Write;
        for stream in listener.incoming().take(64).flatten() {
            let mut stream = stream;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let file = kubeconfig(&format!("https://{address}"));
    let path = file.path().to_str().unwrap();
    fails(&run(&["analyze", "--kubeconfig", path]), 2, &["blue"]);
}

#[test]
fn wrong_usage() {
    for arguments in [
        &["analyse"][..],
        &["analyze", "-o", "xml"],
        &["prompt"],
        &["demo", "--at", "soon"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(64), "{arguments:?}: {output:?}");
        assert!(!output.stderr.is_empty());
    }
}

/// A server with nothing in it and the faults that `prepare` switches on; gives what `analyze` says of it.
async fn analyze(prepare: impl FnOnce(&Server), more: &[&str]) -> Output {
    let server = Server::start(Store::new(Clock::stepped(
        "2026-11-21T10:00:00Z".parse().unwrap(),
    )))
    .await
    .unwrap();
    prepare(&server);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), server.kubeconfig()).unwrap();
    let mut arguments = vec![
        "analyze".to_owned(),
        "--kubeconfig".to_owned(),
        file.path().display().to_string(),
    ];
    arguments.extend(more.iter().map(|word| (*word).to_owned()));
    let output = tokio::task::spawn_blocking(move || {
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        run(&words)
    })
    .await
    .unwrap();
    server.shutdown().await;
    output
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_that_is_refused() {
    let output = analyze(|server| server.faults().unauthorized(true), &[]).await;
    fails(&output, 2, &["401", "Log in again"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_that_are_missing_are_coverage_not_failure() {
    let output = analyze(|server| server.faults().forbid("nodes"), &["-o", "json"]).await;
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let nodes = json["coverage"]["entries"]
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["kind"] == "Node")
        .unwrap();
    assert_eq!(
        (json["coverage"]["complete"].as_bool(), nodes["status"].as_str()),
        (Some(false), Some("forbidden"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_pods_may_not_be_read_nothing_can_be_said() {
    fails(
        &analyze(|server| server.faults().forbid("pods"), &[]).await,
        2,
        &["403", "pods"],
    );
}

#[test]
fn the_console_needs_a_terminal() {
    let output = run(&["demo"]);
    fails(&output, 2, &["terminal", "analyze"]);
    assert!(output.stdout.is_empty(), "nothing was drawn");
}

#[test]
fn a_configuration_with_an_unknown_key() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "theme = \"dark\"\nthme = \"light\"\n").unwrap();
    let path = file.path().to_str().unwrap();
    fails(
        &run(&["demo", "--config", path]),
        2,
        &[path, ":2:", "thme", "theme"],
    );
}

#[test]
fn a_theme_that_does_not_parse() {
    let home = tempfile::tempdir().unwrap();
    let themes = home.path().join(".config/k8stui/themes");
    std::fs::create_dir_all(&themes).unwrap();
    std::fs::write(themes.join("mine.toml"), "[roles]\ncritical = \"redd\"\n").unwrap();
    let output = program(home.path(), &["--theme", "mine", "demo"])
        .output()
        .unwrap();
    fails(&output, 2, &["mine.toml"]);
    fails(
        &run(&["--theme", "nowhere", "demo"]),
        2,
        &["nowhere", "dark", "light"],
    );
}
