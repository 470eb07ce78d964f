//! Themes: what each role on the screen looks like.
//!
//! A view names a [`Role`], never a colour. Colour means severity or change and nothing else, and no meaning stands on
//! colour alone: every theme must read in sixteen colours, and [`Theme::monochrome`] in none.

use std::ops::Range;
use std::path::Path;

use include_dir::{Dir, include_dir};
use ratatui::style::{Color, Modifier, Style};
use toml::de::{DeTable, DeValue};

use super::config::nearest;
use super::file_error::FileError;

/// The themes that are built into the program.
static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/themes");

macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident $name:literal $plain:literal;)*) => {
        /// What a piece of text is. Themes give each one a style.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Role { $($(#[$doc])* $role,)* }

        impl Role {
            /// Every role, in the order of the theme files.
            pub const ALL: &[Self] = &[$(Self::$role),*];

            /// Its name in a theme file.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$role => $name,)* }
            }

            /// What it looks like without colour, in the notation of a theme file.
            const fn plain(self) -> &'static str {
                match self { $(Self::$role => $plain,)* }
            }
        }
    };
}

roles! {
    /// What is read: the terminal's own foreground.
    Text "text" "";
    /// What may be overlooked: ages, sources, costs.
    Dim "dim" "dim";
    /// What is read first.
    Bold "bold" "bold";
    /// The focus: its bar and the title of its pane.
    Accent "accent" "bold";
    /// The selected row.
    Selection "selection" "bold";
    /// The one line between two panes.
    Divider "divider" "dim";
    /// Users are hit or data are at risk.
    Critical "critical" "bold";
    /// Degraded, or will be.
    Warning "warning" "underline";
    /// Hygiene.
    Info "info" "";
    /// It was broken and is well.
    Healed "healed" "dim";
    /// A line that a change brought.
    Added "added" "bold";
    /// A line that a change took away.
    Removed "removed" "dim";
    /// Code without a finer role.
    Code "code" "";
    /// A key of YAML or JSON, a command's name.
    CodeKey "code-key" "bold";
    /// A string in code.
    CodeString "code-string" "";
    /// A number, `true`, `null`.
    CodeNumber "code-number" "";
    /// A comment in code.
    CodeComment "code-comment" "dim";
    /// A heading of an answer or of a part of a pane.
    Heading "heading" "bold underline";
    /// What can be opened: `[2]`, a link.
    Reference "reference" "underline";
    /// Something could not be done; the line says what to do.
    Error "error" "bold reverse";
    /// The first line of the screen.
    Header "header" "bold";
    /// The last line of the screen.
    Footer "footer" "dim";
    /// A key in the last line.
    FooterKey "footer-key" "bold";
    /// A fact that may no longer hold: the connection is lost.
    Stale "stale" "dim italic";
}

/// A style for every role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    name: String,
    styles: Vec<Style>,
}

impl Theme {
    /// The theme called `name`: `NAME.toml` in `user_dir` where there is one, else the built-in of that name. A role
    /// that a file leaves out looks as in `dark`.
    pub fn load(name: &str, user_dir: Option<&Path>) -> Result<Self, ThemeError> {
        let file = format!("{name}.toml");
        if let Some(path) = user_dir.map(|dir| dir.join(&file)).filter(|path| path.is_file()) {
            let text = std::fs::read_to_string(&path).map_err(|cause| FileError::Unreadable {
                path: path.clone(),
                cause,
            })?;
            return Self::parse(name, &text, &path);
        }
        match BUILT_IN
            .get_file(&file)
            .and_then(include_dir::File::contents_utf8)
        {
            Some(text) => Self::read(name, text, &Path::new("themes").join(&file), &Self::monochrome()),
            None => Err(ThemeError::Unknown {
                name: name.to_owned(),
                known: Self::names(user_dir).join(", "),
            }),
        }
    }

    /// No colour at all, for `NO_COLOR`: severity by its sign and by weight.
    pub fn monochrome() -> Self {
        let styles = Role::ALL
            .iter()
            .map(|role| style(role.plain()).unwrap_or_default())
            .collect();
        Self {
            name: "monochrome".to_owned(),
            styles,
        }
    }

    /// The built-in dark theme, the default.
    pub fn dark() -> Self {
        Self::load("dark", None).unwrap_or_else(|_| Self::monochrome())
    }

    /// Every theme that can be loaded by name, in alphabetical order.
    pub fn names(user_dir: Option<&Path>) -> Vec<String> {
        let mut names: Vec<String> = BUILT_IN.files().filter_map(|file| stem(file.path())).collect();
        if let Some(entries) = user_dir.and_then(|dir| std::fs::read_dir(dir).ok()) {
            names.extend(entries.filter_map(|entry| stem(&entry.ok()?.path())));
        }
        names.sort();
        names.dedup();
        names
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What `role` looks like.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }

