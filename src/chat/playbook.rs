//! The playbook's answers, where no model is configured: what is known about the problem, in Markdown, chosen by the
//! words of the question. It does not pretend to understand.

use std::fmt::Write;

use jiff::Timestamp;

use super::provider::Chunk;
use super::seed::count;
use super::session::{Event, RequestId};
use crate::engine::evidence::dossier::{ContainerLog, Dossier};
use crate::engine::evidence::{Numbered, Source};

/// Events that an answer shows.
const EVENTS: usize = 12;

/// Lines of log that an answer shows of a container.
const LOG_LINES: usize = 8;

/// What can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Topic {
    Logs,
    Events,
    Changes,
    Since,
    Affected,
    Sure,
    Gaps,
    Commands,
    Fix,
    Why,
    Help,
}

/// Words that ask for a topic; in the order in which topics are answered.
const ASKED: &[(Topic, &[&str])] = &[
    (
        Topic::Why,
        &[
            "why", "cause", "causes", "caused", "reason", "because", "root", "evidence", "proof", "prove",
            "proves", "explain", "wrong", "happened",
        ],
    ),
    (
        Topic::Logs,
        &[
            "log",
            "logs",
            "logged",
            "stderr",
            "stdout",
            "output",
            "trace",
            "stacktrace",
            "traceback",
        ],
    ),
    (Topic::Events, &["event", "events"]),
    (
        Topic::Changes,
        &[
            "change",
            "changes",
            "changed",
            "differ",
            "different",
            "difference",
            "diff",
            "revision",
            "deployed",
            "rollout",
        ],
    ),
    (
        Topic::Since,
        &["since", "when", "long", "started", "began", "ago"],
    ),
    (
        Topic::Affected,
        &[
            "affected", "affects", "impact", "symptom", "symptoms", "follows", "else", "depends", "also",
        ],
    ),
    (Topic::Sure, &["sure", "certain", "confident", "confidence"]),
    (Topic::Gaps, &["coverage", "forbidden", "unseen", "gaps", "blind"]),
    (
        Topic::Fix,
        &[
            "fix",
            "fixed",
            "fixes",
            "mend",
            "solve",
            "solved",
            "solution",
            "repair",
            "resolve",
            "heal",
            "remedy",
            "workaround",
            "undo",
            "rollback",
        ],
    ),
    (Topic::Commands, &["command", "commands", "kubectl"]),
    (Topic::Help, &["help"]),
];

/// Words that mean something only where no other does: "how long" asks for a time, "how" for a way.
const WEAK: &[(Topic, &[&str])] = &[(Topic::Fix, &["how", "do", "should"]), (Topic::Why, &["what"])];

/// The opening words: cause, why, fix and commands.
pub fn opening(dossier: &Dossier) -> String {
    let mut text = why(dossier);
    text.push('\n');
    text.push_str(&fix(dossier));
    text.push_str("\n*The playbook says this; no model is configured. Ask: why, logs, events, what changed, since when, what is affected, how to fix it.*\n");
    text
}

/// The answer to a question, by its words.
pub fn answer(dossier: &Dossier, question: &str) -> String {
    let topics = topics(question);
    if topics.is_empty() {
        return no_model();
    }
    let parts: Vec<String> = topics
        .into_iter()
        .map(|topic| match topic {
            Topic::Why => why(dossier),
            Topic::Logs => logs(dossier),
            Topic::Events => events(dossier),
            Topic::Changes => changes(dossier),
            Topic::Since => since(dossier),
            Topic::Affected => affected(dossier),
            Topic::Sure => sure(dossier),
            Topic::Gaps => gaps(dossier),
            Topic::Fix => fix(dossier),
            Topic::Commands => commands(dossier),
            Topic::Help => no_model(),
        })
        .collect();
    parts.join("\n")
}

/// The answer as a session awaits it; `question` is `None` for the opening words.
pub fn reply(request: RequestId, dossier: &Dossier, question: Option<&str>) -> [Event; 2] {
    let text = question.map_or_else(|| opening(dossier), |question| answer(dossier, question));
    let reason = "stop".into();
    [
        Event::Stream(request, Chunk::Text(text)),
        Event::Stream(request, Chunk::Finished { reason }),
    ]
}

