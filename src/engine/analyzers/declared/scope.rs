//! Names in an expression that nobody gives.

use std::collections::BTreeSet;

use cel::common::ast::{EntryExpr, Expr, IdedExpr};

/// A name without a meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stranger {
    /// Of a value.
    Variable(String),
    /// Of a function.
    Function(String),
}

/// The first name that is neither known nor bound by a macro around it, with the id of its node.
pub fn stranger(
    expression: &IdedExpr,
    names: &BTreeSet<String>,
    functions: &[&str],
) -> Option<(u64, Stranger)> {
    Walk {
        names,
        functions,
        bound: Vec::new(),
    }
    .at(expression)
}

struct Walk<'a> {
    names: &'a BTreeSet<String>,
    functions: &'a [&'a str],
    /// Names that macros (`exists`, `map`, …) around this place bind.
    bound: Vec<&'a str>,
}

impl<'a> Walk<'a> {
    fn all(&mut self, expressions: impl IntoIterator<Item = &'a IdedExpr>) -> Option<(u64, Stranger)> {
        expressions.into_iter().find_map(|one| self.at(one))
    }

    fn at(&mut self, at: &'a IdedExpr) -> Option<(u64, Stranger)> {
        match &at.expr {
            Expr::Unspecified | Expr::Literal(_) => None,
            Expr::Ident(name) => {
                let known = name.starts_with('@')
                    || self.bound.contains(&name.as_str())
                    || self.names.contains(name)
                    || is_type(name);
                (!known).then(|| (at.id, Stranger::Variable(name.clone())))
            }
            Expr::Select(select) => self.at(&select.operand),
            Expr::Call(call) => {
                let name = call.func_name.as_str();
                let target = call.target.as_deref();
                let namespace =
                    target.filter(|target| matches!(&target.expr, Expr::Ident(name) if name == "optional"));
                let operator = !name.starts_with(|first: char| first.is_alphabetic());
                if !operator && !self.functions.contains(&name) {
                    return Some((at.id, Stranger::Function(name.to_owned())));
                }
                target
                    .filter(|_| namespace.is_none())
                    .and_then(|target| self.at(target))
                    .or_else(|| self.all(&call.args))
            }
            Expr::Comprehension(loop_) => {
                let outside = self.at(&loop_.iter_range).or_else(|| self.at(&loop_.accu_init));
                if outside.is_some() {
                    return outside;
                }
                let depth = self.bound.len();
                self.bound.push(&loop_.iter_var);
                self.bound.push(&loop_.accu_var);
                self.bound.extend(loop_.iter_var2.as_deref());
                let inside = self.all([&loop_.loop_cond, &loop_.loop_step, &loop_.result]);
                self.bound.truncate(depth);
                inside
            }
            Expr::List(list) => self.all(&list.elements),
            Expr::Map(map) => self.entries(map.entries.iter().map(|entry| &entry.expr)),
            Expr::Struct(one) => self.entries(one.entries.iter().map(|entry| &entry.expr)),
        }
    }

    fn entries(&mut self, entries: impl Iterator<Item = &'a EntryExpr>) -> Option<(u64, Stranger)> {
        for entry in entries {
            let found = match entry {
                EntryExpr::StructField(field) => self.at(&field.value),
                EntryExpr::MapEntry(entry) => self.at(&entry.key).or_else(|| self.at(&entry.value)),
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }
}

/// Types are names too.
fn is_type(name: &str) -> bool {
    matches!(
        name,
        "int" | "uint" | "double" | "string" | "bool" | "list" | "map" | "null_type" | "type" | "bytes"
    )
}
