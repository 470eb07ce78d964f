//! Highlighted YAML, JSON and shell.

use ratatui::text::{Line, Span};

use crate::app::theme::{Role, Theme};

use super::text::escape::clean;

/// A language that is highlighted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// YAML.
    Yaml,
    /// JSON.
    Json,
    /// A shell's.
    Bash,
}

/// All of `text`, highlighted.
pub fn highlight(language: Language, text: &str, theme: &Theme) -> Vec<Line<'static>> {
    let mut code = Code::new(language, text);
    let lines = code.len();
    code.window(0, lines, theme)
}

/// All of a YAML text, highlighted.
pub fn yaml(text: &str, theme: &Theme) -> Vec<Line<'static>> {
    highlight(Language::Yaml, text, theme)
}

/// A text of which only what is on the screen is highlighted.
#[derive(Clone, Debug)]
pub struct Code {
    lines: Vec<String>,
}

impl Code {
    /// A text; nothing is highlighted yet.
    pub fn new(_language: Language, text: &str) -> Self {
        Self {
            lines: text.lines().map(|line| clean(line).into_owned()).collect(),
        }
    }

    /// How many lines it has.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// `height` lines from line `top` (from 0).
    pub fn window(&mut self, top: usize, height: usize, theme: &Theme) -> Vec<Line<'static>> {
        let style = theme.style(Role::Code);
        let shown = self.lines.iter().skip(top).take(height);
        shown
            .map(|line| Line::from(Span::styled(line.clone(), style)))
            .collect()
    }
}

/// The line (from 0) at which a field of a YAML document stands, `spec.containers[0].image`.
pub fn find_field(yaml: &str, path: &str) -> Option<usize> {
    let last = path.rsplit('.').next()?;
    yaml.lines()
        .position(|line| line.trim_start().starts_with(&format!("{last}:")))
}
