//! Highlighted YAML and JSON by syntect's grammars, shell by its words, in the theme's roles.
//!
//! Only lines that are looked at are parsed, and of a long text none above them: the cost of a window is that of its
//! lines, wherever it stands. Each painted line is kept.

mod grammar;
mod shell;

use std::collections::BTreeMap;

use ratatui::text::Line;

use crate::app::theme::Theme;

use super::text::escape::clean;
use grammar::Painter;

pub use grammar::Language;

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
    language: Language,
    lines: Vec<String>,
    /// What was painted, in the theme of that name.
    painted: BTreeMap<usize, Line<'static>>,
    theme: String,
    /// Ready to paint the line with that index.
    painter: Option<(usize, Painter)>,
    /// Ready to paint the last line, which may still grow.
    last: Option<(usize, Painter)>,
}

impl Code {
    /// A text; nothing is highlighted yet.
    pub fn new(language: Language, text: &str) -> Self {
        Self {
            language,
            lines: text.lines().map(|line| clean(line).into_owned()).collect(),
            painted: BTreeMap::new(),
            theme: String::new(),
            painter: None,
            last: None,
        }
    }

    /// Makes it a text that goes on where this one ends; what was painted of the lines that are the same stays.
    pub fn grow(&mut self, text: &str) {
        let lines: Vec<String> = text.lines().map(|line| clean(line).into_owned()).collect();
        let same = self
            .lines
            .iter()
            .zip(&lines)
            .take_while(|(old, new)| old == new)
            .count();
        self.painted.split_off(&same);
        self.painter.take_if(|(next, _)| *next > same);
        self.lines = lines;
    }

    /// Its language.
    pub const fn language(&self) -> Language {
        self.language
    }

    /// How many lines it has.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Its lines, harmless and without style: for search.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// `height` lines from line `top` (from 0).
    pub fn window(&mut self, top: usize, height: usize, theme: &Theme) -> Vec<Line<'static>> {
        if self.theme != theme.name() {
            self.painted.clear();
            theme.name().clone_into(&mut self.theme);
        }
        let end = self.lines.len().min(top.saturating_add(height));
        (top..end).map(|index| self.line(index, theme)).collect()
    }

    fn line(&mut self, index: usize, theme: &Theme) -> Line<'static> {
        if let Some(line) = self.painted.get(&index) {
            return line.clone();
        }
        let mut painter = match (self.painter.take(), self.last.take()) {
            (Some((next, painter)), _) | (_, Some((next, painter))) if next == index => painter,
            _ => self.painter_for(index),
        };
        if index + 1 == self.lines.len() {
            self.last = Some((index, painter.clone()));
        }
        let text = self.lines.get(index).map_or("", String::as_str);
        let line = painter.paint(text, theme);
        self.painter = Some((index + 1, painter));
        self.painted.insert(index, line.clone());
        line
    }

    /// A painter in the state in which line `index` begins, without reading all that stands above it.
    fn painter_for(&self, index: usize) -> Painter {
        let mut painter = Painter::new(self.language);
        match self.language {
            _ if index == 0 => {}
            // A string of JSON ends in its line: all that matters is to be inside an object.
            Language::Json => painter.read("{"),
            // Of YAML's block scalars each line leaves the parser as it found it.
            Language::Yaml => {
                if let Some(header) = self.block_scalar_around(index) {
                    let above = self.lines.iter().take(index).skip(header).take(2);
                    above.for_each(|line| painter.read(line));
                }
            }
            Language::Bash => self.lines.iter().take(index).for_each(|line| painter.read(line)),
        }
        painter
    }

    /// The line that opens the YAML block scalar (`key: |`) that line `index` stands in.
    fn block_scalar_around(&self, index: usize) -> Option<usize> {
        let mut inner = self.lines.iter().skip(index).find_map(|line| indent(line))?;
        let mut opener = None;
        for (above, line) in self.lines.iter().enumerate().take(index).rev() {
            let Some(columns) = indent(line).filter(|columns| *columns < inner) else {
                continue;
            };
            inner = columns;
            if opens_block_scalar(line) {
                opener = Some(above);
            }
            if inner == 0 {
                break;
            }
        }
        opener
    }
}

/// Columns before the first word; `None` for a blank line.
fn indent(line: &str) -> Option<usize> {
    line.find(|character| character != ' ')
}

/// Whether a line ends in `|`, `>`, or one of these with its modifiers.
fn opens_block_scalar(line: &str) -> bool {
    let Some(last) = line.split_whitespace().next_back() else {
        return false;
    };
    let mut characters = last.chars();
    matches!(characters.next(), Some('|' | '>'))
        && characters.all(|modifier| matches!(modifier, '+' | '-' | '1'..='9'))
}
