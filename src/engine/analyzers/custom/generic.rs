//! The analyzer for any custom resource: what its status says by the ecosystem's conventions.
//!
//! One finding an object (or one a part, where only parts fail), from the most telling condition; the others are its
//! evidence. What is off by intent or on its way is no fault. Nothing is said of a type or word that nobody knows.

use jiff::Timestamp;

use super::code::{DELETING, FAILED, NOT_OBSERVED, NOT_READY, PAUSED, STUCK, WARNING};
use super::condition::{Condition, Group, Truth, groups};
use super::intent::{self, Reason};
use super::polarity::{Conventions, Polarity, is_summary};
use super::resource::{Resource, text};
use super::said::{condition_text, shorten, words};
use super::word::{self, Meaning};
use crate::engine::analyzers::{Analysis, grace};
use crate::engine::evidence::Evidence;
use crate::engine::finding::{Finding, Severity};

/// What a judged condition comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Fine,
    /// Not well, but a start or a retry may still mend it.
    Waits(Timestamp),
    Warns,
    Stuck,
    Faulty,
}

struct Case<'a> {
    resource: Resource<'a>,
    conventions: &'a Conventions,
    now: Timestamp,
    analysis: Analysis,
}

/// What a resource's status says.
pub fn analyze(resource: Resource<'_>, conventions: &Conventions, now: Timestamp) -> Analysis {
    let mut case = Case {
        resource,
        conventions,
        now,
        analysis: Analysis::default(),
    };
    case.check();
    let owner = resource.owner();
    for finding in &mut case.analysis.findings {
        finding.owner = owner.clone();
    }
    case.analysis
}

