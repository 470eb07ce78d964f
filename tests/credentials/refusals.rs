//! What is said where the server cannot be trusted, or does not let us in: one line, and what to do.

use serde_json::{Value, json};

use super::{Folder, failure, plain, program, says, trusted};
use crate::support::gate::{Gate, Pass, tls};
use crate::support::pki::{Authority, Validity};

#[tokio::test]
async fn a_server_that_cannot_be_trusted() {
    let (authority, other) = (Authority::new("authority"), Authority::new("other"));
    let folder = Folder::new();
    // For whom the server's certificate is, whether it holds, whose signature is trusted, and what is said.
    for (name, validity, trust, words) in [
        (
            "127.0.0.1",
            Validity::Expired,
            &authority,
            &["expired on 2020-02-01", "renew it", "clock"][..],
        ),
        (
            "127.0.0.1",
            Validity::Good,
            &other,
            &[
                "not signed by",
                "certificate-authority",
                "fetch the kubeconfig again",
            ],
        ),
        (
            "api.internal",
            Validity::Good,
            &authority,
            &["not for 127.0.0.1 but for api.internal", "tls-server-name"],
        ),
    ] {
        let server = authority.server(&[name], validity);
        let gate = Gate::start(Some(tls(&server, None)), &[Pass::Anyone]).await;
        let line = failure(&folder.access(&trusted(&gate, trust), &json!({})))
            .await
            .to_string();
        says(
            &line,
            &["cannot reach the cluster of context blue", "its certificate"],
        );
        says(&line, words);
        assert!(
            gate.seen().is_empty(),
            "nothing was asked of a server that is not trusted"
        );
    }
}

#[tokio::test]
async fn a_server_that_the_system_does_not_know() {
    let authority = Authority::new("authority");
    let server = authority.server(&["127.0.0.1"], Validity::Good);
    let gate = Gate::start(Some(tls(&server, None)), &[Pass::Anyone]).await;
    let cluster = json!({"server": format!("https://127.0.0.1:{}", gate.port())});
    let line = failure(&Folder::new().access(&cluster, &json!({})))
        .await
        .to_string();
    says(&line, &["blue", "certificate authority"]);
    assert!(gate.seen().is_empty());
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_knows_no_authority_speaks_plain_http_all_the_same() {
    let bare = [("SSL_CERT_FILE", "/dev/null"), ("SSL_CERT_DIR", "/nowhere")];
    let gate = Gate::start(None, &[Pass::Anyone]).await;
    let folder = Folder::new();
    let config = folder.access(&plain(&gate), &json!({})).kubeconfig.unwrap();
    let words = ["doctor", "--kubeconfig", config.to_str().unwrap()];
    let output = program(folder.0.path(), &bare, &words).await;
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("API server v1.36.0"), "{said}");
    folder.access(&json!({"server": "https://127.0.0.1:1"}), &json!({}));
    let words = ["analyze", "--kubeconfig", config.to_str().unwrap()];
    let output = program(folder.0.path(), &bare, &words).await;
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    says(
        &String::from_utf8(output.stderr).unwrap(),
        &["blue", "ca-certificates", "certificate-authority-data"],
    );
}

#[tokio::test]
async fn a_server_that_speaks_no_tls() {
    let gate = Gate::start(None, &[Pass::Anyone]).await;
    let cluster =
        json!({"server": format!("https://127.0.0.1:{}", gate.port()), "insecure-skip-tls-verify": true});
    let line = failure(&Folder::new().access(&cluster, &json!({})))
        .await
        .to_string();
    says(&line, &["blue", "does not speak TLS", "server"]);
}

/// User entries that a server may refuse, and what is said of each.
fn refused() -> Vec<(Value, &'static [&'static str])> {
    let authority = Authority::new("authority");
    let client = authority.client("jane", Validity::Expired);
    vec![
        (
            json!({"token": "s3cr3t"}),
            &["its token", "put a new one into the kubeconfig"],
        ),
        (
            json!({"tokenFile": "token"}),
            &["the token in", "/token", "renew that file"],
        ),
        (
            json!({"client-certificate-data": client.data(), "client-key-data": client.key_data()}),
            &["its client certificate", "expired"],
        ),
        (
            json!({"username": "jane", "password": "s3cr3t"}),
            &["its credential is refused"],
        ),
        (json!({}), &["holds no credential for it", "--user"]),
    ]
}

#[tokio::test]
async fn a_credential_that_is_refused_is_told_by_its_entry() {
    let gate = Gate::start(None, &[]).await;
    let folder = Folder::new();
    folder.write("token", "s3cr3t");
    for (user, words) in refused() {
        let line = failure(&folder.access(&plain(&gate), &user)).await.to_string();
        says(
            &line,
            &[
                "401: user \"jane\" of context blue",
                "Log in again",
                "reconnects by itself",
            ],
        );
        says(&line, words);
        assert!(!line.contains("s3cr3t"), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_says_it_in_one_line_and_leaves_with_2() {
    let authority = Authority::new("authority");
    let server = authority.server(&["127.0.0.1"], Validity::Expired);
    let expired = Gate::start(Some(tls(&server, None)), &[Pass::Anyone]).await;
    let closed = Gate::start(None, &[]).await;
    for (cluster, words) in [
        (
            trusted(&expired, &authority),
            &["blue", "expired on 2020-02-01", "renew"][..],
        ),
        (plain(&closed), &["401", "jane", "blue", "Log in again"]),
    ] {
        let folder = Folder::new();
        let config = folder
            .access(&cluster, &json!({"token": "t0"}))
            .kubeconfig
            .unwrap();
        let words_of = ["analyze", "--kubeconfig", config.to_str().unwrap()];
        let output = program(folder.0.path(), &[], &words_of).await;
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        says(&String::from_utf8(output.stderr).unwrap(), words);
    }
}
