use super::{classify, find};

fn commands(markdown: &str) -> Vec<String> {
    find(markdown)
        .into_iter()
        .map(|found| found.command.to_string())
        .collect()
}

#[test]
fn commands_are_found_where_answers_write_them() {
    let cases: &[(&str, &[&str])] = &[
        (
            "```bash\nkubectl -n shop get pods\n```",
            &["kubectl -n shop get pods"],
        ),
        (
            "```\n$ kubectl -n shop get pods\nNAME READY\nweb 0/1\n$ kubectl logs web\n```",
            &["kubectl -n shop get pods", "kubectl logs web"],
        ),
        (
            "```sh\n# first look\nkubectl get pods # all\n```",
            &["kubectl get pods"],
        ),
        (
            "```bash\nkubectl -n shop \\\n  patch deployment web \\\n  -p '{}'\n```",
            &["kubectl -n shop patch deployment web -p '{}'"],
        ),
        (
            "```bash\nkubectl patch deployment web -p '{\n  \"spec\": {}\n}'\nkubectl get pods\n```",
            &[
                "kubectl patch deployment web -p '{\n  \"spec\": {}\n}'",
                "kubectl get pods",
            ],
        ),
        (
            "```bash\nkubectl apply -f - <<'EOF'\nkind: Pod\nname: kubectl get x\nEOF\nkubectl get pods\n```",
            &[
                "kubectl apply -f - <<'EOF'\nkind: Pod\nname: kubectl get x\nEOF",
                "kubectl get pods",
            ],
        ),
        (
            "```bash\ncat <<EOF | kubectl apply -f -\nkind: Pod\nEOF\n```",
            &["cat <<EOF | kubectl apply -f -\nkind: Pod\nEOF"],
        ),
        ("```yaml\ncommand: kubectl get pods\n```", &[]),
        ("```yaml\nkubectl get pods\n```", &[]),
        (
            "Run `kubectl -n shop get pods` first.",
            &["kubectl -n shop get pods"],
        ),
        ("Use `kubectl describe` or `kubectl logs`.", &[]),
        ("`kubectl version` tells.", &["kubectl version"]),
        (
            "`kubectl get po -n a` and again `kubectl get po -n a`",
            &["kubectl get po -n a"],
        ),
        (
            "1. Look:\n\n   ```bash\n   kubectl get pods\n   ```\n",
            &["kubectl get pods"],
        ),
        ("```bash\nkubectl get pods", &["kubectl get pods"]),
        ("kubectl get pods", &[]),
        ("```bash\necho kubectl delete ns shop\n```", &[]),
        ("```bash\nkubectl get pods\u{1b}[2K\u{202e}\n```", &[]),
        (
            "```bash\nkubectl logs <pod-name> -n shop\n```",
            &["kubectl logs <pod-name> -n shop"],
        ),
        (
            "```bash\nKUBECONFIG=/tmp/x kubectl get pods\n```",
            &["KUBECONFIG=/tmp/x kubectl get pods"],
        ),
    ];
    for (markdown, expected) in cases {
        assert_eq!(commands(markdown), *expected, "{markdown}");
    }
}

