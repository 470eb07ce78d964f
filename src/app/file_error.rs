//! Why a file that a person wrote cannot be used.

use std::path::PathBuf;

/// Why a file that a person wrote (the configuration, a theme) cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It is there and cannot be read.
    #[error("cannot read {}: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: std::io::Error,
    },
    /// It says something that has no meaning.
    #[error("{}:{line}:{column}: {problem}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// Its line, from 1.
        line: usize,
        /// The character in that line, from 1.
        column: usize,
        /// What is wrong and what to write.
        problem: String,
    },
}

impl FileError {
    /// What is wrong at a byte of the file's text.
    pub fn invalid(path: impl Into<PathBuf>, text: &str, byte: usize, problem: String) -> Self {
        let (line, column) = line_and_column(text, byte);
        Self::Invalid {
            path: path.into(),
            line,
            column,
            problem,
        }
    }
}

/// The line and the character in it, both from 1, of a byte of `text`.
fn line_and_column(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before.get(line_start..).map_or(0, |line| line.chars().count());
    (before.matches('\n').count() + 1, column + 1)
}
