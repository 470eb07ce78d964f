use proptest::prelude::*;
use serde_json::json;

use super::{Redactor, numbered};

fn redactor() -> Redactor {
    Redactor::new([7; 16])
}

/// What must go, and the text in which it stands.
#[test]
fn the_usual_secrets_are_masked() {
    let jwt =
        "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJpc3MiOiJrdWJlcm5ldGVzL3NlcnZpY2VhY2NvdW50In0.c2lnbmF0dXJl";
    let pem_body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7";
    let cases: &[(&str, String)] = &[
        ("abc.def-ghi123", "Authorization: Bearer abc.def-ghi123".into()),
        ("dXNlcjpwYXNz", r#"{"authorization":"Basic dXNlcjpwYXNz"}"#.into()),
        (
            "tok3n-4711-abc",
            "curl -H 'Authorization: Token tok3n-4711-abc' http://api".into(),
        ),
        (
            "q9w8e7r6t5z4",
            "sent header Bearer q9w8e7r6t5z4 to upstream".into(),
        ),
        (jwt, format!("invalid: {jwt} expired")),
        (jwt, format!("token={jwt}")),
        (
            pem_body,
            format!("-----BEGIN PRIVATE KEY-----\n{pem_body}\n{pem_body}\n-----END PRIVATE KEY-----"),
        ),
        (
            pem_body,
            format!(r#""key":"-----BEGIN RSA PRIVATE KEY-----\n{pem_body}\n-----END RSA PRIVATE KEY-----""#),
        ),
        (
            pem_body,
            format!("-----BEGIN EC PRIVATE KEY-----\n{pem_body}\n{pem_body}"),
        ),
        (
            "AKIAIOSFODNN7EXAMPLE",
            "using AKIAIOSFODNN7EXAMPLE in eu-west-1".into(),
        ),
        (
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
        ),
        (
            "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
            "remote: ghp_abcdefghijklmnopqrstuvwxyz0123456789 denied".into(),
        ),
        (
            "github_pat_11ABCDEFG0abcdefghijkl_mnopq",
            "github_pat_11ABCDEFG0abcdefghijkl_mnopq".into(),
        ),
        (
            "glpat-AbCdEfGhIjKlMnOpQrSt",
            "clone with glpat-AbCdEfGhIjKlMnOpQrSt".into(),
        ),
        (
            "xoxb-123456789012-abcdefGHIJ",
            "slack xoxb-123456789012-abcdefGHIJ rejected".into(),
        ),
        (
            "AIzaSyA-1234567890abcdefghijklmnopqrstu",
            "key AIzaSyA-1234567890abcdefghijklmnopqrstu".into(),
        ),
        (
            "sk-proj-AbCdEf1234567890AbCdEf",
            "openai: sk-proj-AbCdEf1234567890AbCdEf".into(),
        ),
        (
            "sk-ant-api03-AbCdEf1234567890AbCdEf",
            "x sk-ant-api03-AbCdEf1234567890AbCdEf y".into(),
        ),
        (
            "sk-0123456789abcdef0123456789abcdef",
            "with sk-0123456789abcdef0123456789abcdef".into(),
        ),
        (
            "bXlzZWNyZXRrZXltYXRlcmlhbA==",
            "AccountName=x;AccountKey=bXlzZWNyZXRrZXltYXRlcmlhbA==;EndpointSuffix=y".into(),
        ),
        (
            "hunter2",
            "postgres://orders:hunter2@db:5432/orders?sslmode=disable".into(),
        ),
        ("p@ss", "redis://:p@ss@cache:6379".into()),
        ("a/b", "amqp://guest:a/b@mq:5672".into()),
        ("hunter2", "orders:hunter2@tcp(db:3306)/orders".into()),
        (
            "hunter2",
            "mysqld --user=root --password=hunter2 --port=3306".into(),
        ),
        ("hunter2", "mysqld --password hunter2".into()),
        ("hunter2", r#"["--password", "hunter2"]"#.into()),
        ("hunter2", "args:\n- --db-password\n- hunter2\n".into()),
        ("hunter2", "password: hunter2".into()),
        ("correct horse", "  password: correct horse battery".into()),
        ("hunter2", "  DB_PASSWORD:  hunter2".into()),
        ("hunter2", "login with password: hunter2 failed".into()),
        ("hunter2", "token=hunter2&x=1".into()),
        ("hunter2", "user=orders,password=hunter2,host=db".into()),
        ("hunter2", r#"{"password":"hunter2"}"#.into()),
        ("hun,ter 2", r#"{"clientSecret": "hun,ter 2"}"#.into()),
        ("hun\\\"ter", r#"{"password":"hun\"ter"}"#.into()),
        ("hunter2", r#"msg="{\"api_key\":\"hunter2\"}""#.into()),
        ("hunter2", "X-Api-Key: hunter2".into()),
        ("12345678", "POSTGRES_PASSWORD=12345678".into()),
        (
            "hunter2",
            "      - name: DB_PASSWORD\n        value: hunter2\n".into(),
        ),
        ("hunter2", r#"{"name":"API_TOKEN","value":"hunter2"}"#.into()),
        ("cut-off-valu", r#"{"password":"cut-off-valu"#.into()),
        (
            "dXNlcjpwYXNzd29yZA==",
            r#"{"auths":{"ghcr.io":{"auth":"dXNlcjpwYXNzd29yZA=="}}}"#.into(),
        ),
        (
            "eyJhdXRocyI6eyJnaGNyLmlvIjp7ImF1dGgiOiJ4In19fQ==",
            ".dockerconfigjson: eyJhdXRocyI6eyJnaGNyLmlvIjp7ImF1dGgiOiJ4In19fQ==".into(),
        ),
        ("hunter2", "<password>hunter2</password>".into()),
        ("hunter2", "redis-cli -h cache -a hunter2 ping".into()),
        ("hunter2", "curl -s -u admin:hunter2 http://api".into()),
        ("hunter2", "mysql -uroot -phunter2 -h db".into()),
        ("hunter2", "requirepass hunter2".into()),
        ("hunter2", "login: password 'hunter2' rejected".into()),
        ("hunter2", "DB_PW: hunter2".into()),
        (
            "hunter2",
            "body=grant%3Dx%26client_secret%3Dhunter2%26y%3D1".into(),
        ),
        (
            "Zm9vYmFyQmF6MTIzNDU2Nzg5MHF3ZXJ0eXVpb3BB",
            "license=Zm9vYmFyQmF6MTIzNDU2Nzg5MHF3ZXJ0eXVpb3BB".into(),
        ),
        ("sessionid=abc123", "Set-Cookie: sessionid=abc123; Path=/".into()),
    ];
    let mut wrong = Vec::new();
    for (secret, text) in cases {
        let masked = redactor().text(text);
        if masked.contains(secret) || !masked.contains("<redacted ") || redactor().text(&masked) != masked {
            wrong.push(masked);
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// What explains faults and must stay, byte for byte.
#[test]
fn what_explains_faults_stays() {
    let cases = [
        "Error: couldn't find key password in Secret shop/orders-db",
        "FATAL: password authentication failed for user \"orders\"",
        "MountVolume.SetUp failed for volume \"tls\" : secret \"web-tls\" not found",
        "error retrieving secret: secrets \"orders-db\" not found",
        "failed to fetch token: unauthorized",
        "invalid token: expired",
        "secret: store shop/vault is not ready",
        "password must be at least 8 characters",
        "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed",
        "checkout-7d9f8c6b5d-x2x9z",
        "root: Pod/shop/checkout-7d9f8c6b5d-x2x9z container web",
        "owner=PersistentVolumeClaim/data-platform/kafka-broker-data-kafka-0",
        "key: /registry/pods/shop/checkout-7d9f8c6b5d-x2x9z",
        "path=spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem",
        "reason=FailedToRetrieveImagePullSecret code=ContainerStatusUnknownRequirementsX1",
        "Pod/shop/secret-injector-6c8f9b7d5-abcde: CrashLoopBackOff",
        "sk-frontend-service-7d9f8c6b5d-x2x9z",
        "nginx@sha256:9b2e6a7f0c1d2e3f4a5b6c7d8e9f00112233445566778899aabbccddeeff0011",
        "imageID: docker.io/library/nginx@sha256:9b2e6a7f0c1d2e3f4a5b6c7d8e9f00112233445566778899aabbccddeeff0011",
        "containerID: containerd://4f5c8d9e0a1b2c3d4e5f60718293a4b5c6d7e8f901234567890abcdef0123456",
        "uid: 1f0d7a52-3c1e-4c5e-9a55-0c6a3f6d2b11",
        "image: registry.example.com:5000/shop/checkout:v1.4.2-rc1",
        "registry.example.com:5000/shop/checkout@sha256:9b2e6a7f0c1d2e3f4a5b6c7d8e9f00112233445566778899aabbccddeeff0011",
        "GET https://api.example.com:8443/v1/orders?id=4711 502",
        "dial tcp 10.96.0.12:5432: connect: connection refused",
        "lookup orders.shop.svc.cluster.local on 10.96.0.10:53: no such host",
        "    secretName: web-tls",
        "secretKeyRef: {name: orders-db, key: password}",
        "valueFrom:\n  secretKeyRef:\n    key: password\n    name: orders-db",
        "automountServiceAccountToken: true",
        "tokenExpirationSeconds: 3607",
        "imagePullSecrets: [{name: regcred}]",
        "DB_PASSWORD_FILE=/run/secrets/db",
        "DB_PASSWORD:  <set to the key 'password' in secret 'orders-db'>  Optional: false",
        "password: $(DB_PASSWORD)",
        "--password=${DB_PASSWORD}",
        "max_tokens=4096 tokens: 214",
        "WWW-Authenticate: Basic realm=\"registry\"",
        "basic authentication required",
        "Access denied for user 'orders'@'10.0.0.1' (using password: YES)",
        "WRONGPASS invalid username-password pair or user is disabled.",
        "ERR AUTH <password> called without any password configured for the default user",
        "imagePullSecret: regcred",
        "Unable to attach or mount volumes: unmounted volumes=[token], unattached volumes=[token kube-api-access-abcde]",
        "trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7",
        "routing_key=orders.created.v1 key=orders:4711:status",
        "nginx -p /var/lib -c nginx.conf",
        "psql -U orders -h db -p 5432",
        "unknown flag --token provided",
        "mkdir() \"/var/cache/nginx/client_temp\" failed (30: Read-only file system)",
        "level=error ts=2026-11-21T10:21:00.001Z caller=main.go:42 msg=\"upstream connect refused\" host=orders:8080",
        "pod-template-hash=7d9f8c6b5d app=checkout",
        "2026-11-21T10:20:58.114Z user alice@example.com logged in",
        "x509: certificate signed by unknown authority",
    ];
    let wrong: Vec<String> = cases
        .into_iter()
        .map(|text| (text, redactor().text(text)))
        .filter(|(text, masked)| text != masked)
        .map(|(_, masked)| masked)
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn our_own_words_pass_unchanged() {
    let ours = crate::chat::session::SYSTEM;
    assert_eq!(redactor().text(ours), ours);
    let seed = crate::chat::seed::build(&crate::chat::sample::dossier(), 6_000, &redactor());
    assert_eq!(
        redactor().text(&seed.text),
        seed.text,
        "what `prompt` prints is what is sent"
    );
}

#[test]
fn what_stands_around_a_secret_stays() {
    let cases = [
        (
            "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0=\n-----END PRIVATE KEY-----\nnext",
            "-----BEGIN PRIVATE KEY-----\n<24>\n-----END PRIVATE KEY-----\nnext",
        ),
        (
            "postgres://orders:hunter2@db:5432/orders?sslmode=disable",
            "postgres://orders:<7>@db:5432/orders?sslmode=disable",
        ),
        (
            "user=orders,password=hunter2,host=db",
            "user=orders,password=<7>,host=db",
        ),
        ("(password=hunter2)", "(password=<7>)"),
        (
            "{\"token\": \"hunter2\", \"x\": 1}",
            "{\"token\": \"<7>\", \"x\": 1}",
        ),
        (
            "curl -H 'Authorization: Bearer abc.def' http://api",
            "curl -H 'Authorization: Bearer <7>' http://api",
        ),
        (
            "- name: DB_PASSWORD\n  value: hunter2\n- name: DB_HOST\n  value: db",
            "- name: DB_PASSWORD\n  value: <7>\n- name: DB_HOST\n  value: db",
        ),
    ];
    let short = regex::Regex::new("<redacted (\\d+) bytes #[0-9a-f]{4}>").unwrap();
    for (text, expected) in cases {
        let masked = redactor().text(text);
        assert_eq!(short.replace_all(&masked, "<$1>"), expected);
    }
}

#[test]
fn equal_secrets_look_equal_within_a_salt() {
    let one = redactor().text("password=hunter2 token=hunter2");
    let marks: Vec<_> = one.split('#').skip(1).map(|rest| &rest[..4]).collect();
    assert_eq!(marks[0], marks[1]);
    assert!(one.contains("<redacted 7 bytes #"));
    assert_ne!(one, Redactor::new([8; 16]).text("password=hunter2 token=hunter2"));
}

#[test]
fn objects_are_masked_by_their_structure() {
    let mut object = json!({
        "kind": "Pod",
        "metadata": {"annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": "{\"value\":\"hunter2\"}", "team": "shop"}},
        "spec": {"containers": [{
            "args": ["--user", "root", "--password", "hunter2", "--token=hunter2", "--verbose"],
            "env": [
                {"name": "DB_PASSWORD", "value": "hunter2"},
                {"name": "DB_HOST", "value": "db.shop"},
                {"name": "DSN", "value": "postgres://u:hunter2@db/x"},
                {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "orders-db", "key": "token"}}}],
            "volumeMounts": [{"name": "token", "mountPath": "/var/run/secrets"}]}],
            "volumes": [{"secret": {"secretName": "web-tls"}}]}});
    redactor().json(&mut object);
    let text = object.to_string();
    assert!(!text.contains("hunter2"), "{text}");
    for kept in [
        "DB_PASSWORD",
        "db.shop",
        "root",
        "orders-db",
        "\"key\":\"token\"",
        "web-tls",
        "--verbose",
        "team",
        "/var/run/secrets",
    ] {
        assert!(text.contains(kept), "{kept} is gone from {text}");
    }
    let once = object.clone();
    redactor().json(&mut object);
    assert_eq!(object, once);
}

#[test]
fn of_a_secret_the_keys_stay() {
    let mut secret =
        json!({"kind": "Secret", "data": {"username": "b3JkZXJz"}, "stringData": {"note": "plain"}});
    redactor().json(&mut secret);
    assert!(
        secret["data"]["username"]
            .as_str()
            .unwrap()
            .starts_with("<redacted 8 bytes")
    );
    assert!(
        secret["stringData"]["note"]
            .as_str()
            .unwrap()
            .starts_with("<redacted 5 bytes")
    );
    let mut custom = json!({"spec": {"adminPassword": 12_345_678, "maxTokens": 4096}});
    redactor().json(&mut custom);
    assert!(custom["spec"]["adminPassword"].is_string());
    assert_eq!(custom["spec"]["maxTokens"], 4096);
}

/// A secret in one of the forms in which secrets are written.
fn planted() -> impl Strategy<Value = (String, String)> {
    let word = "[A-Za-z0-9]{6}[A-Z][0-9][a-z][A-Za-z0-9]{20,30}";
    (0..14_usize, word).prop_map(|(form, secret)| {
        let text = match form {
            0 => format!("password={secret}"),
            1 => format!("DB_PASSWORD: {secret}"),
            2 => format!("\"api_key\": \"{secret}\""),
            3 => format!("Authorization: Bearer {secret}"),
            4 => format!("postgres://user:{secret}@db:5432/x"),
            5 => format!("--client-secret {secret}"),
            6 => format!("sk-{secret}"),
            7 => format!("ghp_{secret}"),
            8 => format!("eyJ{secret}.{secret}.{secret}"),
            9 => format!("-----BEGIN PRIVATE KEY-----\n{secret}\n-----END PRIVATE KEY-----"),
            10 => format!("AccountKey={secret}=="),
            11 => format!("- name: SESSION_TOKEN\n  value: {secret}"),
            12 => format!("{{\\\"token\\\":\\\"{secret}\\\"}}"),
            _ => format!("https://{secret}@git.example.com/x"),
        };
        (secret, text)
    })
}

proptest! {
    #[test]
    fn planted_secrets_never_survive(before in "[ -~\n]{0,60}", (secret, text) in planted(), after in "[ -~\n]{0,60}") {
        let masked = redactor().text(&format!("{before}\n{text}\n{after}"));
        // Not even a part of it.
        let parts = (0..=secret.len() - 8).map(|start| &secret[start..start + 8]);
        for part in parts {
            prop_assert!(!masked.contains(part), "{part} of {secret} is left in {masked}");
        }
    }

    #[test]
    fn redacting_twice_changes_nothing(before in "[ -~\n]{0,80}", (_, text) in planted(), after in "[ -~\n]{0,80}") {
        let masked = redactor().text(&format!("{before} {text} {after}"));
        prop_assert_eq!(redactor().text(&masked), masked);
    }

    #[test]
    fn words_and_numbers_stay(text in "[a-z]{1,9}( [a-z]{1,9}| [0-9]{1,5}|, [a-z]{1,9}){0,20}") {
        prop_assert_eq!(redactor().text(&text), text);
    }
}

#[test]
fn numbered_marks_say_the_same_whatever_the_salt() {
    let told = "password=hunter22 token=abcdefgh1 password=hunter22 then password=geheim99";
    let one = numbered(&Redactor::new([1; 16]).text(told));
    assert_eq!(one, numbered(&Redactor::new([2; 16]).text(told)));
    assert_eq!(one.matches("#1>").count(), 2, "{one}");
    assert!(one.contains("#2>") && one.contains("#3>"), "{one}");
    // What is numbered is masked, and stays so.
    assert_eq!(Redactor::new([3; 16]).text(&one), one);
}