impl Case<'_> {
    fn check(&mut self) {
        if let Some(asked) = self.resource.deletion_asked() {
            return self.deleting(asked);
        }
        let status = self.resource.status();
        if !status.is_object() || self.is_unseen() {
            return;
        }
        let (own, parts) = groups(status);
        if self.conditions_are_stale(&own) {
            return;
        }
        let words = word::words(status);
        let done = words.iter().any(|word| word.meaning == Meaning::Done);
        let off = words.iter().any(|word| word.meaning == Meaning::Off);
        if off {
            return;
        }
        let conditions = self.of_conditions(&own, "", done);
        // A word that says a failure says more than a condition that only lasts.
        let lasts = |finding: &Finding| matches!(&*finding.code, STUCK | WARNING);
        let word = if conditions.as_ref().is_none_or(lasts) {
            self.of_words(&own, &words)
        } else {
            None
        };
        let found = match (conditions, word) {
            (Some(_), Some(word)) if &*word.code == FAILED => Some(word),
            (None, word) => word,
            (conditions, _) => conditions,
        };
        match found.or_else(|| self.unobserved()) {
            Some(finding) => self.analysis.findings.push(finding),
            None => self.of_parts(&parts, done),
        }
        self.heed_intent();
    }

    /// Whether a look now would be too early; if so, asks for another one.
    fn is_early(&mut self, since: Option<Timestamp>, seconds: i64) -> bool {
        let Some(end) = since.map(|since| grace::later(since, seconds)) else {
            return false;
        };
        if self.now < end {
            self.analysis.look_again_at(end);
            return true;
        }
        false
    }

    fn grace(&self, usual: i64) -> i64 {
        self.conventions
            .grace
            .map_or(usual, |own| i64::from(own).max(usual))
    }

    fn deleting(&mut self, asked: Timestamp) {
        let finalizers: Vec<&str> = self.resource.finalizers().collect();
        if finalizers.is_empty() || self.is_early(Some(asked), grace::CUSTOM_DELETION) {
            return;
        }
        let names = finalizers.join(", ");
        let object = self.resource.object();
        let word = if finalizers.len() == 1 {
            "finalizer"
        } else {
            "finalizers"
        };
        let mut finding = Finding::new(
            DELETING,
            Severity::Warning,
            object.clone(),
            format!("cannot be deleted: held by {word} {names}"),
        );
        finding.since = Some(asked);
        finding.message = format!(
            "Its deletion was asked for {} ago; it stays until the controller behind {names} has done its part.",
            grace::words(grace::between(asked, self.now)),
        )
        .into();
        finding.evidence = vec![
            Evidence::field(object.clone(), "metadata.finalizers", names.as_str()),
            Evidence::field(object.clone(), "metadata.deletionTimestamp", asked.to_string()),
        ];
        let (own, _) = groups(self.resource.status());
        let failing = own.iter().filter(|condition| {
            let bad = match self.conventions.polarity(condition.kind) {
                Polarity::Good => condition.status == Truth::False,
                Polarity::Bad => condition.status == Truth::True,
                _ => false,
            };
            bad && !condition.message.is_empty()
        });
        finding
            .evidence
            .extend(failing.map(|condition| self.evidence(condition)).take(3));
        self.analysis.findings.push(finding);
    }

    /// Whether its controller has not yet had the time to look at what is asked now.
    fn is_unseen(&mut self) -> bool {
        match unseen_until(self.resource, self.now) {
            Some(end) => {
                self.analysis.look_again_at(end);
                true
            }
            None => false,
        }
    }

    /// The same for controllers that say so in each condition.
    fn conditions_are_stale(&mut self, own: &[Condition<'_>]) -> bool {
        let mut observed = own
            .iter()
            .filter_map(|condition| condition.observed_generation)
            .peekable();
        let stale = observed.peek().is_some() && observed.all(|seen| Some(seen) < self.resource.generation());
        stale && self.is_early(self.resource.changed(), grace::CUSTOM_OBSERVED)
    }

    fn unobserved(&self) -> Option<Finding> {
        let generation = self.resource.generation()?;
        let seen = self
            .resource
            .observed_generation()
            .filter(|seen| *seen < generation)?;
        let object = self.resource.object();
        let mut finding = Finding::new(
            NOT_OBSERVED,
            Severity::Warning,
            object.clone(),
            format!(
                "its controller has not looked at the present spec (generation {generation}, seen {seen})"
            ),
        );
        finding.since = self.resource.changed();
        finding.message =
            "What its status says is about an older spec. Its controller may not run, or may not \
                           be allowed to write the status."
                .into();
        finding.evidence = vec![
            Evidence::field(object.clone(), "status.observedGeneration", seen.to_string()),
            Evidence::field(object, "metadata.generation", generation.to_string()),
        ];
        Some(finding)
    }

    /// What one condition comes to.
    fn judge(&self, condition: &Condition<'_>, done: bool) -> Verdict {
        let reason = intent::reason(condition.reason);
        let after = |seconds: i64, verdict: Verdict| {
            let since = condition.since.or_else(|| self.resource.created());
            match since.map(|since| grace::later(since, seconds)) {
                Some(end) if self.now < end => Verdict::Waits(end),
                _ => verdict,
            }
        };
        let progress = |seconds: i64| after(self.grace(seconds), Verdict::Stuck);
        match (
            self.conventions.polarity(condition.kind),
            condition.status,
            reason,
        ) {
            (_, _, Reason::Intent) => Verdict::Fine,
            (Polarity::Good, Truth::False, _) if done => Verdict::Fine,
            // Knative's and Cluster API's word for what is no fault.
            (Polarity::Good, Truth::False, _) if condition.severity == "Info" => {
                if is_summary(condition.kind) {
                    progress(grace::CUSTOM_UNKNOWN)
                } else {
                    Verdict::Fine
                }
            }
            (Polarity::Good | Polarity::Progress, Truth::False, Reason::Fault) => {
                after(grace::CUSTOM_FAULT, Verdict::Faulty)
            }
            (Polarity::Good, Truth::False, Reason::Progress) => progress(grace::CUSTOM_PROGRESS),
            (Polarity::Good, Truth::False, Reason::Plain)
            | (Polarity::Good, Truth::Unknown, Reason::Fault) => {
                after(self.grace(grace::CUSTOM_PLAIN), Verdict::Faulty)
            }
            // A run (a pipeline's) that goes on says Unknown for as long as it takes.
            (Polarity::Good, Truth::Unknown, _) if condition.kind == "Succeeded" => Verdict::Fine,
            (Polarity::Good, Truth::Unknown, _) => progress(grace::CUSTOM_UNKNOWN),
            (Polarity::Bad, Truth::True, Reason::Progress) => {
                after(self.grace(grace::CUSTOM_PROGRESS), Verdict::Faulty)
            }
            (Polarity::Bad, Truth::True, _) => after(grace::CUSTOM_FAULT, Verdict::Faulty),
            (Polarity::Warns, Truth::True, _) => Verdict::Warns,
            _ => Verdict::Fine,
        }
    }

    /// A finding of the conditions of the object, or of one of its parts.
    fn of_conditions(&mut self, conditions: &[Condition<'_>], subject: &str, done: bool) -> Option<Finding> {
        let judged: Vec<(&Condition<'_>, Verdict)> = conditions
            .iter()
            .map(|condition| (condition, self.judge(condition, done)))
            .collect();
        for (_, verdict) in &judged {
            if let Verdict::Waits(end) = verdict {
                self.analysis.look_again_at(*end);
            }
        }
        let worst = judged.iter().map(|(_, verdict)| *verdict).max()?;
        let (code, severity) = match worst {
            Verdict::Fine | Verdict::Waits(_) => return None,
            Verdict::Warns => (WARNING, Severity::Info),
            Verdict::Stuck => (STUCK, Severity::Warning),
            Verdict::Faulty => (NOT_READY, Severity::Warning),
        };
        // The first of those that tell most: its reason says a fault, it has a message, it sums up the rest.
        let telling = |condition: &Condition<'_>| {
            let fault = intent::reason(condition.reason) == Reason::Fault;
            4 * i32::from(fault)
                + 2 * i32::from(!condition.message.is_empty())
                + i32::from(is_summary(condition.kind))
        };
        let mut lead = None;
        for (condition, _) in judged.iter().filter(|(_, verdict)| *verdict == worst) {
            if lead.is_none_or(|best| telling(best) < telling(condition)) {
                lead = Some(*condition);
            }
        }
        let lead = lead?;
        let bad = self.conventions.polarity(lead.kind) == Polarity::Bad;
        let failed = bad || lead.kind == "Succeeded" || lead.kind == "Progressing";
        let code = if failed && code == NOT_READY { FAILED } else { code };
        let mut finding = Finding::new(
            code,
            severity,
            self.resource.object(),
            title(lead, worst, bad, subject, self.now),
        );
        finding.subject = subject.into();
        finding.since = lead.since;
        finding.message = lead.message.trim().into();
        finding.evidence.push(self.evidence(lead));
        let others = judged
            .iter()
            .filter(|(condition, verdict)| condition.kind != lead.kind && *verdict >= Verdict::Stuck);
        finding
            .evidence
            .extend(others.map(|(condition, _)| self.evidence(condition)).take(3));
        self.fade(&mut finding);
        Some(finding)
    }

    fn of_parts(&mut self, parts: &[Group<'_>], done: bool) {
        for part in parts.iter().take(32) {
            if let Some(finding) = self.of_conditions(&part.conditions, &part.subject, done) {
                self.analysis.findings.push(finding);
            }
        }
    }

    /// A finding of `phase`, `state` or `health`, or of a terminal error beside them.
    fn of_words(&mut self, own: &[Condition<'_>], words: &[word::Word<'_>]) -> Option<Finding> {
        let status = self.resource.status();
        // A controller that says in a condition that all is well is believed.
        let well = own.iter().any(|condition| {
            condition.status == Truth::True && matches!(condition.kind, "Ready" | "Available" | "Healthy")
        });
        let terminal = text(status, "failureMessage");
        let bad = words.iter().find(|word| word.meaning == Meaning::Bad);
        let pending = words.iter().find(|word| word.meaning == Meaning::Pending);
        let object = self.resource.object();
        let latest = own.iter().filter_map(|condition| condition.since).max();
        let said = word::said(status);
        let mut finding = if let Some(word) = bad.filter(|_| !well) {
            let what = said
                .as_ref()
                .map_or(String::new(), |(_, said)| format!(": {}", shorten(said)));
            let mut finding = Finding::new(
                FAILED,
                Severity::Warning,
                object.clone(),
                format!("{} is {}{what}", name(&word.path), word.said),
            );
            finding
                .evidence
                .push(Evidence::field(object.clone(), word.path.as_str(), word.said));
            finding
        } else if !terminal.is_empty() {
            Finding::new(FAILED, Severity::Warning, object.clone(), shorten(terminal))
        } else {
            let word = pending.filter(|_| !well)?;
            let since = latest.max(self.resource.changed());
            if self.is_early(since, self.grace(grace::CUSTOM_UNKNOWN)) {
                return None;
            }
            let lasts = since.map_or(String::new(), |since| {
                format!(" for {}", grace::words(grace::between(since, self.now)))
            });
            let what = said
                .as_ref()
                .map_or(String::new(), |(_, said)| format!(": {}", shorten(said)));
            let mut finding = Finding::new(
                STUCK,
                Severity::Warning,
                object.clone(),
                format!("{} has been {}{lasts}{what}", name(&word.path), word.said),
            );
            finding
                .evidence
                .push(Evidence::field(object.clone(), word.path.as_str(), word.said));
            finding.since = since;
            finding
        };
        if let Some((path, said)) = said {
            finding.message = said.trim().into();
            finding.evidence.push(Evidence::field(object, path, said.trim()));
        }
        finding.since = finding.since.or(latest);
        self.fade(&mut finding);
        Some(finding)
    }

    /// A run that is over failed once: after a day that is history.
    fn fade(&mut self, finding: &mut Finding) {
        let status = self.resource.status();
        let over = [
            "completionTime",
            "completionTimestamp",
            "finishedAt",
            "terminationTime",
        ]
        .iter()
        .find_map(|key| text(status, key).parse::<Timestamp>().ok());
        if let Some(over) = over {
            finding.since = finding.since.or(Some(over));
            if !self.is_early(Some(over), grace::CUSTOM_RUN) {
                finding.severity = Severity::Info;
            }
        }
    }

    /// What somebody switched off is at most worth a mention.
    fn heed_intent(&mut self) {
        let Some((path, value)) = intent::switched_off(self.resource) else {
            return;
        };
        let object = self.resource.object();
        self.analysis.findings.truncate(1);
        for finding in &mut self.analysis.findings {
            finding.code = PAUSED.into();
            finding.severity = Severity::Info;
            finding.title = format!("switched off by {path}; before that: {}", finding.title).into();
            finding
                .evidence
                .insert(0, Evidence::field(object.clone(), path.as_str(), value.as_str()));
        }
    }

    fn evidence(&self, condition: &Condition<'_>) -> Evidence {
        Evidence::field(
            self.resource.object(),
            condition.path.as_str(),
            condition_text(condition),
        )
        .at(condition.since)
    }
}

/// Until when its controller has time to look at what is asked, where it has not done so.
pub fn unseen_until(resource: Resource<'_>, now: Timestamp) -> Option<Timestamp> {
    let seen = resource.observed_generation()?;
    if seen >= resource.generation()? {
        return None;
    }
    let end = grace::later(resource.changed()?, grace::CUSTOM_OBSERVED);
    (now < end).then_some(end)
}

/// `status.phase` is `phase`, `status.health.status` is `health`.
fn name(path: &str) -> &str {
    path.split('.').nth(1).unwrap_or(path)
}

/// What a condition says as a title: `not ready (InvalidConfig): the key is not there`.
fn title(condition: &Condition<'_>, verdict: Verdict, bad: bool, subject: &str, now: Timestamp) -> String {
    let kind = condition.kind;
    let not = if is_summary(kind) {
        format!("not {}", words(kind))
    } else {
        format!("{kind} is {}", condition.word)
    };
    let what = match verdict {
        Verdict::Stuck => {
            let lasts = condition.since.map_or(String::new(), |since| {
                format!(" for {}", grace::words(grace::between(since, now)))
            });
            format!("{not}{lasts}")
        }
        _ if bad || verdict == Verdict::Warns => words(kind),
        _ if kind == "Succeeded" => "failed".to_owned(),
        _ if kind == "Progressing" => "makes no progress".to_owned(),
        _ => not,
    };
    let place = if subject.is_empty() {
        String::new()
    } else {
        format!("{subject}: ")
    };
    let reason = if condition.reason.is_empty() || condition.reason == condition.kind {
        String::new()
    } else {
        format!(" ({})", condition.reason)
    };
    let message = if condition.message.trim().is_empty() {
        String::new()
    } else {
        format!(": {}", shorten(condition.message))
    };
    format!("{place}{what}{reason}{message}")
}
