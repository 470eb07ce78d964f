//! The right pane: what is known about what is selected in the tree.

use std::cell::RefCell;
use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::engine::cluster::{Failure, FailureKind};
use crate::engine::evidence::dossier::EventLine;
use crate::engine::object::{ObjectRef, Text};
use crate::engine::placement::Placed;
use crate::views::highlight::{Code, Language};

use super::keymap::Action;
use super::logs::{Incoming, LogPane, SourceState};
use super::message::RequestId;
use super::yaml::Document;

/// A tab of the pane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    /// What, why, and what to do.
    #[default]
    Overview,
    /// Every fact.
    Evidence,
    /// What the cluster said about its objects.
    Events,
    /// The logs of its containers.
    Logs,
    /// An object.
    Yaml,
    /// The conversation; a screen of its own.
    Chat,
}

impl Tab {
    /// Every tab, in order.
    pub const ALL: [Self; 6] = [
        Self::Overview,
        Self::Evidence,
        Self::Events,
        Self::Logs,
        Self::Yaml,
        Self::Chat,
    ];

    /// Those of an object that no problem is about.
    pub const OF_OBJECT: &[Self] = &[Self::Yaml, Self::Events, Self::Chat];

    /// As it stands in the line of tabs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Evidence => "evidence",
            Self::Events => "events",
            Self::Logs => "logs",
            Self::Yaml => "yaml",
            Self::Chat => "chat",
        }
    }

    /// The one of `tabs` beside it, round the ends.
    #[must_use]
    pub fn beside(self, tabs: &[Self], forward: bool) -> Self {
        let at = tabs.iter().position(|tab| *tab == self).unwrap_or(0);
        let by = if forward { 1 } else { tabs.len().saturating_sub(1) };
        tabs.get((at + by) % tabs.len().max(1)).copied().unwrap_or(self)
    }
}

/// Something that is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Loaded<T> {
    /// Not asked for yet.
    #[default]
    Not,
    /// Asked for.
    Waiting {
        /// The request whose reply is taken; others are dropped.
        request: RequestId,
        /// Since when.
        since: Timestamp,
    },
    /// There.
    Ready(T),
    /// It will not come: one line that says what to do.
    Failed(Text),
}

impl<T> Loaded<T> {
    /// Whether this reply is waited for.
    pub fn awaits(&self, reply: RequestId) -> bool {
        matches!(self, Self::Waiting { request, .. } if *request == reply)
    }

    /// What came.
    pub const fn ready(&self) -> Option<&T> {
        match self {
            Self::Ready(value) => Some(value),
            Self::Not | Self::Waiting { .. } | Self::Failed(_) => None,
        }
    }
}

/// What the pane is about: a problem, or one of its findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// The problem's id.
    pub problem: Text,
    /// The finding's id, where a row of one is selected.
    pub finding: Option<Text>,
}

/// The pane.
#[derive(Debug, Default)]
pub struct Detail {
    /// What is shown.
    pub tab: Tab,
    /// Where Esc comes back to from a source that was opened.
    pub back: Option<Tab>,
    /// What it is about.
    pub subject: Option<Subject>,
    /// Lines above the first one that is visible.
    pub scroll: usize,
    /// The number of the fact under the cursor, in the evidence tab.
    pub fact: u32,
    /// Events: those on the screen stay until newer ones are there.
    pub events: Loaded<Vec<EventLine>>,
    /// The request for newer ones.
    pub events_request: Option<RequestId>,
    /// Where the pod of the problem could run; what is shown stays until newer is there.
    pub placement: Loaded<Option<Box<Placed>>>,
    /// The request for newer, and when it was made.
    pub placement_request: Option<(RequestId, Timestamp)>,
    /// An object.
    pub yaml: YamlPane,
    /// Logs.
    pub logs: Option<Logs>,
    /// When what the selected row needs is asked for: not while the cursor runs past.
    pub settles_at: Option<Timestamp>,
}

/// An object being read.
#[derive(Debug, Default)]
pub struct YamlPane {
    /// Which.
    pub object: Option<ObjectRef>,
    /// Its YAML.
    pub document: Loaded<Document>,
    /// The same, highlighted as far as it was looked at.
    pub code: RefCell<Option<Code>>,
    /// The line of the cursor.
    pub line: usize,
    /// The first visible line.
    pub top: usize,
    /// Columns to the left of what is visible.
    pub left: usize,
    /// What is searched for.
    pub search: String,
    /// The field to go to once it is there, and the evidence that names it.
    pub field: Option<(Text, u32)>,
}

