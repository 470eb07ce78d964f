//! Highlighted code.

use std::fmt::Write as _;

use k8stui::app::theme::Theme;
use k8stui::views::highlight::{Code, Language, highlight, yaml};

use crate::support::screen;

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: checkout-7d9f
  labels: {app: checkout, \"tier\": 'web'}
spec:
  containers:
    - name: web
      image: nginx:1.14.2 # old
      args: [\"-c\", \"x\"]
      resources:
        limits:
          memory: 64Mi
          cpu: 1
      securityContext:
        readOnlyRootFilesystem: true
      env:
        - name: SCRIPT
          value: |
            key: not a key
            # not a comment
status: null
";

#[test]
fn yaml_is_told_apart_by_role() {
    insta::assert_snapshot!(screen::styled(&screen::of_lines(&yaml(POD, &Theme::dark()), 50)));
}

#[test]
fn json_and_shell_too() {
    let theme = Theme::dark();
    let mut lines = highlight(
        Language::Json,
        "{\"kind\": \"Pod\",\n \"n\": 3, \"ok\": true,\n \"list\": [\"a\", {\"b\": null}]}",
        &theme,
    );
    lines.extend(highlight(
        Language::Bash,
        "# all pods\nkubectl -n shop get pods -l app=checkout | grep \"web\" && echo 'done'",
        &theme,
    ));
    insta::assert_snapshot!(screen::styled(&screen::of_lines(&lines, 72)));
}

#[test]
fn a_window_looks_as_it_does_in_the_whole() {
    let theme = Theme::dark();
    let json = "{\n  \"a\": 1,\n  \"b\": {\n    \"c\": \"d\"\n  }\n}";
    for (language, text) in [(Language::Yaml, POD), (Language::Json, json)] {
        let whole = highlight(language, text, &theme);
        for top in 0..whole.len() {
            let mut code = Code::new(language, text);
            let window = code.window(top, 2, &theme);
            let expected: Vec<_> = whole.iter().skip(top).take(2).cloned().collect();
            assert_eq!(window, expected, "{language:?} from line {top}");
        }
    }
}

#[test]
fn a_text_that_grows_looks_as_if_it_had_always_been_whole() {
    let theme = Theme::dark();
    let script = "if kubectl get pods | grep \"web\nweb\"; then\n  echo 'yes' # it\nfi\n";
    for (language, text) in [(Language::Yaml, POD), (Language::Bash, script)] {
        let mut code = Code::new(language, "");
        for end in 0..=text.len() {
            code.grow(&text[..end]);
            let lines = code.window(0, code.len(), &theme);
            assert_eq!(
                lines,
                highlight(language, &text[..end], &theme),
                "{language:?} up to {end}"
            );
        }
        code.grow("");
        assert!(code.is_empty());
    }
}

#[test]
fn the_middle_of_a_huge_text_costs_only_itself() {
    let mut text = String::from("data:\n  script: |\n");
    for line in 0..200_000 {
        let _ = writeln!(text, "    key{line}: value # text");
    }
    text.push_str("kind: ConfigMap\n");
    let theme = Theme::dark();
    let mut code = Code::new(Language::Yaml, &text);
    let inside = code.window(150_000, 1, &theme).remove(0);
    assert_eq!(inside.spans.len(), 1, "all of it is one string: {inside:?}");
    let end = code.window(200_002, 1, &theme).remove(0);
    assert_eq!(end, yaml("kind: ConfigMap", &theme).remove(0));
}