    /// A theme from the text of a file; `path` is for the error alone. A role that it leaves out looks as in the
    /// built-in `dark`.
    pub fn parse(name: &str, text: &str, path: &Path) -> Result<Self, ThemeError> {
        Self::read(name, text, path, &Self::dark())
    }

    fn read(name: &str, text: &str, path: &Path, base: &Self) -> Result<Self, ThemeError> {
        let place = |span: Range<usize>, problem: String| {
            ThemeError::from(FileError::invalid(path, text, span.start, problem))
        };
        let table = DeTable::parse(text)
            .map_err(|error| place(error.span().unwrap_or(0..0), error.message().to_owned()))?;
        let mut styles = base.styles.clone();
        for (key, value) in table.get_ref() {
            let role = Role::ALL
                .iter()
                .find(|role| role.name() == key.get_ref().as_ref());
            let Some(slot) = role.and_then(|role| styles.get_mut(*role as usize)) else {
                let known: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
                let role = key.get_ref();
                let meant = nearest(role, known.iter().copied());
                let meant = meant.map_or_else(|| ".".to_owned(), |name| format!("; did you mean `{name}`?"));
                let problem = format!("unknown role `{role}`{meant} Roles are {}", known.join(", "));
                return Err(place(key.span(), problem));
            };
            let DeValue::String(words) = value.get_ref() else {
                let problem = format!("`{}` must be a string such as \"red bold\"", key.get_ref());
                return Err(place(value.span(), problem));
            };
            *slot = style(words).map_err(|unknown| {
                // The span is that of the literal, its quote included.
                let at = value.span().start + 1 + unknown.offset;
                place(at..at, unknown.to_string())
            })?;
        }
        Ok(Self {
            name: name.to_owned(),
            styles,
        })
    }
}

/// Why a theme cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    /// There is none of that name.
    #[error("no theme is called `{name}`; there are {known}")]
    Unknown {
        /// The name that was asked for.
        name: String,
        /// The names that could have been.
        known: String,
    },
    /// Its file cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
}

/// A word of a style that has no meaning, and where it stands.
#[derive(Debug, thiserror::Error)]
#[error("unknown word `{word}`. Colours are {}, #rrggbb; others are {}", COLOURS.map(|(name, _)| name).join(", "), MODIFIERS.map(|(name, _)| name).join(", "))]
struct UnknownWord {
    word: String,
    offset: usize,
}

/// The sixteen colours that every terminal has, and its own.
const COLOURS: [(&str, Color); 17] = [
    ("default", Color::Reset),
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("gray", Color::Gray),
    ("dark-gray", Color::DarkGray),
    ("light-red", Color::LightRed),
    ("light-green", Color::LightGreen),
    ("light-yellow", Color::LightYellow),
    ("light-blue", Color::LightBlue),
    ("light-magenta", Color::LightMagenta),
    ("light-cyan", Color::LightCyan),
    ("white", Color::White),
];

const MODIFIERS: [(&str, Modifier); 5] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underline", Modifier::UNDERLINED),
    ("reverse", Modifier::REVERSED),
];

/// Reads `red bold on black`.
fn style(words: &str) -> Result<Style, UnknownWord> {
    let mut style = Style::default();
    let mut background = false;
    let mut offset = 0;
    for word in words.split(' ') {
        let start = offset;
        offset += word.len() + 1;
        if word.is_empty() {
            continue;
        }
        if word == "on" {
            background = true;
        } else if let Some((_, modifier)) = MODIFIERS.iter().find(|(name, _)| *name == word) {
            style = style.add_modifier(*modifier);
        } else if let Some(colour) = colour(word) {
            style = if background {
                style.bg(colour)
            } else {
                style.fg(colour)
            };
            background = false;
        } else {
            return Err(UnknownWord {
                word: word.to_owned(),
                offset: start,
            });
        }
    }
    Ok(style)
}

fn colour(word: &str) -> Option<Color> {
    let named = COLOURS.iter().find(|(name, _)| *name == word);
    named.map(|(_, colour)| *colour).or_else(|| {
        let digits = word.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        u32::from_str_radix(digits, 16).ok().map(Color::from_u32)
    })
}

fn stem(path: &Path) -> Option<String> {
    let is_theme = path.extension().is_some_and(|extension| extension == "toml");
    is_theme
        .then(|| path.file_stem()?.to_str().map(str::to_owned))
        .flatten()
}
