//! From syntect's scopes to roles.

use std::sync::LazyLock;

use ratatui::text::{Line, Span};
use syntect::easy::ScopeRegionIterator;
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxSet};

use super::shell::Shell;
use crate::app::theme::{Role, Theme};

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

impl Language {
    /// The language that a fence of Markdown names.
    pub fn of_fence(info: &str) -> Option<Self> {
        match info.split([' ', ',', '{']).next()?.to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Some(Self::Yaml),
            "json" | "jsonc" => Some(Self::Json),
            "bash" | "sh" | "shell" | "zsh" | "console" => Some(Self::Bash),
            _ => None,
        }
    }

    /// The extension by which syntect finds the grammar; a shell's is not used ([`super::shell`]).
    const fn extension(self) -> Option<&'static str> {
        match self {
            Self::Yaml => Some("yaml"),
            Self::Json => Some("json"),
            Self::Bash => None,
        }
    }
}

/// Longer lines are shown without highlighting: the grammars' expressions may take quadratic time.
const LONGEST: usize = 2_000;

/// syntect's grammars, unpacked at the first use. Each one's rules are read when it is first used.
static GRAMMARS: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);

/// Which role a scope has. The innermost scope of a place decides, for which the first fitting row counts.
static ROLES: LazyLock<Vec<(Scope, Role)>> = LazyLock::new(|| {
    [
        ("comment", Role::CodeComment),
        ("entity.name.tag", Role::CodeKey),
        ("meta.structure.dictionary.key", Role::CodeKey),
        ("meta.mapping.key", Role::CodeKey),
        ("variable.function", Role::CodeKey),
        ("support.function", Role::CodeKey),
        ("keyword.control", Role::CodeKey),
        ("constant.numeric", Role::CodeNumber),
        ("constant.language", Role::CodeNumber),
        ("string", Role::CodeString),
    ]
    .into_iter()
    .filter_map(|(scope, role)| Some((Scope::new(scope).ok()?, role)))
    .collect()
});

/// Paints consecutive lines of a text.
#[derive(Clone, Debug)]
pub(super) struct Painter {
    language: Language,
    state: Option<ParseState>,
    scopes: ScopeStack,
    shell: Shell,
}

impl Painter {
    /// At the beginning of a text.
    pub(super) fn new(language: Language) -> Self {
        let syntax = language
            .extension()
            .and_then(|extension| GRAMMARS.find_syntax_by_extension(extension));
        Self {
            language,
            state: syntax.map(ParseState::new),
            scopes: ScopeStack::new(),
            shell: Shell::new(),
        }
    }

    /// Reads a line that is not shown.
    pub(super) fn read(&mut self, line: &str) {
        self.regions(line, |_, _| {});
    }

    /// Paints the next line.
    pub(super) fn paint(&mut self, line: &str, theme: &Theme) -> Line<'static> {
        let mut spans: Vec<Span<'static>> = Vec::new();
        self.regions(line, |text, role| {
            let style = theme.style(role);
            match spans.last_mut() {
                Some(last) if last.style == style => last.content.to_mut().push_str(text),
                _ => spans.push(Span::styled(text.to_owned(), style)),
            }
        });
        Line::from(spans)
    }

    fn regions(&mut self, line: &str, mut each: impl FnMut(&str, Role)) {
        if self.language == Language::Bash {
            return self.shell.regions(line, each);
        }
        let text = format!("{line}\n");
        let parsed = self
            .state
            .as_mut()
            .filter(|_| line.len() <= LONGEST)
            .and_then(|state| state.parse_line(&text, &GRAMMARS).ok());
        let Some(changes) = parsed else {
            each(line, Role::Code);
            return;
        };
        for (piece, change) in ScopeRegionIterator::new(&changes, &text) {
            // A change that does not apply leaves the scopes as they are: a colour less, never a text less.
            let _ = self.scopes.apply(change);
            let piece = piece.trim_end_matches('\n');
            if !piece.is_empty() {
                each(piece, role(&self.scopes, self.language));
            }
        }
    }
}

fn role(scopes: &ScopeStack, language: Language) -> Role {
    let of = |scope: &Scope| ROLES.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope));
    let scopes = scopes.as_slice();
    let found = scopes
        .iter()
        .rev()
        .find_map(of)
        .map_or(Role::Code, |(_, role)| *role);
    // In JSON a key is a string in a place for keys, and the string is the inner one of the two.
    if language == Language::Json && found == Role::CodeString && scopes.iter().any(is_json_key) {
        return Role::CodeKey;
    }
    found
}

fn is_json_key(scope: &Scope) -> bool {
    of_role(Role::CodeKey).any(|prefix| prefix.is_prefix_of(*scope))
}

fn of_role(wanted: Role) -> impl Iterator<Item = &'static Scope> {
    ROLES
        .iter()
        .filter(move |(_, role)| *role == wanted)
        .map(|(scope, _)| scope)
}
