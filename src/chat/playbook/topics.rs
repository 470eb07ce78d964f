//! What a question is about, by its words.

/// What can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Topic {
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

/// What a question asks for, in the order in which it is answered.
pub(super) fn topics(question: &str) -> Vec<Topic> {
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