fn topics(question: &str) -> Vec<Topic> {
    let question = question.to_lowercase();
    let words: Vec<&str> = question
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let asked = |table: &[(Topic, &[&str])]| -> Vec<Topic> {
        table
            .iter()
            .filter(|(_, asking)| words.iter().any(|word| asking.contains(word)))
            .map(|(topic, _)| *topic)
            .collect()
    };
    let topics = asked(ASKED);
    if topics.is_empty() { asked(WEAK) } else { topics }
}

fn why(dossier: &Dossier) -> String {
    let diagnosis = &dossier.problem.diagnosis;
    let mut text = format!(
        "**{}** {} ({})\n",
        plain(&diagnosis.cause),
        numbers(&diagnosis.why),
        diagnosis.confidence.name()
    );
    let shown: Vec<&Numbered> = diagnosis
        .why
        .iter()
        .filter_map(|n| dossier.problem.fact(*n))
        .collect();
    if !shown.is_empty() {
        text.push_str("\n**Why**\n\n");
        for fact in shown {
            let _ = writeln!(text, "{}", fact_line(fact));
        }
    }
    text
}

fn fix(dossier: &Dossier) -> String {
    let diagnosis = &dossier.problem.diagnosis;
    if diagnosis.fix.is_empty() && diagnosis.commands.is_empty() {
        return "**Fix**: the playbook knows none for this. Look at the evidence.\n".to_owned();
    }
    format!("**Fix**: {}\n\n{}", plain(&diagnosis.fix), commands(dossier))
}

/// The commands, in a block from which the chat numbers them.
fn commands(dossier: &Dossier) -> String {
    let commands = &dossier.problem.diagnosis.commands;
    if commands.is_empty() {
        return "The playbook has no commands for this.\n".to_owned();
    }
    let mut text = String::from("```bash\n");
    let mut effect = None;
    for command in commands {
        if effect != Some(command.mutates) {
            effect = Some(command.mutates);
            text.push_str(if command.mutates {
                "# changes the cluster\n"
            } else {
                "# only reads\n"
            });
        }
        let _ = writeln!(text, "{}", command.command);
    }
    text.push_str("```\n");
    text
}

fn logs(dossier: &Dossier) -> String {
    let mut text = String::new();
    for log in &dossier.logs {
        text.push_str(&log_part(log));
    }
    if text.is_empty() {
        "No log was read for this problem: no container of it has failed, or its logs could not be read.\n"
            .to_owned()
    } else {
        text
    }
}

fn log_part(log: &ContainerLog) -> String {
    let digest = &log.digest;
    let which = if log.previous { ", the instance before" } else { "" };
    let mut text = format!(
        "**Log of {} container {}{which}**, {} lines read:\n\n",
        log.pod.path(),
        log.container,
        count(digest.lines)
    );
    let errors: Vec<_> = digest
        .patterns
        .iter()
        .filter(|pattern| pattern.weight > 0)
        .take(LOG_LINES)
        .collect();
    for pattern in &errors {
        let times = if pattern.count > 1 {
            format!("{}x ", count(u64::from(pattern.count)))
        } else {
            String::new()
        };
        let _ = writeln!(
            text,
            "- {times}{}{}",
            time(pattern.line.time),
            plain(&pattern.line.text)
        );
    }
    if errors.is_empty() {
        text.push_str("No line of it looks like an error. Its last lines:\n\n");
        for line in digest.tail.iter().rev().take(LOG_LINES).rev() {
            let _ = writeln!(text, "- {}{}", time(line.time), plain(&line.text));
        }
    }
    text.push('\n');
    text
}

fn events(dossier: &Dossier) -> String {
    let events = &dossier.events;
    if events.is_empty() {
        return "There are no events about it. Events are kept for an hour.\n".to_owned();
    }
    let mut text = format!(
        "**Events**, the last {} of {}:\n\n",
        events.len().min(EVENTS),
        events.len()
    );
    for event in events.iter().rev().take(EVENTS).rev() {
        let times = if event.count > 1 {
            format!(" ({}x)", event.count)
        } else {
            String::new()
        };
        let sign = if event.warning { "⚠ " } else { "" };
        let _ = writeln!(
            text,
            "- {sign}{}{} {}{times}: {}",
            time(event.last),
            plain(&event.reason),
            event.object.short(),
            plain(&event.message)
        );
    }
    text
}

fn changes(dossier: &Dossier) -> String {
    let mut text = String::new();
    for fact in &dossier.problem.evidence {
        if matches!(fact.evidence.source, Source::Change { .. }) {
            let _ = writeln!(text, "{}", fact_line(fact));
        }
    }
    if text.is_empty() {
        "No change is known that goes with this problem: the revision before is not there any more, or nothing was rolled out.\n".to_owned()
    } else {
        format!("**Changed**\n\n{text}")
    }
}

