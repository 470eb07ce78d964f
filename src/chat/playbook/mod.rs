//! The playbook's answers, where no model is configured: what is known about the problem, in Markdown, chosen by the
//! words of the question. It does not pretend to understand.

mod answers;
mod lines;
mod topics;

#[cfg(test)]
mod tests;

use super::provider::Chunk;
use super::session::{Event, RequestId};
use crate::engine::evidence::dossier::Dossier;
use answers::{affected, changes, commands, events, fix, gaps, logs, no_model, since, sure, why};
use topics::{Topic, topics};

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