#[test]
fn what_only_reads_is_known_and_all_else_changes() {
    let reads = [
        "kubectl get pods -A -o wide",
        "kubectl -n shop get pods -w",
        "kubectl --namespace shop describe deployment/web",
        "kubectl logs -f -p web -c nginx --tail=20",
        "kubectl explain pod.spec",
        "kubectl top pods",
        "kubectl diff -f x.yaml",
        "kubectl rollout status deployment/web",
        "kubectl -n shop rollout history deployment/web --revision=3",
        "kubectl rollout -n shop history deployment/web",
        "kubectl auth can-i create pods",
        "kubectl config view",
        "kubectl config get-contexts",
        "kubectl apply -f x.yaml --dry-run=server",
        "kubectl create deployment x --image=nginx --dry-run=client -o yaml",
        "kubectl delete pod web --force --dry-run=server",
        "kubectl get pods -o jsonpath='{.items[*].metadata.name}'",
        "kubectl get pods -l 'app in (a, b)' -Aowide",
        "kubectl wait --for=condition=Ready pod/web",
        "kubectl apply view-last-applied deployment/web",
        "kubectl logs <pod-name>",
    ];
    for command in reads {
        assert!(!classify(command).mutates, "{command}");
    }
    let changes = [
        "kubectl apply -f x.yaml",
        "kubectl delete pod web",
        "kubectl rollout undo deployment/web",
        "kubectl rollout restart deployment/web",
        "kubectl auth reconcile -f x.yaml",
        "kubectl config set-context --current --namespace=x",
        "kubectl config use-context prod",
        "kubectl config delete-context prod",
        "kubectl exec web -- ls",
        "kubectl exec web -- kubectl get pods",
        "kubectl cp web:/x x",
        "kubectl port-forward web 8080",
        "kubectl proxy",
        "kubectl debug web -it --image=busybox",
        "kubectl run x --image=nginx",
        "kubectl run x --image=nginx -- --dry-run=client",
        "kubectl edit deployment web",
        "kubectl scale deployment web --replicas=3",
        "kubectl certificate approve x",
        "kubectl kustomize --enable-exec .",
        "kubectl frobnicate",
        "kubectl",
        "kubectl --frobnicate get delete",
        // The holes of others.
        "kubectl delete pod web --dry-run=none",
        "kubectl delete pod web --dry-run",
        "kubectl delete pod web --dry-run client",
        "kubectl delete pod web --dry-run=client --dry-run=none",
        "kubectl delete pod --selector --dry-run=client",
        "kubectl exec web --dry-run=client",
        "kubectl get pods > ~/.bashrc",
        "kubectl get pods | sh",
        "kubectl get pods; rm -rf x",
        "kubectl get pods && kubectl delete ns shop",
        "kubectl get pods & kubectl delete ns shop",
        "kubectl get pods $(kubectl delete ns shop)",
        "kubectl get pods `kubectl delete ns shop`",
        "kubectl get \"$(kubectl delete ns shop)\"",
        "kubectl $VERB pods",
        "kubectl get pods\nkubectl delete ns shop",
        "kubectl get 'pods",
        "my-kubectl get pods",
        "EDITOR=x kubectl get pods",
    ];
    for command in changes {
        assert!(classify(command).mutates, "{command}");
    }
}

#[test]
fn another_server_or_identity_is_flagged() {
    let foreign = [
        "kubectl get pods --server=https://evil",
        "kubectl get pods -s https://evil",
        "kubectl get pods -shttps://evil",
        "kubectl get pods -As https://evil",
        "kubectl logs -fs https://evil web",
        "kubectl --token=x get pods",
        "kubectl --token x get pods",
        "kubectl get pods --as=admin",
        "kubectl get pods --as_group system:masters",
        "kubectl get pods --insecure_skip_tls_verify",
        "kubectl get pods --insecure-skip-tls-verify=true",
        "kubectl --kubeconfig /tmp/x get pods",
        "kubectl get pods --client_certificate=x",
        "KUBECONFIG=/tmp/x kubectl get pods",
    ];
    for command in foreign {
        assert!(classify(command).flags.foreign, "{command}");
    }
    for command in [
        "kubectl get pods -n s -owide",
        "kubectl exec web -- curl --server=x",
        "kubectl get pods -lapp=s",
    ] {
        assert!(!classify(command).flags.foreign, "{command}");
    }
    assert!(
        !classify("kubectl --token x get pods").mutates,
        "the value of a flag is no verb"
    );
}

#[test]
fn what_a_shell_would_add_and_what_a_person_must_fill_in_is_flagged() {
    assert!(classify("kubectl get pods | grep web").flags.shell);
    assert!(classify("kubectl get pods 2>&1").flags.shell);
    assert!(
        !classify("kubectl get pods -o 'jsonpath={.items[?(@.a>1)]}'")
            .flags
            .shell
    );
    assert!(classify("kubectl logs <pod>").flags.placeholder);
    assert!(!classify("kubectl logs <pod>").flags.shell);
    assert!(!classify("kubectl logs web").flags.placeholder);
}
