//! Another program's key: `OPENAI_API_KEY` that merely lies in the environment.

use std::process::Command;

use jiff::SignedDuration;
use k8stui::demo::{Demo, DemoOptions, Pace};

use crate::support::openai::{Answer, Server};
use crate::support::pty::Terminal;

const DEMO: &[&str] = &["demo", "--seed", "1", "--at", "10m"];

#[test]
fn a_key_that_merely_lies_in_the_environment_is_offered_and_used_only_after_a_yes() {
    let server = Server::start(vec![Answer::say(&["nginx cannot create its folder."])]);
    let (url, key) = (server.url(), "sk-this-key-must-not-be-shown");
    let environment = [("OPENAI_API_KEY", key), ("OPENAI_BASE_URL", url.as_str())];
    let open = |terminal: &mut Terminal| {
        terminal.until("the first problem", |screen| {
            screen.contains("cannot write") && screen.contains("live")
        });
        terminal.keys("\r");
        terminal.until("the question", |screen| {
            screen.contains("Consent") && screen.contains("127.0.0.1")
        });
    };
    // Who says no is answered by the playbook, and nothing is sent.
    let mut terminal = Terminal::start(110, 30, DEMO, &environment);
    open(&mut terminal);
    assert!(server.received().is_empty(), "nothing goes there before a yes");
    terminal.keys("n");
    terminal.until("the playbook", |screen| {
        !screen.contains("Consent") && screen.contains("playbook") && screen.contains("writable volume")
    });
    terminal.keys("why?\r");
    terminal.until("the playbook's answer", |screen| {
        let after = screen.rsplit_once("› why?").map(|(_, after)| after);
        after.is_some_and(|after| after.contains("must write"))
    });
    assert!(server.received().is_empty(), "a no holds");
    drop(terminal);

    let mut terminal = Terminal::start(110, 30, DEMO, &environment);
    open(&mut terminal);
    terminal.keys("y");
    terminal.until_text("nginx cannot create its folder.");
    let requests = server.wait_received(1);
    assert_eq!(
        requests[0].header("authorization"),
        Some(&*format!("Bearer {key}"))
    );
    assert!(!terminal.written().contains(key));
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_without_a_screen_never_use_it() {
    let server = Server::start(Vec::new());
    let demo = Demo::start(DemoOptions {
        seed: 1,
        at: Some(SignedDuration::from_mins(10)),
        port: 0,
        pace: Pace::Stepped,
    })
    .await
    .unwrap();
    let home = tempfile::tempdir().unwrap();
    let kubeconfig = home.path().join("kubeconfig");
    std::fs::write(&kubeconfig, demo.kubeconfig()).unwrap();
    for (arguments, says) in [
        (&["explain", "deploy/shop/storefront"][..], "playbook"),
        (&["prompt", "deploy/shop/storefront"], "storefront"),
        (&["analyze"], "storefront"),
        (&["doctor"], "not used unasked"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_k8stui"));
        command
            .env_clear()
            .env("HOME", home.path())
            .env("TZ", "UTC")
            .env("OPENAI_API_KEY", "sk-this-key-must-not-be-shown")
            .env("OPENAI_BASE_URL", server.url())
            .args(arguments)
            .arg("--kubeconfig")
            .arg(&kubeconfig);
        let output = tokio::task::spawn_blocking(move || command.output().unwrap())
            .await
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {said}");
        assert!(
            said.contains(says) && !said.contains("sk-this"),
            "{arguments:?}: {said}"
        );
    }
    assert!(server.asked() == 0, "not even the list of models was asked for");
}
