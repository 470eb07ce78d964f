//! A shell's words, as far as they are needed to know what a line would run.

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A word, its quotes taken off.
    Word(String),
    /// `|`, `&&`, `;`, `>`, … and `<<` with the word that ends the here-document.
    Operator(String),
}

/// A line in its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    pub tokens: Vec<Token>,
    /// A quote is open, or the line ends with a backslash: the next line belongs to it.
    pub open: bool,
    /// `$(…)`, backquotes, `$VAR`, `<(…)`.
    pub expands: bool,
    /// `<pod>`: a person has to fill it in.
    pub placeholder: bool,
    /// Where a comment begins.
    pub comment: Option<usize>,
}

impl Line {
    /// The end word of a here-document that follows the line.
    pub fn here_document(&self) -> Option<&str> {
        let at = self.tokens.iter().position(
            |token| matches!(token, Token::Operator(operator) if operator == "<<" || operator == "<<-"),
        )?;
        match self.tokens.get(at + 1)? {
            Token::Word(end) => Some(end),
            Token::Operator(_) => None,
        }
    }

    /// Whether it is more than one plain command.
    pub fn is_compound(&self) -> bool {
        self.expands
            || self.open
            || self
                .tokens
                .iter()
                .any(|token| matches!(token, Token::Operator(_)))
    }

    /// The words of each command of it.
    pub fn commands(&self) -> impl Iterator<Item = Vec<&str>> {
        self.tokens
            .split(|token| matches!(token, Token::Operator(operator) if !operator.starts_with(['<', '>'])))
            .map(|part| {
                part.iter()
                    .filter_map(|token| match token {
                        Token::Word(word) => Some(word.as_str()),
                        Token::Operator(_) => None,
                    })
                    .collect()
            })
    }
}

/// Splits a line (or several that belong together) as a POSIX shell does.
pub(super) fn split(text: &str) -> Line {
    let mut line = Line::default();
    let mut word: Option<String> = None;
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some((_, '\n')) => {}
                Some((_, escaped)) => word.get_or_insert_default().push(escaped),
                None => line.open = true,
            },
            '\'' => {
                let word = word.get_or_insert_default();
                line.open = true;
                for (_, letter) in letters.by_ref() {
                    if letter == '\'' {
                        line.open = false;
                        break;
                    }
                    word.push(letter);
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                line.open = true;
                while let Some((_, letter)) = letters.next() {
                    match letter {
                        '"' => {
                            line.open = false;
                            break;
                        }
                        '\\' => match letters.next() {
                            Some((_, escaped @ ('"' | '\\' | '$' | '`'))) => word.push(escaped),
                            Some((_, '\n')) | None => {}
                            Some((_, other)) => word.extend(['\\', other]),
                        },
                        '`' => {
                            line.expands = true;
                            word.push(letter);
                        }
                        '$' => {
                            line.expands |= expands(letters.peek().map(|next| next.1));
                            word.push(letter);
                        }
                        letter => word.push(letter),
                    }
                }
            }
            '`' => {
                line.expands = true;
                word.get_or_insert_default().push(letter);
            }
            '$' => {
                line.expands |= expands(letters.peek().map(|next| next.1));
                word.get_or_insert_default().push(letter);
            }
            '#' if word.is_none() => {
                line.comment.get_or_insert(at);
                while letters.next_if(|next| next.1 != '\n').is_some() {}
            }
            '<' if placeholder(text.get(at..).unwrap_or_default()).is_some() => {
                line.placeholder = true;
                let word = word.get_or_insert_default();
                word.push('<');
                for (_, letter) in letters.by_ref() {
                    word.push(letter);
                    if letter == '>' {
                        break;
                    }
                }
            }
            '|' | '&' | ';' | '<' | '>' | '(' | ')' | '\n' => {
                // `2>&1`: the digit belongs to the operator.
                if let Some(done) = word.take()
                    && !(letter == '>' && done.bytes().all(|byte| byte.is_ascii_digit()))
                {
                    line.tokens.push(Token::Word(done));
                }
                let mut operator = String::from(letter);
                while let Some((_, next)) = letters.next_if(|next| match letter {
                    '<' => matches!(next.1, '<' | '-' | '('),
                    '>' => matches!(next.1, '>' | '&' | '|'),
                    '|' | '&' => matches!(next.1, '|' | '&'),
                    _ => false,
                }) {
                    operator.push(next);
                }
                line.tokens.push(Token::Operator(operator));
            }
            letter if letter.is_whitespace() => line.tokens.extend(word.take().map(Token::Word)),
            letter => word.get_or_insert_default().push(letter),
        }
    }
    line.tokens.extend(word.map(Token::Word));
    line
}

/// Whether a `$` before that letter is an expansion.
fn expands(next: Option<char>) -> bool {
    next.is_some_and(|next| next.is_alphanumeric() || "({_@*#?!-'\"".contains(next))
}

/// A `<placeholder>` at the beginning of the text.
fn placeholder(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('<')?;
    let inner = inner.get(..inner.find('>')?)?;
    let well_formed = inner.starts_with(|letter: char| letter.is_alphabetic())
        && inner.len() <= 60
        && inner
            .chars()
            .all(|letter| letter.is_alphanumeric() || " -_/.…".contains(letter));
    well_formed.then_some(inner)
}