fn since(dossier: &Dossier) -> String {
    match dossier.problem.since {
        Some(since) => {
            let seconds = dossier.at.duration_since(since).as_secs().max(0);
            let ago = match seconds {
                0..120 => format!("{seconds} s"),
                120..7_200 => format!("{} min", seconds / 60),
                7_200..172_800 => format!("{} h", seconds / 3_600),
                _ => format!("{} days", seconds / 86_400),
            };
            format!(
                "Since {}: {ago} when this chat was opened.\n",
                time(Some(since)).trim_end()
            )
        }
        None => "Since when is not known: nothing in the cluster says it.\n".to_owned(),
    }
}

fn affected(dossier: &Dossier) -> String {
    let problem = &dossier.problem;
    let mut text = String::new();
    if problem.count > 1 {
        let _ = writeln!(text, "{} objects fail alike.\n", problem.count);
    }
    for member in problem.symptoms() {
        let finding = &member.finding;
        let _ = writeln!(
            text,
            "- {}: {} {}",
            finding.object.path(),
            plain(&finding.title),
            numbers(&member.evidence)
        );
    }
    if text.is_empty() {
        format!(
            "Nothing that is watched follows from it. It is about {}.\n",
            problem.owner.path()
        )
    } else {
        format!("**What follows from it**\n\n{text}")
    }
}

fn sure(dossier: &Dossier) -> String {
    let diagnosis = &dossier.problem.diagnosis;
    use crate::engine::problem::Confidence;
    let meaning = match diagnosis.confidence {
        Confidence::Certain => "the evidence says it in so many words",
        Confidence::Likely => "the evidence points at it",
        Confidence::Possible => "it is one of several causes that fit",
    };
    format!(
        "{}: {meaning} {}.\n",
        diagnosis.confidence.name(),
        numbers(&diagnosis.why)
    )
}

fn gaps(dossier: &Dossier) -> String {
    let mut text = String::new();
    for gap in dossier.coverage.gaps() {
        let _ = writeln!(text, "- {} {}: {}", gap.what, gap.kind, plain(&gap.detail));
    }
    if text.is_empty() {
        "Everything that was looked for could be looked at.\n".to_owned()
    } else {
        format!("**Could not look at**\n\n{text}")
    }
}

fn no_model() -> String {
    "No model is configured, so this is the playbook: it knows answers, not language. It can tell: why, logs, events, \
what changed, since when, what is affected, how sure it is, what could not be seen, how to fix it, commands.\n\n\
For a conversation set `K8STUI_BASE_URL` to any OpenAI-compatible endpoint, such as a local one at \
`http://localhost:11434/v1`, with `K8STUI_MODEL` and, where it wants one, `K8STUI_API_KEY`.\n"
        .to_owned()
}

fn fact_line(fact: &Numbered) -> String {
    let evidence = &fact.evidence;
    let place = match &evidence.source {
        Source::Field { path } | Source::Change { path } => plain(path),
        Source::Event { reason, .. } => plain(reason),
        Source::Log {
            container, previous, ..
        } => {
            format!(
                "{}{}",
                plain(container),
                if *previous { ", the instance before" } else { "" }
            )
        }
        Source::Related => String::new(),
    };
    let colon = if evidence.text.starts_with('=') { "" } else { ":" };
    format!(
        "- [{}] {} {} {place}{colon} {}{}",
        fact.n,
        evidence.source.kind(),
        plain(&evidence.object.path()),
        time(evidence.time),
        plain(&evidence.text)
    )
}

fn numbers(numbers: &[u32]) -> String {
    numbers.iter().map(|n| format!("[{n}]")).collect()
}

fn time(time: Option<Timestamp>) -> String {
    time.map(|time| time.strftime("%Y-%m-%dT%H:%M:%SZ ").to_string())
        .unwrap_or_default()
}

/// Text of the cluster as one line of Markdown that means nothing but itself: a log line must not become a link, a
/// heading or a command that the chat offers to copy.
fn plain(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for letter in text.trim().chars() {
        if letter.is_control() {
            line.push(' ');
            continue;
        }
        if "\\`*_[]<>#|~&!".contains(letter) {
            line.push('\\');
        }
        line.push(letter);
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
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
}
