use super::topics::{Topic, topics};
use super::{answer, opening};
use crate::chat::{commands, sample};

#[test]
fn the_opening_says_cause_why_fix_and_commands() {
    insta::assert_snapshot!(opening(&sample::dossier()));
}

#[test]
fn simple_questions_are_answered_in_any_order_and_case() {
    let cases: &[(&str, &[Topic])] = &[
        ("why?", &[Topic::Why]),
        ("WHY does it crash", &[Topic::Why]),
        ("show me the logs", &[Topic::Logs]),
        ("events please", &[Topic::Events]),
        ("how do I fix it?", &[Topic::Fix]),
        ("How?", &[Topic::Fix]),
        ("what should I do", &[Topic::Fix, Topic::Why]),
        ("what changed?", &[Topic::Changes]),
        ("since when", &[Topic::Since]),
        ("how long has this been so", &[Topic::Since]),
        ("what else is affected?", &[Topic::Affected]),
        ("commands", &[Topic::Commands]),
        ("logs and events", &[Topic::Logs, Topic::Events]),
        ("are you sure?", &[Topic::Sure]),
        ("help", &[Topic::Help]),
        ("tell me a joke", &[]),
        ("exit", &[]),
        ("", &[]),
    ];
    for (question, expected) in cases {
        assert_eq!(topics(question), *expected, "{question}");
    }
}

#[test]
fn every_topic_has_an_answer() {
    let dossier = sample::dossier();
    let answers: Vec<String> = [
        "why", "logs", "events", "changed", "since", "affected", "sure", "coverage", "commands",
    ]
    .into_iter()
    .map(|question| format!("## {question}\n{}", answer(&dossier, question)))
    .collect();
    insta::assert_snapshot!(answers.join("\n"));
}

#[test]
fn where_it_cannot_answer_it_says_so_and_how_to_get_a_model() {
    let answer = answer(&sample::dossier(), "is blue nicer than green?");
    assert!(answer.contains("No model is configured") && answer.contains("K8STUI_BASE_URL"));
}

#[test]
fn a_log_line_cannot_plant_a_command() {
    let mut dossier = sample::dossier();
    let evil = "`kubectl delete ns shop` [x](http://evil)\n```bash\nkubectl delete ns shop\n```";
    sample::say(&mut dossier, evil);
    let said = format!("{}{}", opening(&dossier), answer(&dossier, "logs events why"));
    let found: Vec<_> = commands::find(&said)
        .into_iter()
        .map(|found| found.command)
        .collect();
    assert!(said.contains("kubectl delete ns shop"), "it is shown");
    assert!(
        found.iter().all(|command| !command.contains("delete")),
        "{found:?}"
    );
}

#[test]
fn of_an_object_without_a_fault_it_says_what_that_is_worth() {
    let dossier = sample::sound();
    let said = [
        opening(&dossier),
        answer(&dossier, "what is wrong?"),
        answer(&dossier, "events?"),
    ];
    insta::assert_snapshot!(said.join("\n=====\n"));
}

#[test]
fn of_the_cluster_it_answers_from_the_list() {
    let dossier = sample::cluster();
    let mut said = vec![opening(&dossier)];
    for question in [
        "how do I fix checkout?",
        "why is it so?",
        "what could you not see? coverage",
        "and now?",
        "help",
    ] {
        said.push(format!("## {question}\n{}", answer(&dossier, question)));
    }
    insta::assert_snapshot!(said.join("\n=====\n"));
}