impl YamlPane {
    /// Takes what came.
    pub fn take(&mut self, result: Result<Document, Failure>, height: usize) {
        match result {
            Ok(document) => {
                *self.code.get_mut() = Some(Code::new(Language::Yaml, &document.text()));
                self.line = 0;
                if let Some((path, _)) = &self.field {
                    self.line = document.find(path).unwrap_or(0);
                }
                self.top = self.line.saturating_sub(height / 3);
                self.document = Loaded::Ready(document);
                self.keep_visible(height);
            }
            Err(failure) => {
                let name = self.object.as_ref().map(ObjectRef::path).unwrap_or_default();
                let line = match failure.kind {
                    FailureKind::NotFound => format!("{name} does not exist (404)."),
                    FailureKind::Forbidden
                    | FailureKind::Unauthorized
                    | FailureKind::Unreachable
                    | FailureKind::Refused => failure.to_string(),
                };
                self.document = Loaded::Failed(line.into());
            }
        }
    }

    /// Handles an action; `false` where it is none of its own.
    pub fn update(&mut self, action: Action, height: usize) -> bool {
        let page = height.max(2) - 1;
        match action {
            Action::Up => self.line = self.line.saturating_sub(1),
            Action::Down => self.line += 1,
            Action::PageUp => self.line = self.line.saturating_sub(page),
            Action::PageDown => self.line += page,
            Action::Top => self.line = 0,
            Action::Bottom => self.line = usize::MAX,
            Action::Left => self.left = self.left.saturating_sub(8),
            Action::Right => self.left += 8,
            Action::NextMatch => self.find(true),
            Action::PreviousMatch => self.find(false),
            _ => return false,
        }
        self.keep_visible(height);
        true
    }

    /// Goes to the next line that holds what is searched for, round the ends.
    pub fn find(&mut self, forward: bool) {
        let Some(document) = self.document.ready().filter(|_| !self.search.is_empty()) else {
            return;
        };
        let word = self.search.to_lowercase();
        let lines = document.lines().iter().enumerate();
        let hits: Vec<usize> = lines
            .filter(|(_, line)| line.text.to_lowercase().contains(&word))
            .map(|(index, _)| index)
            .collect();
        let found = if forward {
            hits.iter().find(|hit| **hit > self.line).or(hits.first())
        } else {
            hits.iter().rfind(|hit| **hit < self.line).or(hits.last())
        };
        self.line = found.copied().unwrap_or(self.line);
    }

    /// The line under the cursor.
    pub fn selected(&self) -> Option<&str> {
        let line = self.document.ready()?.lines().get(self.line)?;
        Some(line.text.trim())
    }

    /// Keeps the cursor in the document and on the screen.
    pub fn keep_visible(&mut self, height: usize) {
        let lines = self.document.ready().map_or(0, |document| document.lines().len());
        self.line = self.line.min(lines.saturating_sub(1));
        let lowest = (self.line + 1).saturating_sub(height.max(1));
        let last = lines.saturating_sub(height).max(lowest);
        self.top = self.top.clamp(lowest, self.line).min(last);
    }
}

/// Logs being read.
#[derive(Debug)]
pub struct Logs {
    /// The request whose lines are taken.
    pub request: RequestId,
    /// The lines.
    pub pane: LogPane,
    /// What is read: `shop/checkout · web · 3 pods · previous + current`.
    pub title: String,
    /// Lines that are held back until every source has spoken, or until [`Logs::opens_at`]: several logs are put
    /// together by their times. `None` once they are on the screen.
    pub held: Option<Vec<Incoming>>,
    /// When what is held back is shown at the latest.
    pub opens_at: Timestamp,
    /// How often each container was restarted, by the index of its present instance; taken at its first line.
    pub restarts: BTreeMap<usize, u32>,
    /// The evidence to go to once its line is there.
    pub evidence: Option<u32>,
}

impl Logs {
    /// Takes lines of a source.
    pub fn take(&mut self, lines: Vec<Incoming>) {
        match &mut self.held {
            Some(held) => held.extend(lines),
            None => self.show(lines),
        }
    }

    /// Shows what was held back, where it is time.
    pub fn open(&mut self, now: Timestamp) {
        let waits = self
            .pane
            .sources()
            .iter()
            .any(|(_, state)| *state == SourceState::Loading);
        if !waits || self.opens_at <= now {
            let held = self.held.take();
            self.show(held.unwrap_or_default());
        }
    }

    fn show(&mut self, mut lines: Vec<Incoming>) {
        lines.sort_by_key(|line| line.time);
        for line in lines {
            // The first line of a new instance comes after all of the one before it.
            if let Some(times) = self.restarts.remove(&line.source.0) {
                self.pane.restarted(line.source, None, times);
            }
            self.pane.push(line.source, line.time, &line.text);
        }
        if let Some(n) = self.evidence
            && self.pane.go_to_evidence(n)
        {
            self.evidence = None;
        }
    }
}
