//! CEL expressions: compiled once, checked for names that nobody gives, evaluated over one object.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use cel::common::types::{CelInt, CelString};
use cel::{Context, Env, ExecutionError, Program, Value as Cel};

use super::scope::{self, Stranger};

/// CEL's own functions, those of its extensions for strings and lists, and `seconds`.
static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut env = Env::stdlib();
    // Neither can fail: the names are not taken. A test of this module calls them.
    let _ = env.add_extension(cel::extensions::strings);
    let _ = env.add_extension(cel::extensions::lists);
    let _ = cel::add_overload!(env, fn seconds: (CelString) -> Result<CelInt>);
    Arc::new(env)
});

/// The functions that an expression may call.
const FUNCTIONS: &[&str] = &[
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "int",
    "uint",
    "double",
    "string",
    "bool",
    "type",
    "dyn",
    "value",
    "orValue",
    "or",
    "hasValue",
    "of",
    "none",
    "charAt",
    "indexOf",
    "lastIndexOf",
    "join",
    "lowerAscii",
    "upperAscii",
    "trim",
    "replace",
    "split",
    "substring",
    "format",
    "reverse",
    "flatten",
    "distinct",
    "slice",
    "sort",
    "seconds",
];

/// `seconds('2026-01-01T00:00:00Z')`: a time as seconds since 1970, to be compared with `now`.
fn seconds(time: &CelString<'_>) -> Result<CelInt, ExecutionError> {
    let text = time.inner();
    let parsed: Result<jiff::Timestamp, _> = text.parse();
    parsed
        .map(|time| CelInt::from(time.as_second()))
        .map_err(|_| ExecutionError::function_error("seconds", format!("{text:?} is no time")))
}

/// A context with CEL's functions and ours, and no variables.
pub fn context() -> Context<'static, 'static> {
    Context::with_env(Arc::clone(&ENV))
}

/// What is wrong with an expression, and where in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line in the expression, from 1.
    pub line: usize,
    /// The column in the expression, from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
}

/// A compiled expression.
#[derive(Debug)]
pub struct Expression {
    source: String,
    program: Program,
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq)]
pub enum NoValue {
    /// A field, an item or a related object is not there.
    Missing,
    /// It makes no sense with these values.
    Nonsense(String),
}

impl Expression {
    /// Compiles an expression in which only these names and CEL's functions may stand.
    pub fn compile(source: &str, names: &BTreeSet<String>) -> Result<Self, Fault> {
        let program = ENV.compile(source).map_err(|errors| {
            let first = errors.errors.first();
            let (line, column) = first.map_or((1, 1), |error| error.pos);
            Fault {
                line: usize::try_from(line).unwrap_or(1).max(1),
                column: usize::try_from(column).unwrap_or(1).max(1),
                what: first.map_or_else(|| "no expression".to_owned(), |error| error.msg.clone()),
            }
        })?;
        if let Some((id, stranger)) = scope::stranger(program.expression(), names, FUNCTIONS) {
            let (line, column) = place(source, id);
            // A call's place is its parenthesis.
            let column = match &stranger {
                Stranger::Variable(_) => column,
                Stranger::Function(name) => column.saturating_sub(name.chars().count()).max(1),
            };
            return Err(Fault {
                line,
                column,
                what: match stranger {
                    Stranger::Variable(name) => format!("there is no {name}; there are {}", list(names)),
                    Stranger::Function(name) => {
                        format!("there is no function {name}; there are {}", FUNCTIONS.join(", "))
                    }
                },
            });
        }
        Ok(Self {
            source: source.to_owned(),
            program,
        })
    }

    /// The expression as it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Its value.
    pub fn evaluate(&self, context: &Context<'_, '_>) -> Result<Cel, NoValue> {
        self.program.execute(context).map_err(|error| match error {
            ExecutionError::NoSuchKey(_)
            | ExecutionError::UndeclaredReference(_)
            | ExecutionError::IndexOutOfBounds(_) => NoValue::Missing,
            other => NoValue::Nonsense(other.to_string()),
        })
    }
}

fn list(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// Line and column of a node, from 1.
fn place(source: &str, id: u64) -> (usize, usize) {
    let info = ENV.parser().parse_with_source_info(source);
    let offset = info.ok().and_then(|(_, info)| info.offset_for(id));
    let before: String = source
        .chars()
        .take(offset.map_or(0, |(start, _)| start as usize))
        .collect();
    let column = before.chars().rev().take_while(|one| *one != '\n').count() + 1;
    (before.matches('\n').count() + 1, column)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::value;
    use super::*;

    fn names() -> BTreeSet<String> {
        ["object".to_owned(), "now".to_owned()].into()
    }

    fn value(source: &str) -> Result<Cel, NoValue> {
        let mut context = context();
        let object = json!({"n": 3, "list": [{"type": "Ready", "status": "False"}], "at": "1970-01-01T00:01:00Z",
            "names": ["a", "b"]});
        context.add_variable_from_value("object", value::from_json(&object));
        context.add_variable_from_value("now", 90_i64);
        Expression::compile(source, &names()).unwrap().evaluate(&context)
    }

    #[test]
    fn expressions_have_values() {
        for (source, wanted) in [
            ("object.n + 1 == 4", Cel::Bool(true)),
            (
                "object.list.exists(c, c.type == 'Ready' && c.status != 'True')",
                Cel::Bool(true),
            ),
            ("object.?none.?deeper.orValue('x')", Cel::from("x")),
            ("has(object.none)", Cel::Bool(false)),
            ("now - seconds(object.at)", Cel::Int(30)),
            ("object.names.join('/')", Cel::from("a/b")),
            ("'Abc'.lowerAscii().matches('^a')", Cel::Bool(true)),
            (
                "object.list.filter(c, c.status == 'False').map(c, c.type)[0]",
                Cel::from("Ready"),
            ),
            ("int('7') > 6 ? 'more' : 'less'", Cel::from("more")),
            ("'x' in ['x'] && !('y' in object)", Cel::Bool(true)),
        ] {
            assert_eq!(value(source), Ok(wanted), "{source}");
        }
    }

    #[test]
    fn what_is_not_there_is_told_from_what_makes_no_sense() {
        for source in ["object.none.x == 1", "object.list[4].type", "object.list[0].x"] {
            assert_eq!(value(source), Err(NoValue::Missing), "{source}");
        }
        for source in ["object.n + 'x'", "seconds('soon')", "object.n.startsWith('a')"] {
            assert!(matches!(value(source), Err(NoValue::Nonsense(_))), "{source}");
        }
    }

    #[test]
    fn faults_have_a_place() {
        for (source, line, column, what) in [
            ("object.n ==", 1, 12, ""),
            ("object.n &&\n  nobody", 2, 3, "no nobody"),
            ("frobnicate(object.n)", 1, 1, "no function frobnicate"),
            ("object.n = 3", 1, 10, ""),
        ] {
            let fault = Expression::compile(source, &names()).unwrap_err();
            assert!(fault.what.contains(what), "{source}: {fault:?}");
            assert_eq!(fault.line, line, "{source}: {fault:?}");
            assert!(fault.column.abs_diff(column) <= 1, "{source}: {fault:?}");
        }
    }
}
