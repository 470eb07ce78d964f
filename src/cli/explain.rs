//! `k8stui explain`: one question about one problem, answered as it comes.

use std::io::Write;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::args::{Cli, ExplainArgs};
use super::look::{ALL, dossier, look};
use super::markdown::Printer;
use super::{CouldNot, OK, answers, settings};
use crate::chat::consent::Consents;
use crate::chat::driver::{Driver, Places};
use crate::chat::session::{Effect, Entry, EntryState, Event, Role, Session, Speaker};
use crate::chat::{playbook, seed};
use crate::engine::evidence::dossier::Dossier;

/// Asks, and prints the answer while it comes.
pub async fn run(cli: &Cli, args: &ExplainArgs, out: &mut impl Write) -> Result<u8, CouldNot> {
    let (config, dirs) = settings::read(cli)?;
    let places = answers::places(dirs.as_ref());
    let consents = places.consent.as_deref().map(Consents::load).unwrap_or_default();
    let answers = answers::Answers::configured(&config, &consents, false).await?;
    let seen = look(cli, ALL).await?;
    let dossier = dossier(&seen, &args.id).await?;
    if answers.speaker == Speaker::Playbook {
        writeln!(out, "(playbook · no model)\n")?;
        let said = match &args.question {
            Some(question) => playbook::answer(&dossier, question),
            None => playbook::opening(&dossier),
        };
        Printer::for_stdout().print(&said, true, out)?;
        return Ok(OK);
    }
    let redactor = answers::redactor();
    let mut seed = seed::build(&dossier, seed::BUDGET_TOKENS, &redactor);
    if let Some(question) = &args.question {
        seed.text.push_str("\n\n");
        seed.text.push_str(&redactor.text(question));
    }
    let (sender, mut events) = mpsc::channel(64);
    // What was asked on a command line is not a conversation to be resumed.
    let mut driver = Driver::new(answers.provider, Places::default(), redactor, sender);
    let mut session = start(&dossier, answers.speaker);
    let effects = session.handle(Event::Open { seed }, Timestamp::now());
    drive(&mut driver, &session, effects)?;
    let mut printer = Printer::for_stdout();
    while session.is_answering() || session.waiting().is_some() {
        let Some((_, event)) = events.recv().await else {
            break;
        };
        let effects = session.handle(event, Timestamp::now());
        drive(&mut driver, &session, effects)?;
        if let Some(answer) = answer(&session) {
            printer.print(&answer.text, false, out)?;
        }
    }
    if let Some(answer) = answer(&session) {
        printer.print(&answer.text, true, out)?;
    }
    match answer(&session) {
        Some(answer) if answer.state == EntryState::Done => Ok(OK),
        _ => Err(CouldNot(last_notice(&session))),
    }
}

fn start(dossier: &Dossier, speaker: Speaker) -> Session {
    let problem = dossier.problem().map(|problem| problem.id.clone());
    Session::new(
        "explain",
        problem.unwrap_or_else(|| "".into()),
        dossier.cluster.id.clone(),
        speaker,
        Timestamp::now(),
    )
}

fn drive(driver: &mut Driver, session: &Session, effects: Vec<Effect>) -> Result<(), CouldNot> {
    for effect in effects {
        if let Some(Effect::AskConsent { host }) = driver.run(session.id(), effect, Timestamp::now()) {
            return Err(CouldNot(format!(
                "nobody has said yet that text may go to {host}. Say so once in the console, or name it with K8STUI_BASE_URL."
            )));
        }
    }
    Ok(())
}

fn answer(session: &Session) -> Option<&Entry> {
    session.entries().iter().rfind(|entry| entry.role == Role::Answer)
}

fn last_notice(session: &Session) -> String {
    let notice = session.entries().iter().rfind(|entry| entry.role == Role::Notice);
    notice.map_or_else(|| "no answer came".to_owned(), |entry| entry.text.clone())
}
