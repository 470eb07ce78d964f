//! The configuration file and the folders of the program.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::chat::provider::ProviderConfig;

use super::custom_analyzers::{self, CustomAnalyzerConfig};
use super::file_error::FileError;
use super::keymap::Preset;

/// `config.toml`. Every part has a default: an empty file, or none, is a whole configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The theme's name.
    pub theme: String,
    /// Whose keys.
    pub keys: Preset,
    /// Never offer what changes the cluster.
    pub read_only: bool,
    /// Where answers come from.
    pub provider: ProviderConfig,
    /// How it looks and listens.
    pub ui: UiConfig,
    /// Where to look.
    pub namespaces: NamespaceConfig,
    /// What to look at.
    pub filters: FilterConfig,
    /// Analyzers of other people.
    #[serde(deserialize_with = "custom_analyzers::list")]
    pub custom_analyzers: Vec<CustomAnalyzerConfig>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            theme: "dark".to_owned(),
            keys: Preset::default(),
            read_only: false,
            provider: ProviderConfig::default(),
            ui: UiConfig::default(),
            namespaces: NamespaceConfig::default(),
            filters: FilterConfig::default(),
            custom_analyzers: Vec::new(),
        }
    }
}

/// `[ui]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UiConfig {
    /// Signs in ASCII, for fonts without the others.
    pub ascii: bool,
    /// Takes the mouse; the terminal's own selection then needs Shift.
    pub mouse: bool,
}

/// `[namespaces]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NamespaceConfig {
    /// Never shown.
    pub exclude: Vec<String>,
}

/// `[filters]`. All are on: one that a later version brings is not missed by who switched another off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FilterConfig {
    /// Switched off.
    pub off: Vec<String>,
    /// Asked for beyond what is looked at by itself: `Log` has some logs of pods that do not fail read too.
    pub on: Vec<String>,
}

impl Config {
    /// Reads `path`; a file that is not there is the default.
    pub fn load(path: &Path) -> Result<Self, FileError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, path),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(cause) => Err(FileError::Unreadable {
                path: path.to_owned(),
                cause,
            }),
        }
    }

    /// Reads the text of a file; `path` is for the error alone.
    pub fn parse(text: &str, path: &Path) -> Result<Self, FileError> {
        toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            FileError::invalid(path, text, start, with_nearest(error.message()))
        })
    }
}

/// Adds to serde's ``unknown field `x`, expected one of `a`, `b` `` the allowed name that is nearest to `x`.
fn with_nearest(message: &str) -> String {
    let mut names = message.split('`').skip(1).step_by(2);
    match names.next().filter(|_| message.starts_with("unknown ")) {
        Some(unknown) => match nearest(unknown, names) {
            Some(name) => format!("{message}; did you mean `{name}`?"),
            None => message.to_owned(),
        },
        None => message.to_owned(),
    }
}

/// The name with the fewest letters to change, where these are less than half.
pub(crate) fn nearest<'n>(unknown: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    names
        .map(|name| (distance(unknown, name), name))
        .filter(|(distance, name)| distance * 2 < name.chars().count().max(unknown.chars().count()))
        .min()
        .map(|(_, name)| name)
}

/// Letters to insert, remove or replace to make `b` of `a`.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (line, from) in a.chars().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        for (cell, to) in row
            .iter_mut()
            .zip(std::iter::once(None).chain(b.chars().map(Some)))
        {
            let above = *cell;
            *cell = match to {
                None => line + 1,
                Some(to) => (diagonal + usize::from(from != to)).min(above + 1).min(left + 1),
            };
            diagonal = above;
            left = *cell;
        }
    }
    row.last().copied().unwrap_or(0)
}

/// The folders of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dirs {
    /// `config.toml`, themes, playbook, analyzers.
    pub config: PathBuf,
    /// Sessions.
    pub data: PathBuf,
    /// What may be deleted.
    pub cache: PathBuf,
    /// Logs.
    pub state: PathBuf,
}

impl Dirs {
    /// The folders of this person on this system, `None` where they have no home. `XDG_*` holds on every system:
    /// terminal users of a Mac expect `~/.config` where they set it. `variable` reads the environment.
    pub fn find(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let system = directories::ProjectDirs::from("", "", "k8stui");
        let xdg = |name: &str| {
            let path = PathBuf::from(variable(name)?);
            path.is_absolute().then(|| path.join("k8stui"))
        };
        let or = |name: &str, of: fn(&directories::ProjectDirs) -> &Path| {
            xdg(name).or_else(|| system.as_ref().map(|system| of(system).to_owned()))
        };
        Some(Self {
            config: or("XDG_CONFIG_HOME", directories::ProjectDirs::config_dir)?,
            data: or("XDG_DATA_HOME", directories::ProjectDirs::data_dir)?,
            cache: or("XDG_CACHE_HOME", directories::ProjectDirs::cache_dir)?,
            state: or("XDG_STATE_HOME", |system| {
                system.state_dir().unwrap_or_else(|| system.data_local_dir())
            })?,
        })
    }

    /// The configuration file.
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// The person's own analyzers.
    pub fn analyzers(&self) -> PathBuf {
        self.config.join("analyzers")
    }

    /// The person's own themes.
    pub fn themes(&self) -> PathBuf {
        self.config.join("themes")
    }
}
