//! The playbook's answers, where no model is configured: what is known about the subject, in Markdown, chosen by the
//! words of the question. It does not pretend to understand.

mod answers;
mod lines;
mod overview;
mod sound;
mod topics;

#[cfg(test)]
mod tests;

use super::provider::Chunk;
use super::session::{Event, RequestId};
use crate::engine::evidence::dossier::{About, Dossier};
use crate::engine::problem::Problem;
use answers::{
    affected, changes, commands, events, fix, gaps, images, logs, no_model, nodes, since, sure, why,
};
use topics::{Topic, topics};

/// The opening words: of a problem cause, why, fix and commands.
pub fn opening(dossier: &Dossier) -> String {
    let (text, topics) = match &dossier.about {
        About::Problem(problem) => (
            format!(
                "{}\n{}{}{}",
                why(problem),
                nodes(dossier),
                images(dossier),
                fix(problem)
            ),
            "why, logs, events, what changed, since when, what is affected, how to fix it",
        ),
        About::Object(object) => (
            sound::verdict(dossier, object),
            "logs, events, what could not be seen",
        ),
        About::Cluster(overview) => (
            overview::list(dossier, overview),
            "why, how to fix it, commands, what could not be seen; of another than the worst problem by the name of what fails",
        ),
    };
    format!("{text}\n*The playbook says this; no model is configured. Ask: {topics}.*\n")
}

/// The answer to a question, by its words.
pub fn answer(dossier: &Dossier, question: &str) -> String {
    let topics = topics(question);
    if topics.is_empty() && !matches!(dossier.about, About::Cluster(_)) {
        return no_model();
    }
    let mut parts: Vec<String> = match &dossier.about {
        About::Problem(problem) => topics
            .into_iter()
            .map(|topic| of_problem(topic, dossier, problem))
            .collect(),
        About::Object(object) => topics
            .into_iter()
            .map(|topic| sound::answer(topic, dossier, object))
            .collect(),
        About::Cluster(overview) => vec![overview::answer(dossier, overview, question, &topics)],
    };
    parts.dedup();
    parts.join("\n")
}

/// What a topic means of a problem.
fn of_problem(topic: Topic, dossier: &Dossier, problem: &Problem) -> String {
    match topic {
        Topic::Why => format!("{}{}", why(problem), nodes(dossier)),
        Topic::Logs => logs(dossier),
        Topic::Events => events(dossier),
        Topic::Changes => changes(problem),
        Topic::Since => since(dossier, problem),
        Topic::Affected => affected(problem),
        Topic::Sure => sure(problem),
        Topic::Gaps => gaps(dossier),
        Topic::Fix => fix(problem),
        Topic::Commands => commands(problem),
        Topic::Help => no_model(),
    }
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
