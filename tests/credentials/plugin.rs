//! Credential plugins: certificates that they give, renewal, and the terminal for one that must ask.

use k8stui::demo::{Demo, DemoOptions, Pace};
use serde_json::{Value, json};

use super::{Folder, ask, connect, kubeconfig, plain, says, trusted};
use crate::support::gate::{Gate, Pass, tls};
use crate::support::pki::{Authority, Issued, Validity};
use crate::support::pty::Terminal;

/// A plugin that gives `answers` one after the other, the last again and again, and counts its runs.
fn plugin(folder: &Folder, answers: &[Value]) -> Value {
    for (index, status) in answers.iter().enumerate() {
        let credential = json!({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status});
        folder.write(&format!("answer-{}", index + 1), &credential.to_string());
    }
    let script = format!(
        "cd \"$(dirname \"$0\")\" || exit 1\necho run >> runs\nn=$(wc -l < runs)\n[ $n -gt {0} ] && n={0}\ncat answer-$((n))\n",
        answers.len()
    );
    folder.write("give", &script);
    exec("Never", &["give"])
}

fn exec(mode: &str, arguments: &[&str]) -> Value {
    json!({"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "sh", "args": arguments, "interactiveMode": mode}})
}

fn runs(folder: &Folder) -> usize {
    std::fs::read_to_string(folder.path("runs"))
        .unwrap_or_default()
        .lines()
        .count()
}

fn certificate(client: &Issued, until: &str) -> Value {
    json!({"clientCertificateData": client.pem(), "clientKeyData": client.key_pem(), "expirationTimestamp": until})
}

/// The script stands in the folder; `sh` is given its whole path.
fn at(folder: &Folder, mut user: Value) -> Value {
    user["exec"]["args"] = json!([folder.path("give")]);
    user
}

const LONG_AGO: &str = "2020-01-01T00:00:00Z";
const LONG_HENCE: &str = "2099-01-01T00:00:00Z";

#[tokio::test]
async fn a_certificate_from_a_plugin_is_shown_and_renewed_when_its_time_is_over() {
    let authority = Authority::new("authority");
    let server = authority.server(&["127.0.0.1"], Validity::Good);
    let (first, second) = (
        authority.client("first", Validity::Good),
        authority.client("second", Validity::Good),
    );
    let passes = [Pass::Certificate(first.der()), Pass::Certificate(second.der())];
    let gate = Gate::start(Some(tls(&server, Some(&authority))), &passes).await;
    let folder = Folder::new();
    let user = plugin(
        &folder,
        &[certificate(&first, LONG_AGO), certificate(&second, LONG_HENCE)],
    );
    let access = folder.access(&trusted(&gate, &authority), &at(&folder, user));
    let live = connect(&access).await.unwrap();
    assert_eq!(
        runs(&folder),
        0,
        "nobody is asked before there is something to ask for"
    );
    for _ in 0..3 {
        ask(&live).await.unwrap();
    }
    let shown: Vec<_> = gate.seen().into_iter().map(|one| one.certificate).collect();
    assert_eq!(shown, [Some(first.der()), Some(second.der()), Some(second.der())]);
    assert_eq!(runs(&folder), 2, "one that holds is not asked for again");
}

#[tokio::test]
async fn what_is_refused_before_its_time_is_asked_for_again_once() {
    let gate = Gate::start(None, &[Pass::Token("t1")]).await;
    let folder = Folder::new();
    let token = |token: &str| json!({"token": token, "expirationTimestamp": LONG_HENCE});
    let user = plugin(&folder, &[token("t1"), token("t2"), token("t3")]);
    let live = connect(&folder.access(&plain(&gate), &at(&folder, user)))
        .await
        .unwrap();
    ask(&live).await.unwrap();
    gate.admit(&[Pass::Token("t2")]);
    // Many are refused at once: the credential is renewed for all of them.
    let (one, two, three) = tokio::join!(ask(&live), ask(&live), ask(&live));
    for answer in [one, two, three] {
        answer.unwrap();
    }
    assert_eq!(runs(&folder), 2);
    gate.admit(&[]);
    let refusal = ask(&live).await.unwrap_err();
    says(
        &refusal.to_string(),
        &["401", "jane", "blue", "plugin sh", "Log in again"],
    );
    assert_eq!(runs(&folder), 3);
}

#[tokio::test]
async fn a_plugin_that_gives_nothing_usable_says_so() {
    let gate = Gate::start(None, &[Pass::Anyone]).await;
    for (answer, words) in [
        (json!({}), &["neither a token nor a client certificate"][..]),
        (json!({"clientCertificateData": "x"}), &["half"]),
        (json!({"token": "two\nlines"}), &["jane", "characters"]),
        (
            json!({"clientCertificateData": "x", "clientKeyData": "y"}),
            &["blue", "jane"],
        ),
    ] {
        let folder = Folder::new();
        let user = plugin(&folder, &[answer]);
        let live = connect(&folder.access(&plain(&gate), &at(&folder, user)))
            .await
            .unwrap();
        says(&ask(&live).await.unwrap_err().to_string(), words);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_plugin_beside_its_kubeconfig_is_found_and_told_about_its_cluster() {
    use std::os::unix::fs::PermissionsExt as _;
    let gate = Gate::start(None, &[Pass::Token("of-the-shop")]).await;
    let folder = Folder::new();
    let script = "#!/bin/sh\ncase $KUBERNETES_EXEC_INFO in *'\"server\":\"http://127.0.0.1:'*) ;; *) exit 1;; esac\n\
                  echo '{\"kind\":\"ExecCredential\",\"status\":{\"token\":\"'$PREFIX-shop'\"}}'\n";
    let path = folder.write("bin/give", script);
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).unwrap();
    let user = json!({"exec": {
        "apiVersion": "client.authentication.k8s.io/v1", "command": "./bin/give", "interactiveMode": "Never",
        "provideClusterInfo": true, "env": [{"name": "PREFIX", "value": "of-the"}],
    }});
    let live = connect(&folder.access(&plain(&gate), &user)).await.unwrap();
    ask(&live).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_must_ask_gets_the_terminal_and_gives_it_back() {
    let options = DemoOptions {
        seed: 1,
        at: Some(jiff::SignedDuration::from_mins(10)),
        port: 0,
        pace: Pace::Stepped,
    };
    let demo = Demo::start(options).await.unwrap();
    let upstream = server_of(&demo.kubeconfig());
    let gate = Gate::before(Some(&upstream), None, &[Pass::Token("sesame")]).await;
    let folder = Folder::new();
    let script = "printf 'Password for the shop: ' >&2\nread -r word\n\
                  printf '{\"kind\":\"ExecCredential\",\"status\":{\"token\":\"%s\"}}' \"$word\"\n";
    folder.write("give", script);
    let config = folder.write(
        "config",
        &kubeconfig(&plain(&gate), &at(&folder, exec("Always", &[]))),
    );
    let config = config.to_str().unwrap();
    let mut terminal = Terminal::start(110, 30, &["--kubeconfig", config], &[]);
    terminal.until_text("Password for the shop:");
    assert!(
        terminal.is_restored(),
        "the plugin has the terminal as a shell would give it"
    );
    terminal.keys("sesame\n");
    terminal.until("the problems of the shop", |screen| {
        screen.contains("storefront") && screen.contains("live")
    });
    assert!(gate.seen().iter().all(|one| one.admitted));
    terminal.keys("q");
    assert_eq!(terminal.exit_code(), 0);
    assert!(terminal.is_restored());
}

fn server_of(kubeconfig: &str) -> String {
    let (_, rest) = kubeconfig.split_once("server: ").unwrap();
    rest.lines().next().unwrap().trim().to_owned()
}
